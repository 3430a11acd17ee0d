from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Any, Callable

import zmq

from . import _sockets
from ._core.orders import Notice, Order, RevokedAttempt, StartAttempt
from ._core.session import WorkerSession
from ._core.session_parts import SessionOptions, State
from ._doorbell import Doorbell
from ._event_buffer import Event, EventBuffer

_MESSAGES_PER_TURN = 256
_LINGER_MS = 1_000  # for the last words

_log = logging.getLogger("longwire")

Obey = Callable[[list[tuple[Order, "EventBuffer | None"]]], None]


class Clock:
    """Microseconds since 1970 that never go back."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_us(self) -> int:
        return (time.monotonic_ns() + self._offset_ns) // 1000


class LinkThread:
    """The shell around a WorkerSession: sockets, a thread and the clock. It carries messages and hands orders on; what
    they mean is the session's affair.

    It is a thread of its own so that a handler that holds up the event loop does not hold up the heartbeats.

    `obey` is called with what the session asks for, a new attempt with the buffer for its events, `on_room` when a
    buffer that had turned an event away has room again, `on_ready` once, `on_end` at last: all by this thread.
    """

    def __init__(
        self,
        endpoints: tuple[str, str],
        options: SessionOptions,
        task_buffer_bytes: int,
        *,
        obey: Obey,
        on_room: Callable[[int], None],
        on_ready: Callable[[], None],
        on_end: Callable[[State | None], None],
    ) -> None:
        self._options = options
        self._task_buffer_bytes = task_buffer_bytes
        self._obey = obey
        self._on_room = on_room
        self._on_ready = on_ready
        self._on_end = on_end
        self._doorbell = Doorbell()
        self._mailbox: deque[Callable[[WorkerSession, int], None]] = deque()
        self._buffers: dict[int, EventBuffer] = {}
        self._with_news: list[int] = []  # attempts that may have events to be taken
        self._batches: dict[int, deque[Event]] = {}  # taken from the buffers, not all numbered yet
        self._is_stopping = False
        self._clock = Clock()
        self._context: zmq.Context[Any] = zmq.Context()
        try:
            self._events = _sockets.connect_events(self._context, endpoints[0])
            self._link = _sockets.connect_link(self._context, endpoints[1], options.worker)
        except _sockets.BadEndpoint:
            self._context.destroy(linger=0)
            raise
        self._session = WorkerSession(options, self._clock.now_us())
        self._thread = threading.Thread(target=self._run, name="longwire-link", daemon=True)

    # Any thread.

    def start(self) -> None:
        self._thread.start()

    def post(self, action: Callable[[WorkerSession, int], None]) -> None:
        """Has the link's thread do something with the session soon."""
        self._mailbox.append(action)
        self._doorbell.ring()

    def start_child(self, id: int, name: str, fields: bytes) -> None:
        self.post(lambda session, now_us: session.start_child(id, name, fields, now_us))

    def waiting(self, count: int) -> None:
        self.post(lambda session, now_us: session.waiting(count))

    def give_back(self, id: int, reason: str) -> None:
        def action(session: WorkerSession, now_us: int) -> None:
            self._forget(id)
            session.give_back(id, reason, now_us)

        self.post(action)

    def drain(self) -> None:
        self.post(lambda session, now_us: session.drain(now_us))

    def stop(self) -> None:
        """Ends soon, whatever is left."""
        self._is_stopping = True
        self._doorbell.ring()

    def join(self, patience_s: float) -> None:
        """Waits until it has ended, but no longer than that."""
        self._thread.join(patience_s)

    @property
    def durability(self) -> int | None:
        return self._session.durability

    # The link's thread.

    def _run(self) -> None:
        state: State | None = None
        try:
            self._loop()
            state = self._session.state
        except Exception:
            _log.critical("the link to the broker has failed", exc_info=True)
        finally:
            for buffer in self._buffers.values():
                buffer.close()
            self._on_end(state)
            self._link.close(linger=_LINGER_MS if state is State.DONE else 0)
            self._events.close(linger=0)
            self._context.term()
            self._doorbell.close()

    def _loop(self) -> None:
        poller = zmq.Poller()
        for polled in (self._link, self._events, self._doorbell):
            poller.register(polled, zmq.POLLIN)
        session, clock = self._session, self._clock
        is_ready = False
        readable: dict[Any, int] = {self._link: zmq.POLLIN, self._events: zmq.POLLIN}
        while not self._is_stopping:
            if self._events in readable:
                self._hear_subscriptions()
            more_to_receive = self._link in readable and self._receive()
            while self._mailbox:
                self._mailbox.popleft()(session, clock.now_us())
            self._gather()
            session.tick(clock.now_us())
            self._send()
            if session.was_ever_live and not is_ready:
                is_ready = True
                self._on_ready()
            if session.is_over:
                return
            is_busy = more_to_receive or (self._with_news and session.has_room())
            now_us = clock.now_us()
            # Rounded up, so that the turn that follows finds something due.
            wait_ms = 0 if is_busy else min(max((session.next_tick_us(now_us) - now_us + 999) // 1000, 0), 1_000)
            readable = dict(poller.poll(wait_ms))

    def _hear_subscriptions(self) -> None:
        while (frame := _sockets.receive(self._events)) is not None:
            if frame[:1] in (b"\0", b"\1"):
                self._session.heard(frame[:1] == b"\1", frame[1:])

    def _receive(self) -> bool:
        """True if there may be more."""
        for _ in range(_MESSAGES_PER_TURN):
            frame = _sockets.receive(self._link)
            if frame is None:
                return False
            self._session.receive(frame, self._clock.now_us())
        return True

    def _gather(self) -> None:
        """Numbers what the tasks have emitted, as far as there is room. Attempts take turns in being first."""
        self._with_news += self._doorbell.take()
        waiting = self._with_news
        finished = 0
        while finished < len(waiting) and self._gather_from(waiting[finished]):
            finished += 1
        left = waiting[finished:]
        self._with_news = left[1:] + left[:1]

    def _gather_from(self, id: int) -> bool:
        """False if the window is full before the attempt's events have all been numbered."""
        buffer = self._buffers.get(id)
        if buffer is None:
            return True
        batch = self._batches.get(id) or deque(buffer.take())
        emit, now_us = self._session.emit, self._clock.now_us()
        while batch:
            event = batch[0]
            if not emit(id, event.type, event.payload, event.time_us, event.is_last, now_us):
                self._batches[id] = batch
                return False
            batch.popleft()
            if event.is_last:
                self._forget(id)
                return True
        self._batches.pop(id, None)
        return True

    def _forget(self, id: int) -> None:
        self._batches.pop(id, None)
        buffer = self._buffers.pop(id, None)
        if buffer is not None:
            buffer.close()

    def _send(self) -> None:
        output = self._session.take_output(self._clock.now_us())
        if output.orders:
            self._hand_on(output.orders)
        for key, envelopes in output.published:
            _sockets.send(self._events, key, more=True)
            _sockets.send(self._events, envelopes)
        for message in output.link:
            if not _sockets.send(self._link, message):
                self._session.link_failed(self._clock.now_us())
                return

    def _hand_on(self, orders: list[Order]) -> None:
        handed: list[tuple[Order, EventBuffer | None]] = []
        for order in orders:
            buffer = None
            if isinstance(order, Notice):
                _log.log(logging.getLevelName(order.level.upper()), "%s: %s", self._options.worker, order.message)
                continue
            if isinstance(order, StartAttempt):
                buffer = self._buffers[order.id] = self._new_buffer(order.id)
            elif isinstance(order, RevokedAttempt):
                self._forget(order.id)
            handed.append((order, buffer))
        if handed:
            self._obey(handed)

    def _new_buffer(self, id: int) -> EventBuffer:
        return EventBuffer(id, self._task_buffer_bytes, self._doorbell, lambda: self._on_room(id))
