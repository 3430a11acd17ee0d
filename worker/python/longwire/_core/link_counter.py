from __future__ import annotations

from .limits import HEARTBEAT_US, HEARTBEATS_MISSED_MAX


class LinkCounter:
    """One end's view of a link session: numbers what it sends, sees what is missing of what it receives, and when the
    peer has gone quiet."""

    def __init__(self, now_us: int) -> None:
        self._sent = 0
        self._received = 0
        self._heard_us = now_us
        self._said_us = now_us

    def next(self, now_us: int) -> int:
        """The number of the next message to send."""
        self._said_us = now_us
        self._sent += 1
        return self._sent

    def accept(self, number: int, now_us: int) -> bool:
        """False when a message of the peer has been lost on the way."""
        self._heard_us = now_us
        self._received += 1
        return number == self._received

    def peer_began_anew(self, now_us: int) -> None:
        """The peer counts from 1 again, and this was its first: it has answered a hello said more than once."""
        self._heard_us = now_us
        self._received = 1

    def is_heartbeat_due(self, now_us: int) -> bool:
        return now_us - self._said_us >= HEARTBEAT_US

    def is_peer_lost(self, now_us: int) -> bool:
        return now_us - self._heard_us > HEARTBEAT_US * HEARTBEATS_MISSED_MAX
