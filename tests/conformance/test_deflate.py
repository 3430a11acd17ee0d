"""permessage-deflate (RFC 7692): what is agreed on, and what becomes of compressed messages, right and wrong."""

from __future__ import annotations

import json
import os
from typing import Callable

import pytest
from conftest import MESSAGE_BYTES_MAX
from wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Client, close_frame, deflate, frame, inflate

OFFER = "Sec-WebSocket-Extensions"
RSV1 = 4
AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12"


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    opened = connect({OFFER: "permessage-deflate; client_max_window_bits"})
    assert opened.headers["sec-websocket-extensions"] == AGREED
    return opened


def command(word: str, size: int = 0) -> bytes:
    text = json.dumps({"id": 1, "cmd": word}).encode()
    return text + b" " * (size - len(text))


def expect_echo(client: Client, word: str) -> None:
    got = client.receive_but_pings()
    text = inflate(got.payload) if got.deflated else got.payload
    assert json.loads(text)["error"]["message"] == f"is unknown: {word}"


def expect_failure(client: Client, *codes: int) -> None:
    got = client.receive_but_pings()
    assert got.opcode == CLOSE and got.code in codes, got
    assert client.sees_end()


@pytest.mark.parametrize(
    "offer,answer",
    [
        ("permessage-deflate", AGREED),
        ("permessage-deflate; client_max_window_bits", AGREED),
        ("permessage-deflate; client_max_window_bits=10", AGREED + "; client_max_window_bits=10"),
        ("permessage-deflate; server_no_context_takeover", AGREED),
        ("permessage-deflate; client_no_context_takeover; server_no_context_takeover", AGREED),
        ("permessage-deflate; server_max_window_bits=15", AGREED),
        ("permessage-deflate; server_max_window_bits=12", AGREED),
        ("permessage-deflate; server_max_window_bits=9", AGREED.replace("=12", "=9")),
        ("x-webkit-deflate-frame, permessage-deflate", AGREED),
    ],
)
def test_what_is_offered_is_agreed_on(connect: Callable[..., Client], offer: str, answer: str) -> None:
    client = connect({OFFER: offer})
    assert client.headers.get("sec-websocket-extensions") == answer
    client.send(frame(TEXT, deflate(command("agreed", 3000)), rsv=RSV1))
    expect_echo(client, "agreed")


@pytest.mark.parametrize(
    "offer",
    [
        "permessage-bzip2",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=99",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; unknown",
        "permessage-deflate; unknown=1, permessage-deflate",  # a server may take the second, and ours does not
    ],
)
def test_what_is_no_offer_leaves_messages_as_they_are(connect: Callable[..., Client], offer: str) -> None:
    client = connect({OFFER: offer})
    assert "sec-websocket-extensions" not in client.headers
    client.send(frame(TEXT, command("plain")))
    expect_echo(client, "plain")
    client.send(frame(TEXT, deflate(command("not agreed")), rsv=RSV1))
    expect_failure(client, 1002)


@pytest.mark.parametrize("size", [32, 100, 125, 126, 1000, 4096, 65535, 65536, 262144, 1048576])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_a_compressed_message_of_any_size_is_taken(client: Client, size: int, level: int) -> None:
    client.send(frame(TEXT, deflate(command("sized", size), level=level), rsv=RSV1))
    expect_echo(client, "sized")


@pytest.mark.parametrize("window_bits", [9, 10, 12, 15])
def test_any_window_is_taken(client: Client, window_bits: int) -> None:
    client.send(frame(TEXT, deflate(command("window", 50_000), window_bits), rsv=RSV1))
    expect_echo(client, "window")


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_only_the_first_fragment_says_that_it_is_compressed(client: Client, size: int) -> None:
    payload = deflate(command("in pieces", 2000))
    parts = [payload[i : i + size] for i in range(0, len(payload), size)]
    for i, part in enumerate(parts):
        client.send(frame(CONTINUATION if i else TEXT, part, fin=i == len(parts) - 1, rsv=0 if i else RSV1))
    expect_echo(client, "in pieces")


def test_a_later_one_must_not(client: Client) -> None:
    payload = deflate(command("wrong"))
    client.send(frame(TEXT, payload[:5], fin=False, rsv=RSV1) + frame(CONTINUATION, payload[5:], rsv=RSV1))
    expect_failure(client, 1002)


def test_a_ping_between_compressed_fragments_is_answered(client: Client) -> None:
    payload = deflate(command("pinged", 500))
    client.send(frame(TEXT, payload[:9], fin=False, rsv=RSV1) + frame(PING, b"now") + frame(CONTINUATION, payload[9:]))
    got = client.receive()
    assert (got.opcode, got.payload) == (PONG, b"now")
    expect_echo(client, "pinged")


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_control_frames_are_not_compressed(client: Client, opcode: int) -> None:
    client.send(frame(opcode, b"\x03\xe8", rsv=RSV1))
    expect_failure(client, 1002)


@pytest.mark.parametrize("rsv", [1, 2, 3, 5, 6, 7])
def test_the_other_reserved_bits_stay_reserved(client: Client, rsv: int) -> None:
    client.send(frame(TEXT, deflate(command("x")), rsv=rsv))
    expect_failure(client, 1002)


def test_a_message_may_be_sent_as_it_is(client: Client) -> None:
    for word in ("one", "two"):
        client.send(frame(TEXT, command(word)))
        expect_echo(client, word)
        client.send(frame(TEXT, deflate(command(word)), rsv=RSV1))
        expect_echo(client, word)


def test_an_empty_message_may_be_compressed(client: Client) -> None:
    client.send(frame(TEXT, b"\0", rsv=RSV1))
    client.send(frame(TEXT, command("after")))
    seen = [json.loads(client.receive_but_pings().payload) for _ in range(2)]
    assert seen[1]["error"]["message"] == "is unknown: after"


def test_several_blocks_make_one_message(client: Client) -> None:
    message = command("blocks", 300)
    payload = deflate(message[:100]) + b"\0\0\xff\xff" + deflate(message[100:])
    client.send(frame(TEXT, payload, rsv=RSV1))
    expect_echo(client, "blocks")


@pytest.mark.parametrize("bad", [b"\xff\xff\xff", b"\x06", b"garbage", b"\x07\x00\x00", bytes(range(200, 256))])
def test_what_cannot_be_decompressed_ends_it(client: Client, bad: bytes) -> None:
    client.send(frame(TEXT, bad, rsv=RSV1))
    expect_failure(client, 1002, 1007)


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\xaf", b"ok\xed\xa0\x80"])
def test_text_is_utf8_when_it_is_decompressed(client: Client, bad: bytes) -> None:
    client.send(frame(TEXT, deflate(bad), rsv=RSV1))
    expect_failure(client, 1007)


@pytest.mark.parametrize("size", [MESSAGE_BYTES_MAX + 1, 64 << 20])
def test_a_bomb_is_refused_by_what_it_becomes(client: Client, size: int) -> None:
    client.send(frame(TEXT, deflate(b" " * size, level=9), rsv=RSV1))
    expect_failure(client, 1009)


def test_a_close_is_answered(client: Client) -> None:
    client.send(close_frame(1000))
    assert client.receive_but_pings().code == 1000
    assert client.sees_end()


def test_long_answers_are_compressed_each_by_itself(client: Client) -> None:
    topics = [{"topic": f"a/{'long ' * 20}{i}#"} for i in range(100)]
    for _ in range(3):
        client.send(frame(TEXT, json.dumps({"id": 1, "cmd": "subscribe", "topics": topics}).encode()))
        got = client.receive_but_pings()
        assert got.deflated
        text = inflate(got.payload)  # with nothing of the message before
        assert len(json.loads(text)["ok"]["topics"]) == 100
        assert len(got.payload) < len(text) / 4


def test_short_answers_are_not(client: Client) -> None:
    client.send(frame(TEXT, command("short")))
    assert not client.receive_but_pings().deflated


def test_who_asks_for_a_smaller_window_is_sent_nothing_compressed(connect: Callable[..., Client]) -> None:
    client = connect({OFFER: "permessage-deflate; server_max_window_bits=9"})
    topics = [{"topic": f"a/{'long ' * 20}{i}#"} for i in range(100)]
    for _ in range(2):
        client.send(frame(TEXT, json.dumps({"id": 1, "cmd": "subscribe", "topics": topics}).encode()))
        assert not client.receive_but_pings().deflated


def test_random_bytes_come_through(client: Client) -> None:
    client.send(frame(BINARY, deflate(os.urandom(100_000)), rsv=RSV1))
    assert json.loads(client.receive_but_pings().payload)["error"]["field"] == "frame"
    client.send(frame(TEXT, command("still here")))
    expect_echo(client, "still here")
