from __future__ import annotations

import socket
import threading


class Doorbell:
    """Wakes the link's thread, once for however many rings until it has looked.

    Thread: ring() any, the rest the link's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rung_by: list[int] = []
        self._is_rung = False
        self._listening, self._ringing = socket.socketpair()
        self._listening.setblocking(False)
        self._ringing.setblocking(False)

    def fileno(self) -> int:
        return self._listening.fileno()

    def ring(self, attempt: int | None = None) -> None:
        """`attempt` has events to be taken; None: there is something else to look at."""
        with self._lock:
            if attempt is not None:
                self._rung_by.append(attempt)
            if self._is_rung:
                return
            self._is_rung = True
            try:
                self._ringing.send(b"\0")
            except OSError:
                pass  # closed: nobody is at home any more

    def take(self) -> list[int]:
        """The attempts that have rung since the last time."""
        with self._lock:
            if self._is_rung:
                self._listening.recv(64)
                self._is_rung = False
            rung_by, self._rung_by = self._rung_by, []
            return rung_by

    def close(self) -> None:
        with self._lock:
            self._listening.close()
            self._ringing.close()
