"""What a worker in Python says of its kinds, as everybody can see it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from cluster import BIN, Cluster, eventually

EXAMPLE = Path(__file__).parents[2] / "examples" / "stream_tokens.py"


def kinds(cluster: Cluster) -> dict[str, dict[str, Any]]:
    return {kind["kind"]: kind for kind in cluster.request("GET", "/v1/kinds")[1]["kinds"]}


def test_a_described_kind_is_listed_while_its_worker_is_there(cluster: Cluster) -> None:
    worker = cluster.start_worker(EXAMPLE, "example")
    eventually(lambda: "about" in kinds(cluster)["example.stream"])
    kind = kinds(cluster)["example.stream"]
    assert kind["about"] == "Answer a question, word by word."
    assert kind["input_schema"]["required"] == ["question"]
    assert (kind["workers"], kind["running"], kind["queued"]) == (1, 0, 0)
    assert cluster.story(cluster.start("example.stream", kind["example"]))[-1]["type"] == "task.completed"

    url = f"http://127.0.0.1:{cluster.ports[0]}"
    listed = subprocess.run(
        [BIN / "longwire", "kinds", "--json", "--url", url], check=True, capture_output=True, text=True
    )
    assert json.loads(listed.stdout) == kind

    worker.end()
    eventually(lambda: kinds(cluster) == {})


def test_a_broker_that_comes_back_is_told_again(cluster: Cluster) -> None:
    cluster.start_worker(EXAMPLE, "example")
    cluster.broker.kill()
    cluster.start_broker()
    eventually(lambda: "about" in kinds(cluster).get("example.stream", {}))
