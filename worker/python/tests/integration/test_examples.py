"""Every example does what its page says, against a real cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from cluster import Cluster, data_of, eventually

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def with_example(cluster: Cluster, request: pytest.FixtureRequest) -> Cluster:
    cluster.start_worker(EXAMPLES / request.param, "example")
    return cluster


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("with_example", [name], indirect=True, ids=[name])


@of("stream_tokens.py")
def test_what_a_generator_streams_becomes_events(with_example: Cluster) -> None:
    events = with_example.story(with_example.start("example.stream", {"question": "why is the sky blue?"}))
    assert events[-1]["type"] == "task.completed", events[-1]
    (done,) = data_of(events, "text.done")
    assert done["text"] == events[-1]["data"]["result"]["content"]
    assert "You asked: why is the sky blue?" in done["text"]
    assert data_of(events, "tool.call")[0]["call_id"] == data_of(events, "tool.result")[0]["call_id"]
    assert data_of(events, "agent.step")[0]["agent"] == "Planner"


@of("plain_script.py")
def test_a_plain_script_tells_its_progress(with_example: Cluster) -> None:
    folder = with_example.folder / "files"
    folder.mkdir()
    for i in range(20):
        (folder / f"{i}.txt").write_text(str(i))
    events = with_example.story(with_example.start("example.checksums", {"folder": str(folder)}))
    assert events[-1]["data"]["result"]["files"] == 20
    assert [data["progress"] for data in data_of(events, "task.progress")] == [i / 20 for i in range(1, 21)]
    assert len(data_of(events, "log")) == 20
    failed = with_example.story(with_example.start("example.checksums", {"folder": "/no/such"}))[-1]
    assert failed["data"]["error"]["details"] == {"field": "folder"}


@of("approval.py")
def test_nothing_is_done_before_a_person_has_agreed(with_example: Cluster) -> None:
    task = with_example.start("example.approval", {"files": ["a", "b"]})
    with_example.wait_for_event(task, "task.waiting")
    eventually(lambda: with_example.state(task)["prompt"] == "Delete 2 files?")
    assert not data_of(with_example.events(task), "tool.call")
    with_example.input(task, {"approved": True})
    events = with_example.story(task)
    assert [data["arguments"]["file"] for data in data_of(events, "tool.call")] == ["a", "b"]
    assert events[-1]["data"]["result"] == {"deleted": 2}


@of("approval.py")
def test_a_no_ends_the_task(with_example: Cluster) -> None:
    task = with_example.start("example.approval", {"files": ["a"]})
    with_example.input(task, {"approved": False, "reason": "not on a Friday"})
    end = with_example.story(task)[-1]
    assert (end["type"], end["data"]["reason"]) == ("task.cancelled", "not on a Friday")


@of("approval.py")
def test_an_answer_outlives_the_worker_that_asked(with_example: Cluster) -> None:
    task = with_example.start("example.approval", {"files": ["a"]}, max_attempts=2)
    with_example.wait_for_event(task, "task.waiting")
    with_example.workers["example"].kill()
    with_example.input(task, {"approved": True})
    with_example.start_worker(EXAMPLES / "approval.py", "example")
    events = with_example.story(task)
    assert events[-1]["data"]["result"] == {"deleted": 1}
    assert len(data_of(events, "task.waiting")) == 1, "nobody is asked twice"
