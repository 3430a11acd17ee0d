"""A broker's bytes that are cut, changed or made up: whatever comes, it is read or it is Malformed, and a session lives
on."""

from __future__ import annotations

import json
import random
from pathlib import Path

import msgpack
import pytest
from session_bench import Bench

from longwire._core import messages
from longwire._core.session_parts import State
from longwire._core.values import unpack_value
from longwire._core.wire import Malformed, decode

VECTORS = Path(__file__).parents[4] / "protocol/vectors"


def examples() -> list[bytes]:
    vectors = json.loads((VECTORS / "links.json").read_text(encoding="utf-8"))["broker_to_worker"]
    return [bytes.fromhex(vector["bytes"]) for vector in vectors]


def mutated(example: bytes, chance: random.Random) -> bytes:
    data = bytearray(example)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        change = chance.randrange(4)
        if change == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif change == 1:
            del data[at : at + chance.randint(1, 3)]
        elif change == 2:
            data[at:at] = chance.randbytes(chance.randint(1, 3))
        else:
            data[at:at] = msgpack.packb(chance.choice([None, True, -1, 2**64 - 1, 1.5, "x", b"x", [], {}, [[]]]))
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_every_message_is_read_or_malformed(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5_000):
        data = mutated(chance.choice(examples_), chance)
        try:
            _, message = decode(messages.BROKER_TO_WORKER, data)
        except Malformed:
            continue
        for value in vars(message).values():
            if isinstance(value, bytes):
                unpack_value(value)


@pytest.mark.parametrize("seed", range(4))
def test_a_session_outlives_whatever_comes(seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench(incarnation=1700000000000001)
    bench.incarnation = 1700000000000001
    for _ in range(300):
        while bench.session.state is not State.LIVE:
            if bench.session.is_over:  # refused by a message that was whole by chance
                bench.session.state = State.JOINING
            bench.turn(1_000)
            bench.welcome()
        bench.assign(f"t{chance.randrange(3)}", chance.randint(1, 3))
        for _ in range(20):
            bench.session.receive(mutated(chance.choice(examples_), chance), bench.now_us)
        bench.turn(chance.randrange(100))


examples_ = examples()
