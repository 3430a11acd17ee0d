from __future__ import annotations

import threading
from enum import Enum, auto
from typing import Callable, NamedTuple

from ._doorbell import Doorbell

_ENTRY_BYTES = 128  # what an event counts for beside its payload


class Event(NamedTuple):
    type: str
    payload: bytes
    time_us: int
    is_last: bool


class Pushed(Enum):
    TAKEN = auto()
    FULL = auto()
    CLOSED = auto()  # the attempt is over, or no longer this worker's


class EventBuffer:
    """Takes the events of one attempt from its handler to the link's thread.

    Bound:  `bytes_max`; the event that crosses it is still taken, the next one turned away.
    Thread: push() and has_room() any; take() and close() the link's.
    """

    def __init__(self, attempt: int, bytes_max: int, doorbell: Doorbell, on_room: Callable[[], None]) -> None:
        self._attempt = attempt
        self._bytes_max = bytes_max
        self._doorbell = doorbell
        self._on_room = on_room
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._bytes = 0
        self._turned_away = False
        self._closed = False

    def push(self, event: Event) -> Pushed:
        """The last event is taken however full the buffer is; what comes after it is not."""
        with self._lock:
            if self._closed:
                return Pushed.CLOSED
            if self._bytes >= self._bytes_max and not event.is_last:
                self._turned_away = True  # on_room() will be called
                return Pushed.FULL
            is_first = not self._events
            self._events.append(event)
            self._bytes += len(event.payload) + _ENTRY_BYTES
            self._closed = event.is_last
        if is_first:
            self._doorbell.ring(self._attempt)
        return Pushed.TAKEN

    def take(self) -> list[Event]:
        with self._lock:
            events, self._events = self._events, []
            self._bytes = 0
            turned_away, self._turned_away = self._turned_away, False
        if turned_away:
            self._on_room()
        return events

    def close(self) -> None:
        """Nothing is taken from now on, and what waits for room is told so."""
        with self._lock:
            self._closed = True
            turned_away, self._turned_away = self._turned_away, False
        if turned_away:
            self._on_room()
