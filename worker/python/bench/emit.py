#!/usr/bin/env python3
"""How many events per second one worker's task in Python carries into a real broker, until the last is acknowledged.

    LONGWIRE_BIN=build/release/bin python3 worker/python/bench/emit.py [EVENTS] [--thread] [--profile]

`--thread` has a plain function emit them, `--profile` shows where the time goes: of the handler's thread, then of the
link's.
"""

from __future__ import annotations

import argparse
import cProfile
import logging
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("LONGWIRE_BIN", str(Path(__file__).parents[3] / "build/release/bin"))
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3] / "tests/support")]

from cluster import Cluster  # noqa: E402

from longwire import SyncTaskContext, TaskContext, Worker  # noqa: E402
from longwire._link_thread import LinkThread  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=int, nargs="?", default=200_000)
    parser.add_argument("--thread", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    logging.basicConfig(level="WARNING")
    began: dict[str, float] = {}
    tasks: list[str] = []

    def begin() -> None:
        began["wall"], began["cpu"] = time.monotonic(), time.process_time()
        worker.drain()  # which ends once the task has, and all of it is acknowledged

    async def emit(ctx: TaskContext) -> None:
        begin()
        for i in range(arguments.events):
            await ctx.emit("log", {"level": "info", "message": "one of many small events", "i": i})

    def emit_in_thread(ctx: SyncTaskContext) -> None:
        begin()
        for i in range(arguments.events):
            ctx.emit("log", {"level": "info", "message": "one of many small events", "i": i})

    with tempfile.TemporaryDirectory(prefix="lwbench-", dir="/tmp") as folder:
        cluster = Cluster(Path(folder), log="rocksdb")
        try:
            worker = Worker(
                "bench",
                broker_events=cluster.endpoint("events"),
                broker_link=cluster.endpoint("workers"),
                on_ready=lambda: tasks.append(cluster.start("bench")),
            )
            worker.serve("bench", emit_in_thread if arguments.thread else emit)
            link_profile = profile_link() if arguments.profile else None
            profile = cProfile.Profile()
            if arguments.profile:
                profile.enable()
            status = worker.run()
            profile.disable()
            took, cpu = time.monotonic() - began["wall"], time.process_time() - began["cpu"]
            print(
                f"{arguments.events} events in {took:.2f} s: {arguments.events / took:.0f} events/s, "
                f"{cpu * 1e6 / arguments.events:.1f} CPU s per million of the worker's"
            )
            last = cluster.state(tasks[0])["offset"]
            assert (status, last) == (0, arguments.events + 3), (status, last)  # with queued, started and completed
            if link_profile is not None:
                for part in (profile, link_profile):
                    pstats.Stats(part).sort_stats("tottime").print_stats(14)
            return status
        finally:
            cluster.kill_all()


def profile_link() -> cProfile.Profile:
    profile = cProfile.Profile()
    run: Any = LinkThread._run

    def profiled(self: LinkThread) -> None:
        profile.runcall(run, self)

    LinkThread._run = profiled  # type: ignore[method-assign]
    return profile


if __name__ == "__main__":
    sys.exit(main())
