"""The same facts as of the session in C++ (tests/unit/worker/sdk/core/worker_session_test.cc)."""

from __future__ import annotations

import msgpack
import pytest
from session_bench import PARTITIONS, Bench

from longwire._core import messages as link
from longwire._core.limits import PROTOCOL_VERSION
from longwire._core.orders import CancelAttempt, ChildNews, GiveInput, Notice, RevokedAttempt, StartAttempt
from longwire._core.session_parts import State


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def live(bench: Bench) -> Bench:
    bench.go_live()
    return bench


def test_says_hello_more_and_more_slowly_until_welcomed(bench: Bench) -> None:
    at = []
    for ms in range(0, 4_001, 10):
        bench.turn(10 if ms else 0)
        at += [ms] if bench.sent(link.WorkerHello) else []
    assert at == [0, 200, 600, 1_400, 2_400, 3_400]
    bench.welcome()
    assert bench.session.state is State.LIVE
    bench.turn(500)
    assert not bench.sent(link.WorkerHello)


def test_the_hello_says_who_it_is(bench: Bench) -> None:
    bench.turn()
    (hello,) = bench.sent(link.WorkerHello)
    assert hello == link.WorkerHello(PROTOCOL_VERSION, "w-1", 5, ("job",), 2, "", (), ())


def test_a_hello_to_nobody_is_repeated_soon(bench: Bench) -> None:
    bench.turn()
    bench.session.link_failed(bench.now_us)
    bench.turn(25)
    assert len(bench.sent(link.WorkerHello)) == 1


def test_two_answers_to_a_repeated_hello_make_one_session(bench: Bench) -> None:
    bench.turn()
    bench.turn(200)
    bench.welcome()
    id = bench.assign("t1")
    bench.welcome()
    bench.tell(link.BrokerHeartbeat())
    assert bench.session.state is State.LIVE
    assert bench.assign("t1") == id, "told again, it is the attempt already held"
    assert bench.count(StartAttempt) == 1


def test_a_missing_message_ends_the_session(live: Bench) -> None:
    live.told += 1
    live.tell(link.BrokerHeartbeat())
    assert live.session.state is State.JOINING


def test_a_malformed_message_ends_the_session(live: Bench) -> None:
    live.session.receive(b"garbage", live.now_us)
    assert live.session.state is State.JOINING


def test_a_silent_broker_is_lost(live: Bench) -> None:
    live.turn(3_000)
    assert live.session.state is State.LIVE
    live.turn(1)
    assert live.session.state is State.JOINING


def test_leftovers_of_the_session_before_are_ignored(live: Bench) -> None:
    live.assign("t1")
    live.tell(link.LinkReset("test"))
    assert live.session.state is State.JOINING
    live.tell(link.RevokeAttempt(live.ref("t1"), "old"))
    assert live.count(RevokedAttempt) == 0
    live.welcome()
    assert live.session.state is State.JOINING, "a hello of before did not say that t1 is held here"
    live.turn(300)
    live.welcome()
    assert live.session.state is State.LIVE


def test_a_long_session_is_renewed_at_once_a_short_one_not(live: Bench) -> None:
    live.tell(link.LinkReset("short"))
    live.turn()
    assert not live.sent(link.WorkerHello)
    live.turn(200)
    assert len(live.sent(link.WorkerHello)) == 1
    live.welcome()
    for _ in range(6):
        live.turn(1_000)
        live.tell(link.BrokerHeartbeat())
    live.tell(link.LinkReset("long"))
    live.turn()
    assert len(live.sent(link.WorkerHello)) == 1


def test_a_refusal_is_final(bench: Bench) -> None:
    bench.turn()
    bench.tell(link.HelloRefused("name in use"))
    assert bench.session.state is State.REFUSED
    bench.turn()
    (notice,) = bench.orders
    assert isinstance(notice, Notice) and "name in use" in notice.message


def test_another_version_is_a_refusal(bench: Bench) -> None:
    bench.turn()
    bench.tell(link.WorkerWelcome(PROTOCOL_VERSION + 1, "b", PARTITIONS, 0, (), 5))
    assert bench.session.state is State.REFUSED


def test_a_welcome_to_its_life_before_is_none(bench: Bench) -> None:
    bench.turn()
    bench.tell(link.WorkerWelcome(PROTOCOL_VERSION, "b", PARTITIONS, 0, (), 4))
    assert bench.session.state is State.JOINING


def test_heartbeats_come_each_second(live: Bench) -> None:
    live.turn(999)
    assert not live.sent(link.WorkerHeartbeat)
    live.turn(1)
    assert len(live.sent(link.WorkerHeartbeat)) == 1


def test_an_unconfirmed_tail_is_said_soon(live: Bench) -> None:
    id = live.assign("t1")
    live.turn(20)
    live.emit(id)
    live.turn(99)
    assert not live.sent(link.WorkerHeartbeat)
    live.turn(1)
    (beat,) = live.sent(link.WorkerHeartbeat)
    assert beat.published == (live.at("t1", 1),)
    live.turn(50)
    assert not live.sent(link.WorkerHeartbeat), "said a moment ago"
    live.commit("t1", 1)
    live.turn(300)
    assert not live.sent(link.WorkerHeartbeat), "nothing is waiting"


def test_knows_what_acknowledged_events_survive(live: Bench) -> None:
    live.emit(live.assign("t1"))
    assert live.session.durability is None
    live.tell(link.EventsCommitted((live.at("t1", 1),), 1))
    assert live.session.durability == 1


def test_publishes_once_all_partitions_are_heard(bench: Bench) -> None:
    bench.turn()
    bench.welcome()
    id = bench.assign("t1")
    bench.session.heard(True, b"00/")
    bench.session.heard(True, b"01/dev/task/t1")  # one topic only
    bench.emit(id)
    bench.turn()
    assert not bench.out.published and len(bench.sent(link.ResentEvents)) == 1
    bench.session.heard(True, b"01/")
    bench.emit(id)
    bench.turn()
    assert len(bench.out.published) == 1
    bench.session.heard(False, b"00/")
    bench.emit(id)
    bench.turn()
    assert not bench.out.published


def test_an_attempt_is_held_until_its_last_event_is_committed(live: Bench) -> None:
    id = live.assign("t1")
    live.emit(id)
    assert live.emit(id, is_last=True)
    assert live.emit(id), "dropped after the last"
    live.tell(link.LinkReset("test"))
    live.turn(300)
    (hello,) = live.sent(link.WorkerHello)
    assert hello.running == (live.ref("t1"),)
    live.welcome(live.at("t1", 1))
    live.turn()
    assert len(live.sent(link.ResentEvents)) == 1
    assert live.session.attempts.all
    live.commit("t1", 2)
    assert not live.session.attempts.all


def test_the_last_event_says_how_many_there_were_before(live: Bench) -> None:
    id = live.assign("t1")
    live.emit(id)
    live.emit(id)
    live.emit(id, is_last=True)
    live.turn()
    ((_, envelopes),) = live.out.published
    unpacker = msgpack.Unpacker()
    unpacker.feed(envelopes)
    assert [envelope[8] for envelope in unpacker] == [{}, {}, {"events": 2}]


def test_ended_attempts_take_no_room(live: Bench) -> None:
    live.emit(live.assign("t1"), is_last=True)
    live.emit(live.assign("t2"), is_last=True)
    live.assign("t3")
    assert live.count(StartAttempt) == 3


def test_too_many_and_unknown_kinds_are_handed_back(live: Bench) -> None:
    for task in ("t1", "t2", "t3"):
        live.assign(task)
    assert len(live.sent(link.HandBack)) == 1
    live.tell(link.AssignTask(live.ref("t4"), 1, "other", b"", 0))
    live.turn()
    (back,) = live.sent(link.HandBack)
    assert back.attempt.task == "t4"
    assert live.count(StartAttempt) == 2


def test_says_how_many_wait_for_others_and_takes_as_many_more() -> None:
    live = Bench(waiting_max=2)
    live.go_live()
    for task in ("t1", "t2"):
        live.assign(task)
    live.session.waiting(1)
    live.turn()
    assert live.sent(link.AttemptsWaiting) == [link.AttemptsWaiting(1)]
    live.turn()
    assert not live.sent(link.AttemptsWaiting)
    live.assign("t3")
    live.session.waiting(7)
    live.turn()
    assert live.sent(link.AttemptsWaiting) == [link.AttemptsWaiting(2)], "not more than waiting_max"
    live.assign("t4")
    assert live.count(StartAttempt) == 4
    live.assign("t5")
    assert len(live.sent(link.HandBack)) == 1
    live.tell(link.LinkReset("again"))
    live.turn(5_000)
    live.welcome()
    live.turn()
    assert live.sent(link.AttemptsWaiting) == [link.AttemptsWaiting(2)], "a new session begins with none"


def test_a_later_attempt_supersedes_the_one_at_work(live: Bench) -> None:
    live.assign("t1", 1)
    live.assign("t1", 2)
    assert (live.count(RevokedAttempt), live.count(StartAttempt)) == (1, 2)
    live.assign("t1", 1)
    assert len(live.sent(link.HandBack)) == 1


def test_events_of_a_revoked_attempt_are_dropped(live: Bench) -> None:
    id = live.assign("t1")
    live.tell(link.RevokeAttempt(live.ref("t1"), "lost"))
    assert live.emit(id)
    live.turn()
    assert live.count(RevokedAttempt) == 1
    assert not live.out.published


def test_a_refused_event_of_a_lost_attempt_revokes_it(live: Bench) -> None:
    live.emit(live.assign("t1"))
    live.tell(link.EventRefused(live.at("t1", 1), "conflict", "the attempt is over"))
    live.turn()
    assert live.count(RevokedAttempt) == 1
    assert not live.session.attempts.all


def test_a_refused_event_that_is_itself_at_fault_revokes_nothing(live: Bench) -> None:
    live.emit(live.assign("t1"))
    live.tell(link.EventRefused(live.at("t1", 1), "bad_request", "type: ..."))
    live.turn()
    assert live.count(RevokedAttempt) == 0
    assert live.session.attempts.all


def test_many_refusals_are_said_in_few_lines(live: Bench) -> None:
    id = live.assign("t1")
    before = live.count(Notice)
    for i in range(1, 101):
        live.emit(id)
        live.tell(link.EventRefused(live.at("t1", i), "bad_request", "no"))
    live.turn()
    assert live.count(Notice) == before + 1
    for _ in range(5):
        live.turn(1_000)
        live.tell(link.BrokerHeartbeat())
    live.tell(link.EventRefused(live.at("t1", 101), "bad_request", "no"))
    live.turn()
    last = live.orders[-1]
    assert isinstance(last, Notice) and "100 events refused" in last.message


def test_cancels_and_inputs_reach_the_attempt(live: Bench) -> None:
    id = live.assign("t1")
    live.tell(link.CancelTask(live.ref("t1"), "why", 100))
    live.tell(link.CancelTask(live.ref("t1", 2), "another attempt", 100))
    live.tell(link.TaskInput(live.ref("t1"), 4, b"\x01"))
    live.tell(link.TaskInput(live.ref("t1"), 4, b"\x01"))
    live.turn()
    assert live.count(CancelAttempt) == 1
    assert [order for order in live.orders if isinstance(order, GiveInput)] == [GiveInput(id, 4, b"\x01")]


def test_the_hello_says_what_is_forgotten(live: Bench) -> None:
    id = live.assign("t1")
    live.emit(id)
    live.emit(id)
    live.commit("t1", 1)
    live.tell(link.LinkReset("test"))
    live.turn(300)
    (hello,) = live.sent(link.WorkerHello)
    assert hello.acknowledged == (live.at("t1", 1),)


def test_a_broker_that_has_forgotten_gets_a_new_incarnation(live: Bench) -> None:
    id = live.assign("t1")
    live.emit(id)
    live.emit(id)
    live.commit("t1", 1)
    live.tell(link.LinkReset("test"))
    live.turn(300)
    live.welcome()
    live.turn()
    assert live.session.state is State.JOINING
    assert live.count(RevokedAttempt) == 1
    (hello,) = live.sent(link.WorkerHello)
    assert hello.incarnation > 5 and hello.running == ()
    live.welcome()
    assert live.session.state is State.LIVE
    assert live.session.unacknowledged_bytes == 0


def test_draining_waits_for_tasks_and_their_events(live: Bench) -> None:
    id = live.assign("t1")
    live.session.drain(live.now_us)
    live.turn()
    assert len(live.sent(link.WorkerDraining)) == 1
    live.assign("t2")
    assert len(live.sent(link.HandBack)) == 1
    live.emit(id, is_last=True)
    live.turn(10)
    assert live.session.state is State.LIVE
    live.commit("t1", 1)
    live.turn(10)
    assert live.session.state is State.DONE
    assert len(live.sent(link.WorkerBye)) == 1


def test_after_the_grace_time_what_runs_is_handed_back(live: Bench) -> None:
    id = live.assign("t1")
    live.emit(id)
    live.session.drain(live.now_us)
    live.turn(500)
    live.tell(link.BrokerHeartbeat())
    live.turn(501)
    assert live.count(RevokedAttempt) == 1
    assert not live.sent(link.HandBack), "its events are not committed yet"
    assert live.emit(id), "dropped"
    live.commit("t1", 1)
    live.turn()
    assert len(live.sent(link.HandBack)) == 1
    assert live.session.state is State.DONE


def test_a_drain_that_cannot_be_told_ends_as_lost(live: Bench) -> None:
    live.emit(live.assign("t1"), is_last=True)
    live.session.drain(live.now_us)
    for _ in range(21):
        live.turn(100)
    assert live.session.state is State.LOST


def test_draining_is_said_again_in_a_new_session(live: Bench) -> None:
    live.assign("t1")
    live.session.drain(live.now_us)
    live.turn()
    live.tell(link.LinkReset("test"))
    live.turn(250)
    live.welcome()
    live.turn()
    assert len(live.sent(link.WorkerDraining)) == 1


def test_draining_without_a_broker_ends_at_once(bench: Bench) -> None:
    bench.turn()
    bench.session.drain(bench.now_us)
    assert bench.session.state is State.DONE


def test_an_attempt_that_cannot_be_started_is_given_back(live: Bench) -> None:
    live.session.give_back(live.assign("t1"), "busy", live.now_us)
    live.turn()
    assert len(live.sent(link.HandBack)) == 1
    assert not live.session.attempts.all


def test_asks_for_a_child_again_in_each_session_until_it_has_ended(live: Bench) -> None:
    id = live.assign("t")
    live.session.start_child(id, "part", b"\x80", live.now_us)
    live.turn()
    assert live.sent(link.StartChild) == [link.StartChild(live.ref("t"), "part", b"\x80")]
    live.turn(50)
    assert not live.sent(link.StartChild)
    live.tell(link.ChildState(live.ref("t"), "part", "c", "RUNNING"))
    live.tell(link.LinkReset("again"))
    live.turn(5_000)
    assert not live.sent(link.StartChild), "there is no session"
    live.welcome()
    live.turn()
    assert len(live.sent(link.StartChild)) == 1
    live.tell(link.ChildState(live.ref("t"), "part", "c", "COMPLETED", b"\x01"))
    live.tell(link.LinkReset("again"))
    live.turn(5_000)
    live.welcome()
    live.turn()
    assert not live.sent(link.StartChild)
    running, ended = [order for order in live.orders if isinstance(order, ChildNews)]
    assert (running.has_ended, ended.has_ended, ended.result, ended.id) == (False, True, b"\x01", id)


def test_a_child_that_there_was_no_room_for_is_asked_for_again(live: Bench) -> None:
    id = live.assign("t")
    live.session.start_child(id, "part", b"\x80", live.now_us)
    live.turn()
    live.tell(link.ChildRefused(live.ref("t"), "part", "unavailable", "full", "kind", 1_000))
    live.turn(900)
    assert not live.sent(link.StartChild)
    live.turn(100)
    assert len(live.sent(link.StartChild)) == 1
    assert live.count(ChildNews) == 0
    live.tell(link.ChildRefused(live.ref("t"), "part", "conflict", "no", "key", 0))
    live.turn(5_000)
    assert not live.sent(link.StartChild)
    assert live.count(ChildNews) == 1


def test_an_attempt_that_has_ended_asks_for_no_children(live: Bench) -> None:
    id = live.assign("t")
    assert live.emit(id, is_last=True)
    live.session.start_child(id, "part", b"\x80", live.now_us)
    live.turn()
    assert not live.sent(link.StartChild)
