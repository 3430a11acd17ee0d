from __future__ import annotations

import msgpack
import pytest

from longwire._core.limits import BATCH_BYTES_TARGET
from longwire._core.messages import Position, ResendRequest, WorkerWelcome
from longwire._core.names import partition_of, topic_key
from longwire._core.producer import ProducerSender

PATH = "dev/task/a"
AT = partition_of(PATH, 4)


def welcome(*positions: Position, partitions: int = 4, window_bytes: int = 0) -> WorkerWelcome:
    return WorkerWelcome(1, "b", partitions, window_bytes, positions, 7)


@pytest.fixture
def sender() -> ProducerSender:
    sender = ProducerSender("w", 7, 8 << 20)
    assert sender.welcome(welcome())
    sender.set_subscribed(True)
    return sender


def emit(sender: ProducerSender, path: str = PATH, payload: bytes = b"\xc0") -> Position | None:
    return sender.emit(path, "log", 1, payload, 3, owner=9)


def sequences(sender: ProducerSender) -> list[tuple[bool, list[int]]]:
    """What goes out: whether over the link, and its numbers."""
    out = []
    for outgoing in sender.take_outgoing():
        unpacker = msgpack.Unpacker()
        unpacker.feed(outgoing.envelopes)
        out.append((outgoing.over_link, [envelope[2] for envelope in unpacker]))
    return out


def test_takes_nothing_before_the_first_session() -> None:
    sender = ProducerSender("w", 7, 100)
    assert not sender.has_room()
    assert emit(sender) is None


def test_events_of_one_topic_leave_together(sender: ProducerSender) -> None:
    assert [emit(sender), emit(sender)] == [Position(AT, 1), Position(AT, 2)]
    (outgoing,) = sender.take_outgoing()
    assert outgoing.key == topic_key(PATH, AT)
    assert outgoing.envelopes == b"".join(
        msgpack.packb(["w", 7, sequence, 3, "log", None, 1, None, None]) for sequence in (1, 2)
    )
    assert sender.take_outgoing() == []


def test_a_message_is_closed_when_it_is_full_and_at_another_topic(sender: ProducerSender) -> None:
    for _ in range(3):
        emit(sender, payload=msgpack.packb(b"x" * BATCH_BYTES_TARGET))
    emit(sender, "dev/task/b")
    emit(sender)
    assert [len(numbers) for _, numbers in sequences(sender)] == [1, 1, 1, 1, 1]


def test_at_the_bound_it_says_no_until_some_are_acknowledged() -> None:
    sender = ProducerSender("w", 7, 1_000)
    assert sender.welcome(welcome())
    taken = 0
    while emit(sender):
        taken += 1
    assert 0 < taken < 10
    sender.committed(Position(AT, 1))
    assert sender.has_room()
    sender.committed(Position(AT, taken))
    assert sender.kept_bytes == 0


def test_the_smaller_window_holds(sender: ProducerSender) -> None:
    assert sender.welcome(welcome(window_bytes=1))
    assert emit(sender)
    assert emit(sender) is None


def test_what_is_asked_for_goes_over_the_link_as_far_as_it_is_kept(sender: ProducerSender) -> None:
    for _ in range(5):
        emit(sender)
    sender.take_outgoing()
    sender.committed(Position(AT, 2))
    sender.resend(ResendRequest(AT, 1, 4))
    assert sequences(sender) == [(True, [3, 4])]
    sender.resend(ResendRequest(AT, 1, 2))
    sender.resend(ResendRequest(AT, 6, 2**64 - 1))
    sender.resend(ResendRequest(99, 1, 2))
    assert sequences(sender) == []


def test_a_new_session_gets_what_is_not_acknowledged(sender: ProducerSender) -> None:
    for _ in range(3):
        emit(sender)
    sender.disconnected()
    emit(sender)
    sender.take_outgoing()
    assert sender.welcome(welcome(Position(AT, 2)))
    assert sequences(sender) == [(True, [3, 4])]
    assert sender.published() == (Position(AT, 4),)
    assert sender.acknowledged() == (Position(AT, 2),)


def test_until_the_subscription_is_heard_events_take_the_link(sender: ProducerSender) -> None:
    sender.set_subscribed(False)
    emit(sender)
    sender.set_subscribed(True)
    emit(sender)
    assert sequences(sender) == [(True, [1]), (False, [2])]


def test_an_acknowledgement_of_what_was_never_sent_takes_no_more_than_there_is(sender: ProducerSender) -> None:
    emit(sender)
    sender.committed(Position(AT, 50))
    sender.committed(Position(77, 1))
    assert sender.acknowledged() == (Position(AT, 1),)
    assert emit(sender) == Position(AT, 2)


def test_another_number_of_partitions_needs_another_life(sender: ProducerSender) -> None:
    assert not sender.welcome(welcome(partitions=8))
    assert not sender.welcome(welcome(partitions=0))
    assert not ProducerSender("w", 7, 1).welcome(welcome(partitions=257))


def test_what_is_kept_is_found_by_its_place(sender: ProducerSender) -> None:
    emit(sender)
    emit(sender)
    sender.committed(Position(AT, 1))
    assert sender.find(Position(AT, 1)) is None
    kept = sender.find(Position(AT, 2))
    assert kept is not None and kept.owner == 9
    assert sender.find(Position(AT, 3)) is None
    assert sender.find(Position(99, 1)) is None
