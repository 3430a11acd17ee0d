"""Clusters for tests of pytest: `-p cluster_fixtures`, with this folder on PYTHONPATH."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from cluster import Cluster


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    if outcome.get_result().failed:
        item.stash[_failed] = True


_failed = pytest.StashKey[bool]()


@pytest.fixture
def make_cluster(request: pytest.FixtureRequest) -> Iterator[Callable[..., Cluster]]:
    """Starts clusters, which end with the test. Their folders are short enough for the paths of sockets; where the test
    has failed they stay."""
    clusters: list[Cluster] = []
    folders: list[Path] = []

    def make(**options: Any) -> Cluster:
        folders.append(Path(tempfile.mkdtemp(prefix="lwtest-", dir="/tmp")))
        clusters.append(Cluster(folders[-1], **options))
        return clusters[-1]

    try:
        yield make
        if not request.node.stash.get(_failed, False):
            for cluster in clusters:
                cluster.stop()
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        for cluster in clusters:
            cluster.kill_all()
        for folder in folders:
            if folder.exists():
                print("what the programs have written is in", folder)
                for path in sorted(folder.glob("*.err")):
                    print(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}")


@pytest.fixture
def cluster(make_cluster: Callable[..., Cluster]) -> Cluster:
    return make_cluster()
