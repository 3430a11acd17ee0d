"""A session and a broker of the tests' own making, between which messages are lost, links reset and the broker
restarted, by seed: what the log holds in the end is what was emitted, once and in order."""

from __future__ import annotations

import random
from typing import Any

import msgpack
import pytest

from longwire._core import messages as link
from longwire._core.limits import PROTOCOL_VERSION
from longwire._core.names import partition_of
from longwire._core.orders import RevokedAttempt
from longwire._core.session import WorkerSession
from longwire._core.session_parts import SessionOptions, State
from longwire._core.wire import decode, encode

PARTITIONS = 4
MS = 1_000


class ModelBroker:
    """What links.md asks of a broker, in its simplest form. Its log survives restarts, and nothing else does."""

    def __init__(self) -> None:
        self.log: dict[int, list[Any]] = {partition: [] for partition in range(PARTITIONS)}
        self.restart()

    def restart(self) -> None:
        self.early: dict[tuple[int, int], Any] = {}
        self.is_live = False
        self.heard = self.said = 0
        self.out: list[bytes] = []

    def say(self, message: Any) -> None:
        self.said += 1
        self.out.append(encode(self.said, message))

    def hear(self, data: bytes, to_be_assigned: list[link.AttemptRef]) -> None:
        number, message = decode(link.WORKER_TO_BROKER, data)
        if isinstance(message, link.WorkerHello):
            self.is_live, self.heard, self.said = True, 1, 0
            positions = tuple(link.Position(p, len(events)) for p, events in self.log.items() if events)
            self.say(link.WorkerWelcome(PROTOCOL_VERSION, "b", PARTITIONS, 0, positions, message.incarnation))
            for ref in to_be_assigned:
                self.say(link.AssignTask(ref, 1, "job", b"", 0))
            return
        self.heard += 1
        if not self.is_live or number != self.heard:
            self.is_live = False
            self.out.append(encode(0, link.LinkReset("lost")))
        elif isinstance(message, link.ResentEvents):
            self.events(message.key, message.envelopes)
        elif isinstance(message, link.WorkerHeartbeat):
            for position in message.published:
                self.ask(position.partition, position.sequence)

    def events(self, key: bytes, envelopes: bytes) -> None:
        partition = int(key[:2], 16)
        unpacker = msgpack.Unpacker()
        unpacker.feed(envelopes)
        for envelope in unpacker:
            self.early[partition, envelope[2]] = (key, envelope[8])
        log = self.log[partition]
        while (partition, len(log) + 1) in self.early:
            log.append(self.early.pop((partition, len(log) + 1)))

    def ask(self, partition: int, newest: int) -> None:
        if newest > len(self.log[partition]):
            self.say(link.ResendRequest(partition, len(self.log[partition]) + 1, newest))

    def turn(self) -> list[bytes]:
        if self.is_live:
            for partition, number in sorted(self.early):
                if number > len(self.log[partition]) + 1:
                    self.ask(partition, number - 1)
            self.say(link.EventsCommitted(tuple(link.Position(p, len(e)) for p, e in self.log.items() if e), 1))
        out, self.out = self.out, []
        return out


@pytest.mark.parametrize("seed", range(30))
def test_every_event_is_in_the_log_once_and_in_order(seed: int) -> None:
    chance = random.Random(seed)
    loss = chance.choice([0.0, 0.02, 0.2])
    tasks = [link.AttemptRef("dev", f"t{i}", 1) for i in range(5)]
    now_us = 1_000_000_000
    options = SessionOptions("w", 7, ("job",), capacity=8, window_bytes=chance.choice([2_000, 1 << 20]))
    session, broker = WorkerSession(options, now_us), ModelBroker()
    emitted: dict[str, list[int]] = {ref.task: [] for ref in tasks}
    ids: dict[str, int] = {}

    def deliver(is_over: bool) -> None:
        output = session.take_output(now_us)
        assert not any(isinstance(order, RevokedAttempt) for order in output.orders)
        for key, envelopes in output.published:
            if is_over or chance.random() >= loss:
                broker.events(key, envelopes)
        for data in output.link:
            if is_over or chance.random() >= loss / 4:
                broker.hear(data, tasks)
        for data in broker.turn():
            if is_over or chance.random() >= loss / 4:
                session.receive(data, now_us)
        for ref in tasks:
            if (id := session.attempts.id_of(ref)) is not None:
                ids[ref.task] = id

    def step(is_over: bool) -> None:
        nonlocal now_us
        now_us += chance.randint(1, 40) * MS
        if not is_over and chance.random() < 0.01:
            broker.restart()
        if not is_over and chance.random() < 0.02:
            session.heard(chance.random() < 0.7, b"")
        for task, id in ids.items():
            for _ in range(0 if is_over else chance.randrange(6)):
                number = len(emitted[task]) + 1
                if session.emit(id, "log", msgpack.packb(number), now_us, False, now_us):
                    emitted[task].append(number)
        session.tick(now_us)
        deliver(is_over)

    for _ in range(600):
        step(is_over=False)
    for _ in range(400):
        step(is_over=True)
        if session.state is State.LIVE and session.unacknowledged_bytes == 0:
            break
    assert session.unacknowledged_bytes == 0
    assert all(numbers for numbers in emitted.values())
    for task, numbers in emitted.items():
        path = f"dev/task/{task}"
        log = broker.log[partition_of(path, PARTITIONS)]
        assert [number for key, number in log if key[3:-1] == path.encode()] == numbers
