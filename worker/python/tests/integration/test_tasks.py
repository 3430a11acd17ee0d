"""Workers in Python at work in a real cluster."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cluster import Cluster, counted, data_of, eventually

KINDS = Path(__file__).parent / "kinds.py"


@pytest.fixture
def served(cluster: Cluster) -> Cluster:
    cluster.start_worker(KINDS, "py-1")
    return cluster


@pytest.mark.parametrize("kind", ["py.count", "py.count_in_thread"])
def test_a_task_s_events_are_all_there_in_order_and_the_result_is_the_last(served: Cluster, kind: str) -> None:
    events = served.story(served.start(kind, {"n": 3000}))
    assert counted(events) == list(range(1, 3001))
    assert events[-1]["type"] == "task.completed"
    assert events[-1]["data"]["result"] == {"n": 3000}
    made = sum(event["source"] == "py-1" for event in events)
    assert events[-1]["data"]["events"] == made - 1


def test_an_exception_is_told_with_its_traceback_and_may_be_tried_again(served: Cluster) -> None:
    events = served.story(served.start("py.fail", {"how": "exception"}, max_attempts=2))
    assert len(data_of(events, "task.retrying")) == 1
    error = events[-1]["data"]["error"]
    assert events[-1]["type"] == "task.failed"
    assert (error["code"], error["message"]) == ("exception", "KeyError: 'nothing of that name'")
    assert 'raise KeyError("nothing of that name")' in "\n".join(error["details"]["traceback"])


def test_what_a_handler_says_of_its_end_is_what_is_told(served: Cluster) -> None:
    failed = served.story(served.start("py.fail", {"how": "failed"}))[-1]
    assert failed["data"]["error"] == {
        "code": "no_paper",
        "message": "the printer is out of paper",
        "details": {"tray": 2},
    }
    cancelled = served.story(served.start("py.fail", {"how": "cancelled"}))[-1]
    assert (cancelled["type"], cancelled["data"]["reason"]) == ("task.cancelled", "nobody needs it")


@pytest.mark.parametrize(
    "how, code", [("malformed", "malformed"), ("exit", "exception"), ("forbidden", "exception")]
)
def test_a_handler_s_faults_fail_its_task_and_nothing_else(served: Cluster, how: str, code: str) -> None:
    failed = served.story(served.start("py.fail", {"how": how}, max_attempts=1))[-1]
    assert (failed["type"], failed["data"]["error"]["code"]) == ("task.failed", code)
    assert served.story(served.start("py.count", {"n": 1}))[-1]["type"] == "task.completed"


def test_a_cancel_is_raised_where_the_handler_waits(served: Cluster) -> None:
    for then, end in (("raise", "task.cancelled"), ("complete", "task.completed")):
        task = served.start("py.cancel", {"then": then})
        served.wait_for_event(task, "log")
        served.cancel(task, "enough")
        events = served.story(task)
        assert [data["message"] for data in data_of(events, "log")] == ["at work", "asked to end: enough"]
        assert events[-1]["type"] == end
        assert events[-1]["data"].get("reason", "enough") == "enough"


def test_a_cancel_can_be_looked_for_instead(served: Cluster) -> None:
    task = served.start("py.flag")
    served.wait_for_event(task, "log")
    served.cancel(task)
    events = served.story(task)
    assert events[-1]["data"]["result"] == "seen"
    assert data_of(events, "log")[-1]["message"] == "what waits is over"


def test_a_cancel_ends_what_a_thread_waits_for(served: Cluster) -> None:
    task = served.start("py.flag_in_thread")
    served.wait_for_event(task, "log")
    served.cancel(task, "enough")
    assert served.story(task)[-1]["type"] == "task.cancelled"


def test_questions_are_answered_by_inputs(served: Cluster) -> None:
    task = served.start("py.echo")
    served.wait_for_event(task, "task.waiting")
    assert served.state(task)["prompt"] == 'Say something; {"end": true} ends this.'
    served.input(task, "one")
    served.wait_for_event(task, "agent.message")
    served.input(task, {"two": [2]})
    served.input(task, {"end": True})
    events = served.story(task)
    assert [data["data"] for data in data_of(events, "agent.message")] == ["one", {"two": [2]}]
    assert events[-1]["data"]["result"] == {"echoed": 2}


def test_tokens_are_joined_and_the_end_has_the_whole_text(served: Cluster) -> None:
    tokens = [f"w{i} " for i in range(300)] + ["\N{GRINNING FACE}"]
    events = served.story(served.start("py.tokens", {"tokens": tokens}))
    pieces = data_of(events, "text.delta")
    assert pieces[0]["text"] == "w0 ", "the first one leaves at once"
    assert len(pieces) < 100
    assert [piece["index"] for piece in pieces] == list(range(len(pieces)))
    (done,) = data_of(events, "text.done")
    assert "".join(piece["text"] for piece in pieces) == done["text"] == "".join(tokens)
    assert done["sha256"] == hashlib.sha256(done["text"].encode()).hexdigest()
    assert (done["stream"], done["index"]) == ("answer", len(pieces))


def test_other_events_keep_their_place_among_tokens(served: Cluster) -> None:
    events = served.story(served.start("py.tokens", {"tokens": ["a", "b", "c", "d"], "tool_every": 2}))
    told = [
        event["data"].get("text", event["data"].get("call_id"))
        for event in events
        if event["type"] in ("text.delta", "tool.call", "tool.result")
    ]
    assert told == ["a", "b", "call-1-1", "call-1-1", "cd", "call-1-2", "call-1-2"] or told == [
        "a", "b", "call-1-1", "call-1-1", "c", "d", "call-1-2", "call-1-2"
    ]  # fmt: skip
    assert data_of(events, "tool.result")[0] == {
        "tool": "look_up", "call_id": "call-1-1", "agent": "Ann", "result": 1, "ok": True
    }  # fmt: skip


def test_a_plain_function_has_the_same_at_hand(served: Cluster) -> None:
    task = served.start("py.tokens_in_thread", {"tokens": ["a", "b"]})
    served.wait_for_event(task, "task.waiting")
    served.input(task, "yes")
    events = served.story(task)
    assert events[-1]["type"] == "task.completed", events[-1]
    assert data_of(events, "text.done")[0]["text"] == "ab"


def test_a_parent_waits_for_its_children(served: Cluster) -> None:
    task = served.start("py.children", {"parts": 3, "n": 50})
    assert served.story(task)[-1]["data"]["result"] == {"parts": 3, "n": 150}
    status, listed = served.request("GET", f"/v1/tasks?parent={task}")
    assert (status, len(listed["tasks"])) == (200, 3)


def test_room_for_one_is_enough_for_a_parent_and_its_children(make_cluster: object) -> None:
    cluster: Cluster = make_cluster()  # type: ignore[operator]
    cluster.start_worker(KINDS, "py-1", "--capacity", "1")
    question = cluster.start("py.echo")
    task = cluster.start("py.children", {"parts": 3, "n": 2})
    assert cluster.story(task)[-1]["data"]["result"] == {"parts": 3, "n": 6}
    cluster.cancel(question)
    assert cluster.story(question)[-1]["type"] == "task.cancelled"


def test_a_child_that_cannot_be_is_refused(served: Cluster) -> None:
    events = served.story(served.start("py.children", {"parts": 1, "n": 1, "kind": "no kind"}, max_attempts=1))
    assert events[-1]["data"]["error"]["message"].startswith("ChildRefused: bad_request: kind")


def test_a_cancel_reaches_children(served: Cluster) -> None:
    task = served.start("py.children", {"parts": 2, "n": 100_000, "interval_ms": 10})
    eventually(lambda: len(served.request("GET", f"/v1/tasks?root={task}&state=RUNNING")[1]["tasks"]) == 3)
    served.cancel(task)
    eventually(lambda: len(served.request("GET", f"/v1/tasks?root={task}&state=CANCELLED")[1]["tasks"]) == 3)


def test_a_handler_that_holds_up_the_event_loop_keeps_its_lease(make_cluster: object) -> None:
    cluster: Cluster = make_cluster(broker=("--lease-ms", "1500"))  # type: ignore[operator]
    cluster.start_worker(KINDS, "py-1")
    events = cluster.story(cluster.start("py.deaf", {"s": 4}, max_attempts=1))
    assert events[-1]["type"] == "task.completed"


def test_workers_are_listed_with_what_they_serve(served: Cluster) -> None:
    _, answer = served.request("GET", "/v1/workers")
    (listed,) = answer["workers"]
    assert (listed["worker"], listed["capacity"]) == ("py-1", 64)
    assert "py.count" in listed["kinds"]
