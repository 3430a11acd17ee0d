"""Servers as child processes: started on free ports, asked for by their pids, and ended by them."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable

PATIENCE_S = 60.0


class ServerFailed(Exception):
    """A server that does not come up, with what it has said."""


def allow_descriptors() -> None:
    """As many as the system allows, for this process and its children."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    """Processes below this one, at any depth."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children_of(int(child))]
    except OSError:
        pass  # it has ended meanwhile
    return found


class Child:
    """Its output goes to a file, so that it can neither block nor be lost."""

    def __init__(
        self, name: str, command: list[str | Path], folder: Path, variables: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LONGWIRE_")}
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment | (variables or {}),
            )

    def pids(self) -> list[int]:
        return [self.popen.pid, *children_of(self.popen.pid)]

    def wait_until(self, is_so: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if self.popen.poll() is not None:
                raise ServerFailed(f"{self.name} has ended: {self.last_words()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name}: {what} has not come true in {PATIENCE_S:.0f} s: {self.last_words()}")
            time.sleep(0.02)

    def wait_for_port(self, port: int) -> None:
        self.wait_until(lambda: accepts(port), f"a server on port {port}")

    def wait_for_line(self, beginning: str) -> str:
        def line() -> str | None:
            whole = self.log.read_text(errors="replace").split("\n")[:-1]
            return next((line for line in whole if line.startswith(beginning)), None)

        self.wait_until(line, f"'{beginning}'")
        return str(line())

    def last_words(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(10)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        self.popen.wait()
