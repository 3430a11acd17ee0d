"""Processes die in the middle of a task of a worker in Python; what is promised holds as for one in C++."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from cluster import BIN, Cluster, Process, counted, data_of, eventually

KINDS = Path(__file__).parent / "kinds.py"
LEASE = ("--lease-ms", "1500", "--cancel-grace-ms", "2000")

MakeCluster = Callable[..., Cluster]


@pytest.fixture
def served(make_cluster: MakeCluster) -> Cluster:
    cluster = make_cluster(broker=LEASE)
    cluster.start_worker(KINDS, "py-1")
    return cluster


def first_worker(cluster: Cluster, task: str) -> Process:
    """The one that has the task's first attempt."""
    events = cluster.wait_for_event(task, "task.started")
    return cluster.workers[data_of(events, "task.started")[0]["worker"]]


def audit(cluster: Cluster, task: str) -> list[dict[str, int]]:
    command = [BIN / "longwire", "audit", task, "--json", "--url", f"http://127.0.0.1:{cluster.ports[0]}"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return list(json.loads(ran.stdout)["attempts"])


@pytest.mark.parametrize("kind", ["py.count", "py.count_in_thread"])
def test_a_task_of_a_killed_worker_is_tried_again_by_another(served: Cluster, kind: str) -> None:
    served.start_worker(KINDS, "py-2")
    task = served.start(kind, {"n": 400, "interval_ms": 2}, max_attempts=2)
    served.wait_for_event(task, "log", 50)
    first = first_worker(served, task)
    first.kill()
    events = served.story(task)
    assert events[-1]["type"] == "task.completed"
    (retry,) = data_of(events, "task.retrying")
    assert retry["reason"] == "worker_lost"
    starts = data_of(events, "task.started")
    assert [start["worker"] for start in starts] == [first.name, "py-2" if first.name == "py-1" else "py-1"]
    before = counted(events, attempt=1)
    assert before == list(range(1, len(before) + 1)), "what was acknowledged is there once, without a hole"
    assert counted(events, attempt=2) == list(range(1, 401))
    dead, alive = audit(served, task)
    assert dead["produced"] is None and alive["produced"] == alive["committed"] >= 400


def test_it_makes_no_difference_which_language_the_other_worker_speaks(served: Cluster) -> None:
    """The same kind served by a worker in C++ and by one in Python, each of which is killed once."""
    served.workers["py-1"].kill()
    served.start_demo("cpp")
    task = served.start("demo.count", {"n": 600, "interval_ms": 2}, max_attempts=3)
    served.wait_for_event(task, "log", 20)
    served.start_worker(Path(__file__).parent / "demo_count.py", "py")
    served.workers["cpp"].kill()
    events = served.wait_for_event(task, "task.started", 2)
    assert data_of(events, "task.started")[1]["worker"] == "py"
    eventually(lambda: len(counted(served.events(task), attempt=2)) > 20)
    served.start_demo("cpp-2")
    served.workers["py"].kill()
    events = served.story(task)
    assert events[-1]["type"] == "task.completed"
    assert counted(events, attempt=3) == list(range(1, 601))


def test_without_attempts_left_a_task_of_a_killed_worker_fails(served: Cluster) -> None:
    task = served.start("py.echo", max_attempts=1)
    served.wait_for_event(task, "task.waiting")
    served.workers["py-1"].kill()
    assert served.wait_for_state(task, "FAILED")["error"]["code"] == "worker_lost"
    served.start_worker(KINDS, "py-1")
    assert served.story(served.start("py.count", {"n": 5}))[-1]["type"] == "task.completed"


def test_a_worker_that_comes_back_under_its_name_loses_its_old_tasks_at_once(served: Cluster) -> None:
    task = served.start("py.count", {"n": 50, "interval_ms": 10}, max_attempts=2)
    served.wait_for_event(task, "log")
    served.workers["py-1"].kill()
    served.start_worker(KINDS, "py-1")
    assert served.wait_for_state(task, "COMPLETED")["attempt"] == 2


def test_inputs_are_given_to_the_next_attempt_in_their_order(served: Cluster) -> None:
    served.start_worker(KINDS, "py-2")
    task = served.start("py.echo", max_attempts=2)
    for i in (1, 2, 3):
        served.input(task, i)
    served.wait_for_event(task, "agent.message", 3)
    first_worker(served, task).kill()
    served.wait_for_event(task, "agent.message", 6)
    served.input(task, 4)
    served.input(task, {"end": True})
    events = served.story(task)
    assert [data["data"] for data in data_of(events, "agent.message", 1)] == [1, 2, 3]
    assert [data["data"] for data in data_of(events, "agent.message", 2)] == [1, 2, 3, 4]


def test_a_stopped_worker_that_wakes_up_is_no_longer_listened_to(served: Cluster) -> None:
    served.start_worker(KINDS, "py-2")
    task = served.start("py.count", {"n": 1500, "interval_ms": 1}, max_attempts=2)
    served.wait_for_event(task, "log", 50)
    first = first_worker(served, task)
    first.send_signal(signal.SIGSTOP)
    served.wait_for_event(task, "task.started", 2)
    first.send_signal(signal.SIGCONT)
    events = served.story(task)
    assert counted(events, attempt=2) == list(range(1, 1501))
    second_began = next(i for i, e in enumerate(events) if e["type"] == "task.started" and e["attempt"] == 2)
    assert all(event["attempt"] == 2 for event in events[second_began:]), "the first has been fenced off"
    first.wait_for_error("no longer ours")
    eventually(lambda: all(w["running"] == 0 for w in served.request("GET", "/v1/workers")[1]["workers"]))
    assert served.story(served.start("py.count", {"n": 5}))[-1]["type"] == "task.completed"


def test_a_task_outlives_the_broker_without_another_attempt(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(log="rocksdb")
    cluster.start_worker(KINDS, "py-1")
    task = cluster.start("py.count", {"n": 2000, "interval_ms": 1})
    for at in (100, 600):
        eventually(lambda: len(counted(cluster.events(task))) > at)
        cluster.broker.kill()
        cluster.start_broker()
        eventually(lambda: cluster.request("GET", "/readyz")[0] == 200)
    events = cluster.story(task)
    assert counted(events) == list(range(1, 2001))
    assert [event["attempt"] for event in events if event["type"] == "task.started"] == [1]


def test_a_flood_meets_a_killed_broker_and_loses_nothing(make_cluster: MakeCluster) -> None:
    """The window is full of what is not acknowledged when it dies."""
    cluster = make_cluster(log="rocksdb")
    cluster.start_worker(KINDS, "py-1", "--window-bytes", "65536")
    task = cluster.start("py.count", {"n": 40_000})
    eventually(lambda: cluster.state(task)["offset"] > 1000)
    cluster.broker.kill()
    cluster.start_broker()
    eventually(lambda: cluster.request("GET", "/readyz")[0] == 200)
    assert counted(cluster.story(task)) == list(range(1, 40_001))


def test_a_broker_that_has_forgotten_everything_gets_a_new_life(make_cluster: MakeCluster) -> None:
    cluster = make_cluster(log="memory")
    worker = cluster.start_worker(KINDS, "py-1")
    task = cluster.start("py.count", {"n": 100_000, "interval_ms": 5})
    cluster.wait_for_event(task, "log")
    cluster.broker.kill()
    cluster.start_broker()
    worker.wait_for_error("no longer ours")
    eventually(lambda: cluster.request("GET", "/readyz")[0] == 200)
    eventually(lambda: len(cluster.request("GET", "/v1/workers")[1]["workers"]) == 1)
    assert cluster.story(cluster.start("py.count", {"n": 5}))[-1]["type"] == "task.completed"


def test_a_silence_of_the_broker_costs_nothing(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.start_worker(KINDS, "py-1")
    task = cluster.start("py.count", {"n": 2500, "interval_ms": 2})
    cluster.wait_for_event(task, "log", 100)
    cluster.broker.send_signal(signal.SIGSTOP)
    cluster.workers["py-1"].wait_for_error("the broker is silent")
    cluster.broker.send_signal(signal.SIGCONT)
    events = cluster.story(task)
    assert counted(events) == list(range(1, 2501))
    assert len(data_of(events, "task.started")) == 1


def test_a_worker_asked_to_end_finishes_what_it_does(served: Cluster) -> None:
    task = served.start("py.count", {"n": 200, "interval_ms": 5})
    served.wait_for_event(task, "log", 10)
    assert served.workers["py-1"].end(signal.SIGTERM) == 0
    events = served.story(task)
    assert events[-1]["type"] == "task.completed"
    assert counted(events) == list(range(1, 201))


def test_what_does_not_end_in_time_is_handed_back(served: Cluster) -> None:
    served.start_worker(KINDS, "py-2", "--drain-grace-ms", "200")
    served.workers["py-1"].end()
    task = served.start("py.count", {"n": 300, "interval_ms": 10})
    served.wait_for_event(task, "log", 10)
    served.start_worker(KINDS, "py-3")
    assert served.workers["py-2"].end(signal.SIGTERM) == 0
    events = served.story(task)
    before = counted(events, attempt=1)
    assert before == list(range(1, len(before) + 1))
    assert counted(events, attempt=2) == list(range(1, 301))


def test_a_second_signal_ends_it_at_once(served: Cluster) -> None:
    task = served.start("py.stubborn")
    served.wait_for_event(task, "log")
    worker = served.workers["py-1"]
    worker.send_signal(signal.SIGTERM)
    worker.wait_for_error("draining")
    assert worker.end(signal.SIGTERM) == 1


def test_a_cancelled_handler_that_goes_on_is_over_by_force(served: Cluster) -> None:
    task = served.start("py.stubborn")
    served.wait_for_event(task, "log")
    served.request("POST", f"/v1/tasks/{task}/cancel", {"reason": "enough"})
    events = served.story(task)
    assert events[-1]["type"] == "task.cancelled"
    assert counted(events) == list(range(1, len(counted(events)) + 1))
    served.workers["py-1"].wait_for_error("no longer ours")


def test_a_parent_whose_worker_is_killed_finds_its_children_again(served: Cluster) -> None:
    served.start_worker(KINDS, "py-2")
    task = served.start("py.children", {"parts": 4, "n": 300, "interval_ms": 5})
    eventually(lambda: len(served.request("GET", f"/v1/tasks?root={task}&state=RUNNING")[1]["tasks"]) == 5)
    first_worker(served, task).kill()
    assert served.story(task)[-1]["data"]["result"] == {"parts": 4, "n": 1200}
    assert len(served.request("GET", f"/v1/tasks?root={task}")[1]["tasks"]) == 5, "none was started twice"


def test_a_name_that_is_taken_by_a_later_life_ends_the_older_one(served: Cluster) -> None:
    older = served.workers["py-1"]
    served.start_worker(KINDS, "py-1")
    older.wait_for_error("refuses this worker")
    assert older.popen.wait(30) == 1
