"""A whole cluster under load whose parts are killed in turn, with a worker in Python beside one in C++ for the same
kind: `longwire verify` holds what every client got against the contract, as in tests/chaos."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest
from cluster import BIN, PACKAGE, Process

SCRIPT = Path(__file__).parent / "demo_count.py"


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lwtest-", dir="/tmp") as name:
        yield Path(name)


def programs(folder: Path) -> Path:
    """Those of the build, but for the agent's worker: one in Python stands in its place."""
    made = folder / "bin"
    made.mkdir()
    for name in ("broker", "edge", "worker-demo", "worker-exec", "worker-webhook"):
        (made / f"longwire-{name}").symlink_to((BIN / f"longwire-{name}").resolve())
    script = made / "longwire-worker-agent"
    lines = [
        f"#!{sys.executable}",
        "import runpy, sys",
        f"sys.path.insert(0, {str(PACKAGE)!r})",
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')",
    ]
    script.write_text("\n".join(lines) + "\n")
    script.chmod(0o755)
    return made


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def workers_of_tasks(url: str) -> set[str]:
    tasks = [task["task"] for task in get(f"{url}/v1/tasks?kind=demo.count&limit=1000")["tasks"]]
    pages = [get(f"{url}/v1/topics/task/{task}/events?limit=1000") for task in tasks]
    return {e["data"]["worker"] for page in pages for e in page["events"] if e["type"] == "task.started"}


def verify(folder: Path, *flags: str) -> tuple[dict[str, Any], set[str]]:
    """What was found, and which workers had a hand in it."""
    up = Process(
        "up",
        [BIN / "longwire", "up", "--http", "127.0.0.1:0", "--data", folder / "data", "--bin-dir", programs(folder)],
        folder,
    )
    try:
        up.wait_for_line("ready http://127.0.0.1:")
        processes = json.loads((folder / "data/cluster.json").read_text())["processes"]
        urls = [process["url"] for process in processes if process.get("url")]
        command = [BIN / "longwire", "verify", "--json", "--data", folder / "data", *flags]
        for url in urls:
            command += ["--url", url]
        found = subprocess.run(command, capture_output=True, text=True, timeout=200)
        assert found.returncode == 0, found.stdout + found.stderr
        workers = workers_of_tasks(urls[0])
        assert up.end() == 0, up.err
        return json.loads(found.stdout), workers
    finally:
        if up.popen.poll() is None:
            up.kill()


def test_a_python_worker_is_killed_among_the_others_and_nothing_is_lost(folder: Path) -> None:
    kills = ("broker", "worker-agent", "worker-demo", "edge")
    flags = [flag for kill in kills for flag in ("--kill", kill)]
    found, workers = verify(
        folder, "--for-s", "14", "--rate", "400", "--tasks", "12", "--task-s", "2", "--watchers", "24",
        "--drop-every-ms", "1500", "--kill-every-ms", "1500", *flags,
    )  # fmt: skip
    for part in ("pushed", "produced"):
        counts = found[part]
        assert (counts["lost"], counts["duplicated"], counts["reordered"]) == (0, 0, 0), found
        assert counts["events"] > 0
    assert found["differing"] == 0
    for process in ("broker", "worker-agent", "worker-demo"):
        assert found["recovery"][process]["kills"] >= 1, found["recovery"]
    assert workers == {"demo-1", "agent-1"}, "both had tasks"
    print(json.dumps(found))
