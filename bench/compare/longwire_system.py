"""Longwire itself: a broker with its log on disk, and one edge."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from processes import Child
from systems import Running


class Longwire:
    name = "longwire"
    title = "Longwire"
    can_deflate = True
    resumes = True

    def __init__(self, programs: Path) -> None:
        self._programs = programs

    def missing(self) -> str | None:
        lacking = [name for name in ("longwire-broker", "longwire-edge") if not (self._programs / name).exists()]
        return f"{', '.join(lacking)} in {self._programs}" if lacking else None

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        endpoints = {name: f"ipc://{folder}/{name}" for name in ("events", "workers", "edges", "tap")}
        flags = [part for name, endpoint in endpoints.items() for part in (f"--{name}", endpoint)]
        flags += ["--log", "rocksdb", "--data-dir", f"{folder}/data", "--durability", "os"]
        broker = Child("broker", [self._programs / "longwire-broker", *flags], folder)
        running.children.append(broker)
        broker.wait_for_line("ready")
        flags = ["--broker", endpoints["edges"], "--http", "127.0.0.1:0"]
        edge = Child("edge", [self._programs / "longwire-edge", *flags], folder)
        running.children.append(edge)
        url = edge.wait_for_line("ready http://").removeprefix("ready ").strip()
        edge.wait_until(lambda: _is_ready(url), "its readiness")
        running.protocol = "longwire"
        running.watch_url = url.replace("http://", "ws://") + "/v1/ws"


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
