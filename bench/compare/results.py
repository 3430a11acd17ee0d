"""What came of all runs: medians, and how Longwire stands beside each peer."""

from __future__ import annotations

import datetime
import platform
import statistics
import subprocess
from pathlib import Path
from typing import Any

from systems import System
from works import Figure, Report, Work

OURS = "longwire"


class Results:
    def __init__(self, systems: list[System], works: list[Work], size: str) -> None:
        self.systems = systems
        self.works = works
        self.size = size
        self.left_out: dict[str, str] = {}  # peers that are not installed, and why
        self._reports: dict[tuple[str, str], list[Report]] = {}
        self._failures: dict[tuple[str, str], str] = {}

    def add(self, work: Work, system: System, report: Report) -> None:
        self._reports.setdefault((work.name, system.name), []).append(report)

    def add_failure(self, work: Work, system: System, why: str) -> None:
        self._failures[work.name, system.name] = why

    def failure(self, work: Work, system: System) -> str | None:
        return self._failures.get((work.name, system.name))

    def reports(self, work: Work, system: System) -> list[Report]:
        return self._reports.get((work.name, system.name), [])

    def systems_of(self, work: Work) -> list[System]:
        return [s for s in self.systems if self.reports(work, s) or self.failure(work, s)]

    def median(self, work: Work, system: System, figure: Figure) -> float | None:
        """Of the runs that have it; nothing where most have not."""
        values = [figure.read(report) for report in self.reports(work, system)]
        there = [value for value in values if value is not None]
        return statistics.median(there) if len(there) * 2 > len(values) else None

    def ratio(self, work: Work, system: System) -> float | None:
        """Longwire's figure by the system's: below 1 is better for us, or above it where more is better."""
        figure = work.figures[0]
        ours = next((s for s in self.systems if s.name == OURS), None)
        if ours is None or system is ours:
            return None
        mine, theirs = self.median(work, ours, figure), self.median(work, system, figure)
        return mine / theirs if mine is not None and theirs else None

    def to_json(self) -> dict[str, Any]:
        return {
            "date": datetime.date.today().isoformat(),
            "commit": _commit(),
            "machine": {"cores": _cores(), "kernel": platform.release(), "cpu": _cpu()},
            "size": self.size,
            "left_out": self.left_out,
            "works": {work.name: self._work_to_json(work) for work in self.works if self.systems_of(work)},
        }

    def _work_to_json(self, work: Work) -> dict[str, Any]:
        systems: dict[str, Any] = {}
        for system in self.systems_of(work):
            entry: dict[str, Any] = {
                "medians": {figure.key: self.median(work, system, figure) for figure in work.figures},
                "runs": self.reports(work, system),
            }
            if failure := self.failure(work, system):
                entry["failure"] = failure
            systems[system.name] = entry
        return {"title": work.heading(self.size), "flags": " ".join(work.arguments(self.size)), "systems": systems}


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _cores() -> int:
    return sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines())
