from __future__ import annotations

import hashlib
from collections import deque
from typing import Any, NamedTuple

PAUSE_US = 30_000
PIECE_BYTES_MAX = 32 << 10
WHOLE_BYTES_MAX = 256 << 10

_CHUNK_CHARACTERS = 4 << 10


class _Chunk(NamedTuple):
    text: str
    bytes: int


class TextCoalescer:
    """Decides when a growing text's pieces leave: the first at once, then what has gathered once `PAUSE_US` have passed
    since the last one, or `PIECE_BYTES_MAX` have come together.

    Bounds: a piece, twice PIECE_BYTES_MAX; the whole text, kept for its end, WHOLE_BYTES_MAX. What waits for room has
    none of its own: a write is to wait for it.
    """

    def __init__(self, stream: str, agent: str | None = None) -> None:
        self.stream = stream
        self._agent = {} if agent is None else {"agent": agent}
        self.index = 0
        self._waiting: deque[_Chunk] = deque()
        self._waiting_bytes = 0
        self._sent_us: int | None = None
        self._whole: list[str] | None = []
        self._whole_bytes = 0
        self._hash = hashlib.sha256()

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def write(self, text: str) -> None:
        """Raises UnicodeEncodeError for text that is none: half a surrogate pair."""
        encoded = text.encode()
        self._hash.update(encoded)
        self._whole_bytes += len(encoded)
        self._waiting_bytes += len(encoded)
        if self._whole_bytes > WHOLE_BYTES_MAX:
            self._whole = None
        if self._whole is not None:
            self._whole.append(text)
        if len(text) <= _CHUNK_CHARACTERS:
            if text:
                self._waiting.append(_Chunk(text, len(encoded)))
            return
        for at in range(0, len(text), _CHUNK_CHARACTERS):
            chunk = text[at : at + _CHUNK_CHARACTERS]
            self._waiting.append(_Chunk(chunk, len(chunk.encode())))

    def due_us(self, now_us: int) -> int | None:
        """When the next piece is to leave; None if nothing waits."""
        if not self._waiting:
            return None
        if self._sent_us is None or self._waiting_bytes >= PIECE_BYTES_MAX:
            return now_us
        return self._sent_us + PAUSE_US

    def piece(self) -> dict[str, Any]:
        """The data of the next `text.delta`."""
        text = "".join(chunk.text for chunk in self._first())
        return {"stream": self.stream, "index": self.index, "text": text} | self._agent

    def piece_left(self, now_us: int) -> None:
        """The piece has been emitted."""
        for chunk in self._first():
            self._waiting.popleft()
            self._waiting_bytes -= chunk.bytes
        self._sent_us = now_us
        self.index += 1

    def end(self) -> dict[str, Any]:
        """The data of `text.done`: the whole text, up to WHOLE_BYTES_MAX of it, with its length and hash."""
        data = self._end(self._whole_bytes, self._hash.hexdigest())
        return data if self._whole is None else data | {"text": "".join(self._whole)}

    def discarded(self, reason: str) -> dict[str, Any]:
        """The data of the `text.done` of a text that is not to count."""
        return self._end(0, hashlib.sha256().hexdigest()) | {"text": "", "discarded": True, "reason": reason}

    def _end(self, size: int, sha256: str) -> dict[str, Any]:
        return {"stream": self.stream, "index": self.index, "bytes": size, "sha256": sha256} | self._agent

    def _first(self) -> list[_Chunk]:
        """What makes the next piece."""
        chunks: list[_Chunk] = []
        size = 0
        for chunk in self._waiting:
            if size >= PIECE_BYTES_MAX:
                break
            chunks.append(chunk)
            size += chunk.bytes
        return chunks
