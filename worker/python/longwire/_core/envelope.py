"""An event as its producer writes it (protocol/spec/envelope.md)."""

from __future__ import annotations

from typing import Any

import msgpack

_NIL = b"\xc0"
_HEAD = b"\x99"  # an array of nine


class EnvelopeWriter:
    """Writes the envelopes of one producer's life. Thread: one at a time.

    What rarely changes is packed once: the producer, and what stands between time and payload.
    """

    _MIDDLES_MAX = 1_000

    def __init__(self, producer: str, incarnation: int) -> None:
        self._packer: Any = msgpack.Packer(use_bin_type=True)
        self._pack = self._packer.pack
        self._head: bytes = _HEAD + self._pack(producer) + self._pack(incarnation)
        self._middles: dict[tuple[str, str, int], bytes] = {}

    def write(
        self, sequence: int, time_us: int, type: str, attempt: int, payload: bytes, task: str = "", headers: bytes = b""
    ) -> bytes:
        """`payload` and `headers` are MessagePack; no bytes stand for none."""
        middle = self._middles.get((type, task, attempt))
        if middle is None:
            middle = self._pack(type) + self._pack(task or None) + self._pack(attempt)
            if len(self._middles) >= self._MIDDLES_MAX:
                self._middles.clear()
            self._middles[(type, task, attempt)] = middle
        return b"".join(
            (self._head, self._pack(sequence), self._pack(time_us), middle, headers or _NIL, payload or _NIL)
        )
