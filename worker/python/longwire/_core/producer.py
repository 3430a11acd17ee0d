from __future__ import annotations

from collections import deque
from itertools import islice
from typing import NamedTuple

from .envelope import EnvelopeWriter
from .limits import BATCH_BYTES_TARGET, PARTITIONS_MAX
from .messages import Position, ResendRequest, WorkerWelcome
from .names import partition_of, topic_key

_KEYS_CACHED_MAX = 10_000
_KEPT_OVERHEAD_BYTES = 256  # what keeping an event costs beside its bytes


class Kept(NamedTuple):
    key: bytes
    envelope: bytes
    owner: int  # whoever the sender's user says it is of


class Outgoing:
    """Bytes that must go out now: by PUB as [key, envelopes], or in a ResentEvents."""

    __slots__ = ("key", "over_link", "size", "_envelopes")

    def __init__(self, key: bytes, over_link: bool) -> None:
        self.key = key
        self.over_link = over_link
        self.size = 0
        self._envelopes: list[bytes] = []

    def add(self, envelope: bytes) -> None:
        self._envelopes.append(envelope)
        self.size += len(envelope)

    @property
    def envelopes(self) -> bytes:
        return b"".join(self._envelopes)


class _Partition:
    __slots__ = ("committed", "kept")

    def __init__(self) -> None:
        self.committed = 0
        self.kept: deque[Kept] = deque()  # sequences committed + 1, committed + 2, …

    @property
    def last(self) -> int:
        return self.committed + len(self.kept)


class ProducerSender:
    """The worker's end of the producer link: numbers events per partition and keeps each until the broker has said that
    it is in the log.

    Events leave by PUB once the broker's subscription has been heard, and over the link before that and when asked for
    again; the receiver sorts the two out by their numbers.

    Bound: events that wait for their acknowledgement, `window_bytes` in all; emit() says no beyond it.
    """

    def __init__(self, producer: str, incarnation: int, window_bytes: int) -> None:
        self._envelopes = EnvelopeWriter(producer, incarnation)
        self._window_bytes = window_bytes
        self._connected = False
        self._subscribed = False
        self._partitions: list[_Partition] = []
        self._places: dict[str, tuple[int, bytes]] = {}  # of a path: its partition and its key
        self._outgoing: list[Outgoing] = []
        self.kept_bytes = 0

    def welcome(self, welcome: WorkerWelcome) -> bool:
        """A session has begun. Forgets what is committed and sends the rest over the link. False when the cluster has
        another number of partitions than before: the events' numbers would not fit, and a new incarnation is needed."""
        if not 0 < welcome.partitions <= PARTITIONS_MAX:
            return False
        if self._partitions and len(self._partitions) != welcome.partitions:
            return False
        if not self._partitions:
            self._partitions = [_Partition() for _ in range(welcome.partitions)]
        if welcome.window_bytes > 0:
            self._window_bytes = min(self._window_bytes, welcome.window_bytes)
        for position in welcome.positions:
            self.committed(position)
        self._connected = True
        self._outgoing.clear()
        for partition in self._partitions:
            self._resend(partition, partition.committed + 1, partition.last)
        return True

    def disconnected(self) -> None:
        """No session: events wait."""
        self._connected = False

    def set_subscribed(self, subscribed: bool) -> None:
        """Whether the broker's subscription has been heard, so that PUB reaches it."""
        self._subscribed = subscribed

    def has_room(self) -> bool:
        """Whether emit() would take an event now."""
        return bool(self._partitions) and self.kept_bytes < self._window_bytes

    def emit(self, path: str, type: str, attempt: int, payload: bytes, time_us: int, owner: int) -> Position | None:
        """Numbers and keeps an event. Returns its place, or nothing when the window is full or no session has ever
        begun."""
        if not self._partitions or self.kept_bytes >= self._window_bytes:
            return None
        place = self._places.get(path)
        if place is None:
            place = self._place_of(path)
        index, key = place
        partition = self._partitions[index]
        sequence = partition.committed + len(partition.kept) + 1
        envelope = self._envelopes.write(sequence, time_us, type, attempt, payload)
        self.kept_bytes += len(envelope) + _KEPT_OVERHEAD_BYTES
        partition.kept.append(Kept(key, envelope, owner))
        if self._connected:
            self._queue(key, envelope, not self._subscribed)
        return Position(index, sequence)

    def committed(self, position: Position) -> None:
        if position.partition >= len(self._partitions):
            return
        partition = self._partitions[position.partition]
        count = min(position.sequence - partition.committed, len(partition.kept))
        for _ in range(count):
            self.kept_bytes -= len(partition.kept.popleft().envelope) + _KEPT_OVERHEAD_BYTES
        partition.committed += max(count, 0)

    def resend(self, request: ResendRequest) -> None:
        if self._connected and request.partition < len(self._partitions):
            self._resend(self._partitions[request.partition], request.first, request.last)

    def take_outgoing(self) -> list[Outgoing]:
        """What must leave now, in order. Empty without a session."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def published(self) -> tuple[Position, ...]:
        """The newest number given in each partition that has something unacknowledged."""
        return tuple(Position(i, partition.last) for i, partition in enumerate(self._partitions) if partition.kept)

    def acknowledged(self) -> tuple[Position, ...]:
        """Up to where each partition's events have been acknowledged, where any have."""
        return tuple(Position(i, p.committed) for i, p in enumerate(self._partitions) if p.committed > 0)

    def is_committed(self, at: Position) -> bool:
        """Whether the event of this place, and all of the partition before it, have been acknowledged."""
        return at.partition < len(self._partitions) and at.sequence <= self._partitions[at.partition].committed

    def find(self, at: Position) -> Kept | None:
        """An event not yet acknowledged."""
        if at.partition >= len(self._partitions):
            return None
        partition = self._partitions[at.partition]
        if not partition.committed < at.sequence <= partition.last:
            return None
        return partition.kept[at.sequence - partition.committed - 1]

    def _place_of(self, path: str) -> tuple[int, bytes]:
        if len(self._places) >= _KEYS_CACHED_MAX:
            self._places.clear()
        index = partition_of(path, len(self._partitions))
        place = self._places[path] = (index, topic_key(path, index))
        return place

    def _queue(self, key: bytes, envelope: bytes, over_link: bool) -> None:
        last = self._outgoing[-1] if self._outgoing else None
        if last is None or last.key != key or last.over_link != over_link or last.size >= BATCH_BYTES_TARGET:
            last = Outgoing(key, over_link)
            self._outgoing.append(last)
        last.add(envelope)

    def _resend(self, partition: _Partition, first: int, last: int) -> None:
        begin = max(first, partition.committed + 1) - partition.committed - 1
        end = min(last, partition.last) - partition.committed
        if end > begin:
            for kept in islice(partition.kept, begin, end):
                self._queue(kept.key, kept.envelope, True)
