"""WebSocket as RFC 6455 has it, in the order of Autobahn's cases: what an edge must do with frames of every kind,
right and wrong. A command that does not exist is the echo: its error repeats the beginning of its name."""

from __future__ import annotations

import json
import socket
from typing import Callable, Iterator

import pytest
from conftest import MESSAGE_BYTES_MAX
from wire import ACCEPT, BINARY, CLOSE, CONTINUATION, HANDSHAKE, PING, PONG, TEXT, Client, close_frame, frame


def command(word: str, size: int | None = None) -> bytes:
    """A message of so many bytes that asks for the echo of a word."""
    text = json.dumps({"id": 1, "cmd": word}, ensure_ascii=False).encode()
    if size is None:
        return text
    return text + b" " * (size - len(text))


def expect_echo(client: Client, word: str) -> None:
    got = client.receive_but_pings()
    assert got.opcode == TEXT and got.fin
    assert json.loads(got.payload)["error"]["message"] == f"is unknown: {word}"


def expect_failure(client: Client, *codes: int) -> None:
    """The server sends a close frame with one of the codes, and ends the connection."""
    got = client.receive_but_pings()
    assert got.opcode == CLOSE and got.code in codes, got
    assert client.sees_end()


def still_works(client: Client) -> None:
    client.send(frame(TEXT, command("alive")))
    expect_echo(client, "alive")


def pieces(payload: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(payload), size):
        yield payload[start : start + size]


def fragmented(payload: bytes, size: int, between: bytes = b"") -> bytes:
    """A text message in fragments of so many bytes."""
    parts = list(pieces(payload, size))
    frames = []
    for i, part in enumerate(parts):
        frames.append(frame(TEXT if i == 0 else CONTINUATION, part, fin=i == len(parts) - 1))
    return between.join(frames)


# 1. Framing


@pytest.mark.parametrize("size", [64, 125, 126, 127, 128, 256, 1024, 4096, 65535, 65536, 65537, 262144, 1048576])
@pytest.mark.parametrize("chop", ["whole", "in two"])
def test_a_message_of_any_size_is_taken(client: Client, size: int, chop: str) -> None:
    message = frame(TEXT, command("sized", size))
    half = len(message) // 2 if chop == "in two" else 0
    client.send(message[:half])
    client.send(message[half:])
    expect_echo(client, "sized")


@pytest.mark.parametrize("mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x80\x00\x00\x01", b"abcd"])
def test_any_mask_is_taken_off(client: Client, mask: bytes) -> None:
    client.send(frame(TEXT, command("masked"), mask=mask))
    expect_echo(client, "masked")


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, PONG, CLOSE])
def test_a_frame_without_a_mask_is_a_fault(client: Client, opcode: int) -> None:
    client.send(frame(opcode, b"" if opcode == CLOSE else b"{}", mask=None))
    expect_failure(client, 1002)


@pytest.mark.parametrize("size,length_bytes", [(30, 2), (125, 2), (30, 8), (126, 8), (65535, 8)])
def test_a_length_is_written_as_short_as_can_be(client: Client, size: int, length_bytes: int) -> None:
    client.send(frame(TEXT, command("long", max(size, 30)), length_bytes=length_bytes))
    expect_failure(client, 1002)


def test_a_length_has_no_highest_bit(client: Client) -> None:
    client.send(frame(TEXT, b"", length_bytes=8, length=1 << 63))
    expect_failure(client, 1002, 1009)


def test_byte_by_byte_is_as_good_as_at_once(client: Client) -> None:
    client.send_chopped(frame(TEXT, command("slowly", 300)))
    expect_echo(client, "slowly")


def test_many_messages_at_once_are_answered_in_order(client: Client) -> None:
    client.send(b"".join(frame(TEXT, command(f"n{i}")) for i in range(200)))
    for i in range(200):
        expect_echo(client, f"n{i}")


# 2. Pings and pongs


@pytest.mark.parametrize("size", [0, 1, 2, 10, 100, 124, 125])
@pytest.mark.parametrize("chop", [False, True])
def test_a_ping_is_answered_with_what_it_carries(client: Client, size: int, chop: bool) -> None:
    payload = bytes(i % 256 for i in range(size))
    (client.send_chopped if chop else client.send)(frame(PING, payload))
    got = client.receive()
    assert (got.opcode, got.payload, got.fin) == (PONG, payload, True)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
@pytest.mark.parametrize("size", [126, 127, 65536])
def test_a_control_frame_has_no_more_than_125_bytes(client: Client, opcode: int, size: int) -> None:
    client.send(frame(opcode, b"\x03\xe8" + b"x" * (size - 2)))
    expect_failure(client, 1002)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_is_not_fragmented(client: Client, opcode: int) -> None:
    client.send(frame(opcode, b"", fin=False))
    expect_failure(client, 1002)


@pytest.mark.parametrize("payload", [b"", b"nobody asked", b"\xff\xfe", b"18446744073709551616", b"-1", b"7"])
def test_a_pong_that_nobody_asked_for_is_passed_over(client: Client, payload: bytes) -> None:
    client.send(frame(PONG, payload))
    still_works(client)


def test_pings_are_answered_in_their_order(client: Client) -> None:
    client.send(b"".join(frame(PING, str(i).encode()) for i in range(100)))
    assert [client.receive().payload for _ in range(100)] == [str(i).encode() for i in range(100)]


# 3. Reserved bits


@pytest.mark.parametrize("rsv", range(1, 8))
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, PONG, CLOSE])
def test_a_reserved_bit_is_a_fault(client: Client, rsv: int, opcode: int) -> None:
    client.send(frame(opcode, b"\x03\xe8" if opcode == CLOSE else b"{}", rsv=rsv))
    expect_failure(client, 1002)


@pytest.mark.parametrize("rsv", range(1, 8))
def test_what_came_before_a_fault_is_answered(client: Client, rsv: int) -> None:
    client.send(frame(TEXT, command("before")) + frame(TEXT, command("after"), rsv=rsv))
    expect_echo(client, "before")
    expect_failure(client, 1002)


# 4. Opcodes


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
@pytest.mark.parametrize("payload", [b"", b"x"])
def test_an_opcode_that_is_none_is_a_fault(client: Client, opcode: int, payload: bytes) -> None:
    client.send(frame(opcode, payload))
    expect_failure(client, 1002)


@pytest.mark.parametrize("opcode", [3, 7, 11, 15])
def test_it_is_one_between_fragments_too(client: Client, opcode: int) -> None:
    client.send(frame(TEXT, b"{", fin=False) + frame(opcode))
    expect_failure(client, 1002)


# 5. Fragmentation


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 127])
@pytest.mark.parametrize("way", ["at once", "a send each", "byte by byte"])
def test_fragments_make_one_message(client: Client, size: int, way: str) -> None:
    message = command("in pieces", 130)
    if way == "at once":
        client.send(fragmented(message, size))
    elif way == "byte by byte":
        client.send_chopped(fragmented(message, size))
    else:
        parts = list(pieces(message, size))
        for i, part in enumerate(parts):
            client.send(frame(TEXT if i == 0 else CONTINUATION, part, fin=i == len(parts) - 1))
    expect_echo(client, "in pieces")


def test_fragments_may_be_empty(client: Client) -> None:
    middle = frame(CONTINUATION, command("void"), fin=False)
    client.send(frame(TEXT, b"", fin=False) + middle + frame(CONTINUATION, b""))
    expect_echo(client, "void")


@pytest.mark.parametrize("size", [1, 10])
@pytest.mark.parametrize("chop", [False, True])
def test_a_ping_between_fragments_is_answered_before_the_message(client: Client, size: int, chop: bool) -> None:
    message = command("pinged", 40)
    data = fragmented(message, size, between=frame(PING, b"here"))
    (client.send_chopped if chop else client.send)(data)
    for _ in range(len(message) // size - 1):
        got = client.receive()
        assert (got.opcode, got.payload) == (PONG, b"here")
    expect_echo(client, "pinged")


def test_a_pong_between_fragments_is_passed_over(client: Client) -> None:
    client.send(fragmented(command("ponged"), 5, between=frame(PONG, b"x")))
    expect_echo(client, "ponged")


@pytest.mark.parametrize("fin", [False, True])
@pytest.mark.parametrize("payload", [b"", b"{}"])
def test_nothing_continues_where_nothing_has_begun(client: Client, fin: bool, payload: bytes) -> None:
    client.send(frame(CONTINUATION, payload, fin=fin))
    expect_failure(client, 1002)


def test_nor_where_a_message_has_ended(client: Client) -> None:
    client.send(fragmented(command("ended"), 10) + frame(CONTINUATION, b"more"))
    expect_echo(client, "ended")
    expect_failure(client, 1002)


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("fin", [False, True])
def test_a_message_ends_before_another_begins(client: Client, opcode: int, fin: bool) -> None:
    client.send(frame(TEXT, b"{", fin=False) + frame(opcode, b"{}", fin=fin))
    expect_failure(client, 1002)


def test_a_close_between_fragments_ends_it(client: Client) -> None:
    client.send(frame(TEXT, b"{", fin=False) + close_frame(1000))
    got = client.receive_but_pings()
    assert (got.opcode, got.code) == (CLOSE, 1000)
    assert client.sees_end()


# 6. UTF-8

VALID = [
    "κόσμε",
    "Hello-µ@ßöäüàá-UTF-8!!",
    "𐀀",
    "\u07ff\u0800\uffff",
    "\U00010000\U0010ffff",
    "\ud7ff\ue000",
    "\ufffd",
    "\ufeff",
    "\ufdd0\ufffe\U0001fffe\U0010ffff",
    "日本語テキスト",
    "🙂👩‍👩‍👧",
    "é",
]
INVALID = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xc2",
    b"\xc2\x20",
    b"\xc2\xc2",
    b"\xe0\x80\xaf",
    b"\xe0\x9f\xbf",
    b"\xe1\x80",
    b"\xe1\x80\xe2",
    b"\xed\xa0\x80",
    b"\xed\xad\xbf",
    b"\xed\xae\x80\xed\xb0\x80",
    b"\xed\xbf\xbf",
    b"\xef\xbf",
    b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x90\x80",
    b"\xf1\x80\x80\x20",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"\xfb\xbf\xbf\xbf\xbf",
    b"\xfc\x84\x80\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xfe\xfe\xff\xff",
]


@pytest.mark.parametrize("word", VALID)
@pytest.mark.parametrize("way", ["whole", "fragments of a byte", "segments of a byte"])
def test_a_text_is_taken_wherever_it_is_cut(client: Client, word: str, way: str) -> None:
    message = command(word)
    if way == "whole":
        client.send(frame(TEXT, message))
    elif way == "fragments of a byte":
        client.send(fragmented(message, 1))
    else:
        client.send_chopped(frame(TEXT, message))
    expect_echo(client, word)


@pytest.mark.parametrize("bad", INVALID)
@pytest.mark.parametrize("way", ["whole", "fragments of a byte", "segments of a byte"])
def test_what_is_no_utf8_is_a_fault(client: Client, bad: bytes, way: str) -> None:
    message = b'{"id":1,"cmd":"' + bad + b'"}'
    if way == "whole":
        client.send(frame(TEXT, message))
    elif way == "fragments of a byte":
        client.send(fragmented(message, 1))
    else:
        client.send_chopped(frame(TEXT, message))
    expect_failure(client, 1007)


@pytest.mark.parametrize("bad", [b"\xc2", b"\xe1\x80", b"\xf0\x90\x80"])
def test_a_text_does_not_end_within_a_character(client: Client, bad: bytes) -> None:
    client.send(frame(TEXT, b'{"id":1}' + bad))
    expect_failure(client, 1007)


def test_binary_need_not_be_utf8(client: Client) -> None:
    client.send(frame(BINARY, b"\xff\xfe"))
    got = client.receive_but_pings()
    assert json.loads(got.payload)["error"]["field"] == "frame"
    still_works(client)


# 7. Closing

CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999]
NO_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999]  # what is beyond 4999 the RFC leaves open


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("reason", [b"", b"because", "grün".encode()])
def test_a_close_is_answered_with_its_code(client: Client, code: int, reason: bytes) -> None:
    client.send(close_frame(code, reason))
    got = client.receive_but_pings()
    assert (got.opcode, got.code) == (CLOSE, code)
    assert client.sees_end()


@pytest.mark.parametrize("code", NO_CODES)
def test_a_code_that_nobody_may_send_is_a_fault(client: Client, code: int) -> None:
    client.send(close_frame(code))
    expect_failure(client, 1002)


def test_a_close_needs_no_code(client: Client) -> None:
    client.send(close_frame())
    got = client.receive_but_pings()
    assert got.opcode == CLOSE and got.code in (None, 1000)
    assert client.sees_end()


def test_half_a_code_is_a_fault(client: Client) -> None:
    client.send(frame(CLOSE, b"\x03"))
    expect_failure(client, 1002)


def test_a_reason_may_have_123_bytes(client: Client) -> None:
    client.send(close_frame(1000, b"x" * 123))
    assert client.receive_but_pings().code == 1000
    assert client.sees_end()


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"ok\xe1\x80"])
def test_a_reason_is_utf8(client: Client, bad: bytes) -> None:
    client.send(close_frame(1000, bad))
    expect_failure(client, 1002, 1007)


@pytest.mark.parametrize("late", [frame(TEXT, command("late")), frame(PING, b"late"), close_frame(1001)])
def test_what_comes_after_a_close_is_passed_over(client: Client, late: bytes) -> None:
    client.send(close_frame(1000) + late)
    got = client.receive_but_pings()
    assert (got.opcode, got.code) == (CLOSE, 1000)
    assert client.sees_end()


def test_what_came_before_a_close_is_answered(client: Client) -> None:
    client.send(frame(TEXT, command("last")) + close_frame(1000))
    expect_echo(client, "last")
    assert client.receive_but_pings().code == 1000


# 8. Limits


@pytest.mark.parametrize("size", [MESSAGE_BYTES_MAX + 1, 16 << 20, 1 << 40, (1 << 63) - 1])
def test_a_frame_that_is_too_large_is_refused_by_its_header(client: Client, size: int) -> None:
    client.send(frame(TEXT, b"", length_bytes=8, length=size))
    expect_failure(client, 1009)


@pytest.mark.parametrize("first", [1, 1000, MESSAGE_BYTES_MAX // 2, MESSAGE_BYTES_MAX])
def test_fragments_are_too_large_together(client: Client, first: int) -> None:
    client.send(frame(TEXT, b" " * first, fin=False))
    client.send(frame(CONTINUATION, b" " * (MESSAGE_BYTES_MAX + 1 - first)))
    expect_failure(client, 1009)


# 9. The handshake


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"Upgrade": "WebSocket"},
        {"Upgrade": "WEBSOCKET"},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "upgrade"},
        {"Sec-WebSocket-Protocol": "longwire.v1.json"},
        {"Sec-WebSocket-Protocol": "something, longwire.v1.json"},
        {"Sec-WebSocket-Extensions": "x-unknown; a=1"},
        {"Origin": "http://127.0.0.1"},
        {"Host": "localhost:8080"},
    ],
)
def test_a_handshake_is_accepted(connect: Callable[..., Client], changed: dict[str, str]) -> None:
    client = connect(changed)
    assert client.status == 101
    assert client.headers["sec-websocket-accept"] == ACCEPT
    assert client.headers.get("sec-websocket-protocol") in (None, "longwire.v1.json")
    assert "sec-websocket-extensions" not in client.headers
    still_works(client)


@pytest.mark.parametrize(
    "changed,status",
    [
        ({"Sec-WebSocket-Version": "12"}, 426),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Version": None}, 426),
        ({"Sec-WebSocket-Version": "thirteen"}, 426),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Sec-WebSocket-Key": ""}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=!"}, 400),
        ({"Host": None}, 400),
        ({"Sec-WebSocket-Protocol": "something.else"}, 400),
    ],
)
def test_a_handshake_that_is_none_is_refused(
    connect: Callable[..., Client], changed: dict[str, str | None], status: int
) -> None:
    client = connect(changed)
    assert client.status == status
    if status == 426:
        assert client.headers["sec-websocket-version"] == "13"


@pytest.mark.parametrize(
    "start,status",
    [("GET /v1/nothing HTTP/1.1", 404), ("POST /v1/ws HTTP/1.1", 426), ("GET /v1/ws HTTP/1.0", 426)],
)
def test_it_is_done_where_and_how_it_can_be(connect: Callable[..., Client], start: str, status: int) -> None:
    assert connect(start=start).status == status


def test_frames_may_come_with_the_handshake(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        head = "GET /v1/ws HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in HANDSHAKE.items())
        raw.sendall(head.encode() + b"\r\n" + frame(TEXT, command("early")))
        got = b""
        while b"is unknown: early" not in got:
            part = raw.recv(65536)
            assert part, got
            got += part
