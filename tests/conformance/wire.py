"""A WebSocket client that does what it is told, right or wrong (RFC 6455): frames are made bit by bit."""

from __future__ import annotations

import socket
import struct
import zlib
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PATIENCE_S = 20.0


@dataclass
class Frame:
    opcode: int
    payload: bytes
    fin: bool = True
    deflated: bool = False

    @property
    def code(self) -> int | None:
        """Of a close frame; None where it has none."""
        return struct.unpack(">H", self.payload[:2])[0] if len(self.payload) >= 2 else None


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = b"\x12\x34\x56\x78",
    length_bytes: int | None = None,
    length: int | None = None,
) -> bytes:
    """`length_bytes` of 1, 2 or 8 instead of the shortest form; `length` instead of the true one."""
    size = len(payload) if length is None else length
    if length_bytes is None:
        length_bytes = 1 if size < 126 else 2 if size < 65536 else 8
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    masked = 0x80 if mask is not None else 0
    if length_bytes == 1:
        head += bytes([masked | size])
    elif length_bytes == 2:
        head += bytes([masked | 126]) + struct.pack(">H", size)
    else:
        head += bytes([masked | 127]) + struct.pack(">Q", size)
    if mask is None:
        return head + payload
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    covered = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")
    return head + mask + covered


def deflate(message: bytes, window_bits: int = 15, level: int = 6) -> bytes:
    """A message's payload by itself (RFC 7692, 7.2.1)."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -window_bits)
    whole = compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert whole.endswith(b"\0\0\xff\xff")
    return whole[:-4]


def inflate(payload: bytes, window_bits: int = 12) -> bytes:
    return zlib.decompressobj(-window_bits).decompress(payload + b"\0\0\xff\xff")


def close_frame(code: int | None = None, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of RFC 6455, 1.3
HANDSHAKE = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
}


class Client:
    """A connection. `handshake` is done before anything else; with None for a header that is left out."""

    def __init__(
        self, port: int, handshake: dict[str, str | None] | None = None, start: str = "GET /v1/ws HTTP/1.1"
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        headers = HANDSHAKE | (handshake or {})
        lines = [start, *(f"{name}: {value}" for name, value in headers.items() if value is not None)]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        self.status, self.headers = self.read_head()

    def read_head(self) -> tuple[int, dict[str, str]]:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(1)
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        return int(first.split()[1]), {name.strip().lower(): value.strip() for name, value in pairs}

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_chopped(self, data: bytes) -> None:
        """Each byte in a segment of its own."""
        for i in range(len(data)):
            self.socket.sendall(data[i : i + 1])

    def take(self, size: int) -> bytes:
        while len(self.rest) < size:
            got = self.socket.recv(1 << 16)
            if not got:
                raise EOFError(f"the connection ended after {len(self.rest)} of {size} bytes")
            self.rest += got
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    def receive(self) -> Frame:
        first, second = self.take(2)
        assert second & 0x80 == 0, "a server masks nothing"
        extension = self.headers.get("sec-websocket-extensions", "")
        allowed = 0x40 if extension.startswith("permessage-deflate") and first & 0x0F in (TEXT, BINARY) else 0
        assert first & 0x70 & ~allowed == 0, "a reserved bit that nothing was agreed on for"
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self.take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.take(8))
        return Frame(first & 0x0F, self.take(size), bool(first & 0x80), bool(first & 0x40))

    def receive_but_pings(self) -> Frame:
        while (got := self.receive()).opcode == PING:
            pass
        return got

    def sees_end(self) -> bool:
        """Whether the server ends the connection, after whatever it still sends."""
        try:
            while self.socket.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()

