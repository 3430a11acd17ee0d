"""The workers of docs/plain-zmq-worker.md, as they stand there, in a real cluster."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Callable

import pytest
from cluster import Cluster, Process, counted, eventually

PAGE = Path(__file__).parents[4] / "docs/plain-zmq-worker.md"


class PlainCluster:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
        assert len(blocks) == 2
        for kind, block in zip(("plain.hello", "plain.greet"), blocks):
            assert kind in block
            (cluster.folder / f"{kind}.py").write_text(block)

    def start_worker(self, name: str, kind: str = "plain.greet") -> Process:
        endpoints = [self.cluster.endpoint("events"), self.cluster.endpoint("workers")]
        command = [sys.executable, self.cluster.folder / f"{kind}.py", *endpoints, name]
        worker = Process(name, command, self.cluster.folder)
        eventually(
            lambda: name in [listed["worker"] for listed in self.cluster.request("GET", "/v1/workers")[1]["workers"]]
        )
        return worker


@pytest.fixture
def plain(make_cluster: Callable[..., Cluster]) -> PlainCluster:
    return PlainCluster(make_cluster(log="rocksdb", broker=("--lease-ms", "1500")))


def greeting(times: int) -> dict[str, object]:
    return {"name": "Ada", "times": times}


def test_thirty_lines_do(plain: PlainCluster) -> None:
    worker = plain.start_worker("plain-1", "plain.hello")
    for times in (3, 5000):
        events = plain.cluster.story(plain.cluster.start("plain.hello", greeting(times)))
        assert counted(events) == list(range(1, times + 1))
        assert (events[-1]["type"], events[-1]["data"]["events"]) == ("task.completed", times)
    plain.cluster.broker.kill()
    worker.popen.wait(60)
    plain.cluster.start_broker()
    eventually(lambda: plain.cluster.request("GET", "/readyz")[0] == 200)
    again = plain.start_worker("plain-1", "plain.hello")
    assert plain.cluster.story(plain.cluster.start("plain.hello", greeting(5)))[-1]["type"] == "task.completed"
    again.kill()


def test_its_events_are_there_once_and_in_order(plain: PlainCluster) -> None:
    worker = plain.start_worker("plain-1")
    for times in (3, 5000):
        events = plain.cluster.story(plain.cluster.start("plain.greet", greeting(times)))
        assert counted(events) == list(range(1, times + 1))
        assert (events[-1]["type"], events[-1]["data"]["result"]) == ("task.completed", {"greeted": "Ada"})
        assert events[-1]["data"]["events"] == times
    worker.kill()


def test_a_cancel_ends_its_task(plain: PlainCluster) -> None:
    worker = plain.start_worker("plain-1")
    task = plain.cluster.start("plain.greet", greeting(10_000_000))
    eventually(lambda: plain.cluster.state(task)["offset"] > 1000)
    plain.cluster.cancel(task, "enough")
    assert plain.cluster.wait_for_state(task, "CANCELLED")
    assert plain.cluster.story(plain.cluster.start("plain.greet", greeting(2)))[-1]["type"] == "task.completed"
    worker.kill()


def test_the_broker_s_death_loses_nothing(plain: PlainCluster) -> None:
    worker = plain.start_worker("plain-1")
    task = plain.cluster.start("plain.greet", greeting(60_000))
    eventually(lambda: plain.cluster.state(task)["offset"] > 1000)
    plain.cluster.broker.kill()
    plain.cluster.start_broker()
    eventually(lambda: plain.cluster.request("GET", "/readyz")[0] == 200)
    events = plain.cluster.story(task)
    assert counted(events) == list(range(1, 60_001))
    assert [event["attempt"] for event in events if event["type"] == "task.started"] == [1]
    worker.kill()


def test_its_own_death_gives_the_task_to_another(plain: PlainCluster) -> None:
    first = plain.start_worker("plain-1")
    task = plain.cluster.start("plain.greet", greeting(40_000), max_attempts=2)
    eventually(lambda: plain.cluster.state(task)["offset"] > 1000)
    second = plain.start_worker("plain-2")
    first.kill()
    events = plain.cluster.story(task)
    before = counted(events, attempt=1)
    assert before == list(range(1, len(before) + 1))
    assert counted(events, attempt=2) == list(range(1, 40_001))
    second.kill()
