"""Real processes of one cluster on free addresses, as tests/integration/support/cluster.h starts them: a broker, edges,
and workers in Python. What is left is asked to end, and has to end well."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
BIN = Path(os.environ.get("LONGWIRE_BIN", ROOT / "build/dev/bin"))
PACKAGE = ROOT / "worker/python"
PATIENCE_S = 60.0

Event = dict[str, Any]


def eventually(is_so: Callable[[], Any], what: str = "it", patience_s: float = PATIENCE_S) -> Any:
    """Waits for a condition; returns what it has returned."""
    deadline = time.monotonic() + patience_s
    while not (value := is_so()):
        assert time.monotonic() < deadline, f"{what} has not come true in {patience_s} s"
        time.sleep(0.01)
    return value


class Process:
    """A child whose output goes to two files, so that it can neither block nor be lost."""

    def __init__(
        self, name: str, command: list[str | Path], folder: Path, variables: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.out_path = folder / f"{name}-{time.monotonic_ns()}.out"
        self.err_path = self.out_path.with_suffix(".err")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LONGWIRE_")}
        with self.out_path.open("wb") as out, self.err_path.open("wb") as err:
            self.popen = subprocess.Popen(
                [str(part) for part in command], stdout=out, stderr=err, env=environment | (variables or {})
            )

    @property
    def out(self) -> str:
        return self.out_path.read_text(errors="replace")

    @property
    def err(self) -> str:
        return self.err_path.read_text(errors="replace")

    def wait_for_line(self, beginning: str) -> str:
        def line() -> str | None:
            assert self.popen.poll() is None, f"{self.name} has ended:\n{self.err}"
            lines = self.out.split("\n")[:-1]
            return next((line for line in lines if line.startswith(beginning)), None)

        return str(eventually(line, f"'{beginning}' of {self.name}"))

    def wait_for_error(self, part: str) -> None:
        eventually(lambda: part in self.err, f"'{part}' in what {self.name} logs")

    def send_signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.send_signal(number)
        return self.popen.wait(PATIENCE_S)

    def kill(self) -> None:
        self.end(signal.SIGKILL)


class Cluster:
    def __init__(self, folder: Path, *, edges: int = 1, log: str = "memory", broker: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self._log = log
        self._broker_flags = broker
        self.workers: dict[str, Process] = {}
        self.ports: list[int] = []
        self.edges: list[Process] = []
        self.start_broker()
        for index in range(edges):
            self._start_edge(index)

    def endpoint(self, name: str) -> str:
        return f"ipc://{self.folder}/{name}"

    def start_broker(self) -> None:
        command: list[str | Path] = [BIN / "longwire-broker", "--log", self._log, "--data-dir", self.folder / "data"]
        for name in ("events", "workers", "edges", "tap"):
            command += [f"--{name}", self.endpoint(name)]
        self.broker = Process("broker", [*command, *self._broker_flags], self.folder)
        self.broker.wait_for_line("ready")

    def _start_edge(self, index: int) -> None:
        flags = ["--broker", self.endpoint("edges"), "--http", "127.0.0.1:0", "--node", f"edge-{index}"]
        edge = Process(f"edge-{index}", [BIN / "longwire-edge", *flags], self.folder)
        self.edges.append(edge)
        self.ports.append(int(edge.wait_for_line("ready http://127.0.0.1:").rpartition(":")[2]))
        eventually(lambda: self.request("GET", "/readyz", edge=index)[0] == 200, "the edge's readiness")

    def start_worker(self, script: Path, name: str, *flags: str, python: bool = True) -> Process:
        """Starts a worker and waits until the broker has welcomed it."""
        command: list[str | Path] = [sys.executable, script] if python else [script]
        endpoints = ["--broker-events", self.endpoint("events"), "--broker-link", self.endpoint("workers")]
        command += [*endpoints, "--name", name, *flags]
        worker = Process(name, command, self.folder, {"PYTHONPATH": str(PACKAGE)})
        self.workers[name] = worker
        worker.wait_for_line("ready")
        return worker

    def start_demo(self, name: str) -> Process:
        return self.start_worker(BIN / "longwire-worker-demo", name, python=False)

    def stop(self) -> None:
        """Ends all that lives; each has to end well."""
        bad = []
        for process in [*self.edges, *self.workers.values(), self.broker]:
            if process.popen.poll() is None and process.end() != 0:
                bad.append(f"{process.name} ended with {process.popen.returncode}:\n{process.err}")
        assert not bad, "\n".join(bad)

    def kill_all(self) -> None:
        for process in [*self.edges, *self.workers.values(), self.broker]:
            if process.popen.poll() is None:
                process.popen.kill()
                process.popen.wait()

    # What a client does.

    def request(self, method: str, path: str, body: Any = None, edge: int = 0) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[edge], timeout=PATIENCE_S)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text
        finally:
            connection.close()

    def start(self, kind: str, input: Any = None, **fields: Any) -> str:
        status, answer = self.request("POST", "/v1/tasks", {"kind": kind, "input": input, **fields})
        assert status in (200, 201), answer
        return str(answer["task"])

    def cancel(self, task: str, reason: str = "") -> None:
        status, answer = self.request("POST", f"/v1/tasks/{task}/cancel", {"reason": reason} if reason else {})
        assert status == 202, answer

    def input(self, task: str, data: Any) -> None:
        status, answer = self.request("POST", f"/v1/tasks/{task}/input", {"data": data})
        assert status == 202, answer

    def state(self, task: str) -> dict[str, Any]:
        status, snapshot = self.request("GET", f"/v1/tasks/{task}")
        assert status == 200, snapshot
        return dict(snapshot)

    def events(self, task: str) -> list[Event]:
        """All that the task's topic holds now."""
        events: list[Event] = []
        while True:
            after = events[-1]["offset"] if events else 0
            path = f"/v1/topics/task/{quote(task)}/events?after={after}&limit=1000"
            status, page = self.request("GET", path)
            assert status == 200, page
            events += page["events"]
            if not page["events"] or events[-1]["offset"] >= page["head"]:
                return events

    def wait_for_event(self, task: str, type: str, count: int = 1) -> list[Event]:
        """The task's events once there are so many of this type."""

        def enough() -> list[Event] | None:
            events = self.events(task)
            return events if sum(event["type"] == type for event in events) >= count else None

        return list(eventually(enough, f"{count} of {type} of task {task}"))

    def wait_for_state(self, task: str, state: str) -> dict[str, Any]:
        eventually(lambda: self.state(task)["state"] == state, f"{state} of task {task}")
        return self.state(task)

    def story(self, task: str) -> list[Event]:
        """The events of a task that ends, from the first to the last, checked to be without hole or double."""
        eventually(lambda: self.state(task)["state"] not in ("PENDING", "RUNNING"), f"the end of task {task}")
        events = self.events(task)
        assert [event["offset"] for event in events] == list(range(1, len(events) + 1))
        return events


def data_of(events: list[Event], type: str, attempt: int | None = None) -> list[Any]:
    return [e["data"] for e in events if e["type"] == type and attempt in (None, e.get("attempt"))]


def counted(events: list[Event], attempt: int | None = None) -> list[int]:
    """The `i` of the logs of a task that counts."""
    return [data["i"] for data in data_of(events, "log", attempt)]


def made(events: list[Event], attempt: int) -> Iterator[str]:
    """The types of what a worker has emitted in an attempt."""
    return (e["type"] for e in events if e.get("attempt") == attempt and e["source"] != "broker")
