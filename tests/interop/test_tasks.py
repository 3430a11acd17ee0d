"""A script that follows one task, with Python's websockets: it receives until the server says that this was all."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable

import pytest
import websockets
from cluster import Cluster

Message = dict[str, Any]


@pytest.fixture
def tasks(make_cluster: Callable[..., Cluster]) -> Cluster:
    cluster = make_cluster(edges=2)
    cluster.start_demo("demo")
    return cluster


def address(cluster: Cluster, task: str, query: str = "", edge: int = 0) -> str:
    return f"ws://127.0.0.1:{cluster.ports[edge]}/ws/tasks/{task}{query}"


async def received(uri: str) -> tuple[list[Message], int]:
    """All that comes, and the close code."""
    messages: list[Message] = []
    async with websockets.connect(uri) as websocket:
        try:
            while True:
                messages.append(json.loads(await websocket.recv()))
        except websockets.ConnectionClosed:
            return messages, int(websocket.close_code)


def create(cluster: Cluster, **fields: Any) -> str:
    status, answer = cluster.request("POST", "/api/tasks", {"requirement": "Grow", **fields})
    assert (status, answer["status"]) == (201, "PENDING")
    return str(answer["task_id"])


def test_a_task_is_followed_from_its_start_to_its_end(tasks: Cluster) -> None:
    task = create(tasks, kind="demo.team")
    messages, code = asyncio.run(received(address(tasks, task)))
    assert code == 1000
    assert [message["type"] for message in messages[:2]] == ["connected", "state"]
    assert {message["data"]["task_id"] for message in messages} == {task}
    events = [message["data"] for message in messages if message["type"] == "event"]
    assert [event["event_id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["event_type"] for event in events] == [
        event["type"].upper().replace(".", "_") for event in tasks.events(task)
    ]
    assert messages[-1]["type"] == "state"
    assert messages[-1]["data"]["status"] == "COMPLETED"
    assert messages[-1]["data"]["progress"] == 1


def test_a_fault_of_the_task_is_a_state_and_the_next_connection_tries_again(tasks: Cluster) -> None:
    task = tasks.start("demo.fail", {"times": 1}, hold=True, max_attempts=1)
    first, code = asyncio.run(received(address(tasks, task)))
    assert (first[-1]["data"]["status"], code) == ("FAILED", 1000)
    second, code = asyncio.run(received(address(tasks, task, edge=1)))
    assert (second[-1]["data"]["status"], code) == ("COMPLETED", 1000)
    ends = [m["data"]["event_type"] for m in second if m["type"] == "event"]
    assert ends.count("TASK_FAILED") == 1, "the history has the first run, too"


def test_what_has_expired_has_failed(tasks: Cluster) -> None:
    task = tasks.start("nobody.serves.this", None, ttl_s=0.05)
    tasks.wait_for_state(task, "EXPIRED")
    assert tasks.request("GET", f"/api/tasks/{task}")[1]["status"] == "FAILED"
    messages, code = asyncio.run(received(address(tasks, task)))
    assert messages[0]["data"]["message"] == "Task started and connected to event stream"
    assert (messages[-1]["data"]["status"], code) == ("FAILED", 1000)
    assert tasks.state(task)["run"] == 2


def test_an_unknown_task_is_told(tasks: Cluster) -> None:
    messages, _ = asyncio.run(received(address(tasks, "nobody")))
    assert messages == [{"type": "error", "data": {"message": "Task not found"}}]


def test_a_connection_that_is_lost_with_its_edge_goes_on_at_the_other(tasks: Cluster) -> None:
    task = tasks.start("demo.count", {"n": 60, "interval_ms": 30}, hold=True)

    async def cut_off() -> list[int]:
        ids: list[int] = []
        async with websockets.connect(address(tasks, task)) as websocket:
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    message = json.loads(await websocket.recv())
                    if message["type"] == "event":
                        ids.append(message["data"]["event_id"])
                    if len(ids) == 10:
                        tasks.edges[0].kill()
        return ids

    had = asyncio.run(cut_off())
    rest, code = asyncio.run(received(address(tasks, task, f"?after={had[-1]}", edge=1)))
    ids = had + [message["data"]["event_id"] for message in rest if message["type"] == "event"]
    assert ids == list(range(1, len(ids) + 1))
    assert (rest[-1]["data"]["status"], code) == ("COMPLETED", 1000)


def test_many_each_get_everything(tasks: Cluster) -> None:
    task = tasks.start("demo.count", {"n": 50, "interval_ms": 2}, hold=True)

    async def all_of_them() -> list[tuple[list[Message], int]]:
        return await asyncio.gather(*(received(address(tasks, task, edge=i % 2)) for i in range(100)))

    for messages, code in asyncio.run(all_of_them()):
        events = [message["data"] for message in messages if message["type"] == "event"]
        assert [event["event_id"] for event in events] == list(range(1, len(events) + 1))
        assert events[-1]["event_type"] == "TASK_COMPLETED"
        assert code == 1000
    assert tasks.state(task)["run"] == 1


def test_after_the_broker_has_lost_the_task_nobody_waits_for_it(tasks: Cluster) -> None:
    task = tasks.start("demo.sleep", {"ms": 600_000})

    async def bereft() -> tuple[list[Message], int]:
        messages: list[Message] = []
        async with websockets.connect(address(tasks, task)) as websocket:
            messages.append(json.loads(await websocket.recv()))
            tasks.broker.kill()
            tasks.start_broker()
            try:
                while True:
                    messages.append(json.loads(await websocket.recv()))
            except websockets.ConnectionClosed:
                return messages, int(websocket.close_code)

    messages, code = asyncio.run(asyncio.wait_for(bereft(), 60))
    assert messages[-1] == {"type": "error", "data": {"message": "Task not found"}}
    assert code == 1000
