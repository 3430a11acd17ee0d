"""Dashboards that follow many agents at once, with Python's websockets: what their document promises of rates holds,
and nobody's last word is lost."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, Callable

import websockets
from cluster import Cluster

WORKER = Path(__file__).parent / "busy_agents.py"
AGENTS = 500
PER_TEAM = 10
UPDATES = 60  # each, 20 a second
INTERVAL_S = 0.05
DASHBOARDS = 4
PATIENCE_S = 120.0


class Dashboard:
    def __init__(self) -> None:
        self.last: dict[str, dict[str, Any]] = {}
        self.first: dict[str, float] = {}  # the time of the event that an agent first spoke of
        self.heard: dict[str, int] = defaultdict(int)
        self.heard_s: dict[str, float] = {}  # last
        self.list_times: list[float] = []
        self.sessions: list[dict[str, Any]] = []

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "agent_status":
            self.last[message["agent_id"]] = message
            self.first.setdefault(message["agent_id"], datetime.fromisoformat(message["timestamp"]).timestamp())
            self.heard[message["agent_id"]] += 1
            self.heard_s[message["agent_id"]] = time.time()
        elif message["type"] == "active_sessions":
            self.list_times.append(message["timestamp"])
            self.sessions = message["data"]["sessions"]

    def knows_the_end(self) -> bool:
        all_done = sum(status["status"] == "COMPLETED" for status in self.last.values()) == AGENTS
        return all_done and [session["status"] for session in self.sessions] == ["completed"] * (AGENTS // PER_TEAM)

    async def follow(self, uri: str, ready: asyncio.Event) -> None:
        async with websockets.connect(uri, max_size=None) as websocket:
            while not self.knows_the_end():
                self.take(json.loads(await asyncio.wait_for(websocket.recv(), PATIENCE_S)))
                ready.set()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_500_agents_are_followed_by_several_dashboards(make_cluster: Callable[..., Cluster]) -> None:
    cluster = make_cluster(edges=1)
    cluster.start_worker(WORKER, "busy")
    edge = cluster.edges[0].popen.pid

    async def run() -> list[Dashboard]:
        dashboards = [Dashboard() for _ in range(DASHBOARDS)]
        ready = [asyncio.Event() for _ in dashboards]
        following = [
            asyncio.create_task(
                one.follow(f"ws://127.0.0.1:{cluster.ports[0]}/ws/agent-tracking/client_{number}_busy", ready[number])
            )
            for number, one in enumerate(dashboards)
        ]
        await asyncio.gather(*(one.wait() for one in ready))
        for team in range(AGENTS // PER_TEAM):
            work = {"team": team, "agents": PER_TEAM, "updates": UPDATES, "interval": INTERVAL_S}
            await asyncio.to_thread(cluster.start, "busy.team", work)
        await asyncio.wait_for(asyncio.gather(*following), PATIENCE_S)
        return dashboards

    begun_cpu_s, begun = cpu_s(edge), time.monotonic()
    dashboards = asyncio.run(run())
    took_cpu_s, took = cpu_s(edge) - begun_cpu_s, time.monotonic() - begun
    heard = sum(sum(one.heard.values()) for one in dashboards)
    emitted = AGENTS * (UPDATES + 1)
    print(f"{emitted} statuses emitted, {heard} sent, in {took:.1f} s with {took_cpu_s:.2f} s of the edge's CPU")
    teams = range(AGENTS // PER_TEAM)
    for one in dashboards:
        assert set(one.last) == {f"agent-{team}-{agent}" for team in teams for agent in range(PER_TEAM)}
        assert all(status["progress"] == 100 and status["message"] == "done" for status in one.last.values())
        # Whatever lies between the first event and the last message makes the time longer, not the number larger.
        for agent, heard_times in one.heard.items():
            assert heard_times - 1 <= (one.heard_s[agent] - one.first[agent]) / 0.1, agent
        for earlier, later in zip(one.list_times, one.list_times[1:]):
            assert later - earlier >= 0.0999
