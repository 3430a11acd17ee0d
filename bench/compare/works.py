"""The works that systems are given, in three sizes, and what is to be read from their reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from systems import System

Report = dict[str, Any]

SIZES = ("full", "quick", "tiny")


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    read: Callable[[Report], float | None]
    digits: int = 1
    more_is_better: bool = False


@dataclass(frozen=True)
class Work:
    name: str
    title: str
    flags: dict[str, str]  # by size: of longwire-load
    figures: tuple[Figure, ...]  # the first is what systems are compared by
    comes_back: bool = False
    deflates: bool = False
    is_for: Callable[[System], bool] = lambda system: True

    def arguments(self, size: str) -> list[str]:
        return self.flags[size].split()

    def heading(self, size: str) -> str:
        """The title tells the full size."""
        return self.title if size == "full" else f"{self.name} {self.flags[size]}"


def at(*path: str) -> Callable[[Report], float | None]:
    def read(report: Report) -> float | None:
        value: Any = report
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return None if value is None else float(value)

    return read


def thousands(key: str) -> Callable[[Report], float | None]:
    return lambda report: float(report[key]) / 1000


def only_if_it_kept_up(figure: Callable[[Report], float | None]) -> Callable[[Report], float | None]:
    """A rate that was not reached has no cost to be compared by."""
    return lambda report: None if report["lost"] or report["unpublished"] or report["cut"] else figure(report)


CPU = Figure("s_per_million", "CPU s per million deliveries", only_if_it_kept_up(at("s_per_million")), 2)
CPU_THERE = Figure("s_per_million", "CPU s per million, at that rate", at("s_per_million"), 2)
CPU_BACK = Figure("s_per_million", "CPU s per million deliveries", at("s_per_million"), 2)
P50 = Figure("p50_ms", "p50, ms", at("latency_ms", "p50"), 2)
P99 = Figure("p99_ms", "p99, ms", at("latency_ms", "p99"), 2)
LOST = Figure("lost", "events lost", at("lost"), 0)
HIGHEST = Figure("highest", "thousand deliveries a second", thousands("highest_deliveries_per_s"), 0, True)
RSS = Figure("kib", "KiB of memory for a connection", at("kib_per_connection"), 1)
SUBSCRIBED = Figure("subscribed_s", "s until all are subscribed", at("subscribed_s"), 2)
STORM_CPU = Figure("server_cpu_s", "CPU s", at("server_cpu_s"), 2)
COMPLETE = Figure("complete_s", "s until all have what they missed", at("complete_s"), 2)
SPEED = Figure("deliveries_per_s", "thousand deliveries a second", thousands("deliveries_per_s"), 0, True)

PACED = (CPU, P50, P99, LOST)
RATE = (HIGHEST, CPU_THERE, P99)
STORM = (SUBSCRIBED, STORM_CPU, COMPLETE, LOST)
REPLAY = (COMPLETE, SPEED, CPU_BACK, LOST)


def _resumes(system: System) -> bool:
    return system.resumes


WORKS = [
    Work(
        "fanout",
        "one topic, 1,000 watchers, 50 events/s",
        {
            "full": "--watchers 1000 paced --rate 50 --warm-s 1 --seconds 8",
            "quick": "--watchers 1000 paced --rate 50 --warm-s 0.5 --seconds 3",
            "tiny": "--watchers 50 paced --rate 50 --warm-s 0.2 --seconds 1",
        },
        PACED,
    ),
    Work(
        "fanout-5000",
        "one topic, 5,000 watchers, 10 events/s",
        {
            "full": "--watchers 5000 paced --rate 10 --warm-s 1 --seconds 8",
            "quick": "--watchers 5000 paced --rate 10 --warm-s 0.5 --seconds 3",
            "tiny": "--watchers 100 paced --rate 10 --warm-s 0.2 --seconds 1",
        },
        PACED,
    ),
    Work(
        "topics",
        "2,000 topics, a watcher each, 20,000 events/s",
        {
            "full": "--watchers 2000 --topics 2000 paced --rate 20000 --warm-s 1 --seconds 8",
            "quick": "--watchers 2000 --topics 2000 paced --rate 20000 --warm-s 0.5 --seconds 3",
            "tiny": "--watchers 50 --topics 50 paced --rate 200 --warm-s 0.2 --seconds 1",
        },
        PACED,
    ),
    Work(
        "highest",
        "highest rate, one topic, 1,000 watchers",
        {
            "full": "--watchers 1000 highest",
            "quick": "--watchers 1000 highest --step-s 1 --steps 8",
            "tiny": "--watchers 20 highest --step-s 0.2 --steps 2 --p99-ms 10000",
        },
        RATE,
    ),
    Work(
        "highest-5000",
        "highest rate, one topic, 5,000 watchers",
        {
            "full": "--watchers 5000 highest",
            "quick": "--watchers 5000 highest --step-s 1 --steps 8",
            "tiny": "--watchers 40 highest --step-s 0.2 --steps 1 --p99-ms 10000",
        },
        RATE,
    ),
    Work(
        "highest-topics",
        "highest rate, 2,000 topics, a watcher each",
        {
            "full": "--watchers 2000 --topics 2000 highest --window 4000",
            "quick": "--watchers 2000 --topics 2000 highest --window 4000 --step-s 1 --steps 8",
            "tiny": "--watchers 20 --topics 20 highest --window 40 --step-s 0.2 --steps 1 --p99-ms 10000",
        },
        RATE,
    ),
    Work(
        "idle",
        "connections on which nothing happens",
        {
            "full": "--watchers 10000 idle --seconds 3",
            "quick": "--watchers 3000 idle --seconds 1",
            "tiny": "--watchers 50 idle --seconds 0.1",
        },
        (RSS,),
    ),
    Work(
        "idle-deflate",
        "the same with permessage-deflate, after a message of 2 KiB",
        {
            "full": "--watchers 5000 --deflate --payload-bytes 2048 idle --seconds 3",
            "quick": "--watchers 2000 --deflate --payload-bytes 2048 idle --seconds 1",
            "tiny": "--watchers 50 --deflate --payload-bytes 2048 idle --seconds 0.1",
        },
        (RSS,),
        deflates=True,
        is_for=lambda system: system.can_deflate,
    ),
    Work(
        "storm",
        "5,000 drop and come back after 1 s, 10 events/s",
        {
            "full": "--watchers 5000 storm --rate 10 --away-s 1",
            "quick": "--watchers 2000 storm --rate 10 --away-s 1",
            "tiny": "--watchers 50 storm --rate 50 --warm-s 0.2 --away-s 0.2",
        },
        STORM,
        comes_back=True,
    ),
    Work(
        "replay",
        "1,000 come back at once, each 1,000 events behind",
        {
            "full": "--watchers 1000 replay --behind 1000",
            "quick": "--watchers 500 replay --behind 500",
            "tiny": "--watchers 20 replay --behind 200",
        },
        REPLAY,
        comes_back=True,
        is_for=_resumes,
    ),
    Work(
        "read",
        "one client reads a topic from its first event",
        {
            "full": "--watchers 1 replay --from-beginning --behind 1000000",
            "quick": "--watchers 1 replay --from-beginning --behind 100000",
            "tiny": "--watchers 1 replay --from-beginning --behind 2000",
        },
        REPLAY,
        comes_back=True,
        is_for=lambda system: system.name == "longwire",
    ),
]


def is_exact(report: Report) -> bool:
    """Whether nothing was lost, doubled or out of order. Rates that are too high may lose: so they are known."""
    if "highest_rate" in report:
        return not report.get("doubled") and not report.get("out_of_order")
    return bool(report["exact"])
