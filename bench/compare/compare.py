#!/usr/bin/env python3
"""Gives Longwire and its peers the same works in turn, and sets what came of it side by side.

Every system is started anew for every work, on this machine and free ports, and ended by its pid. longwire-load makes
the load. `./dev bench` calls this; `compare.py --help` says what can be chosen."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from longwire_system import Longwire
from mosquitto_system import Mosquitto
from nats_system import Nats, NatsCluster
from nchan_system import Nchan, NchanOverRedis
from plots import plot
from processes import ServerFailed, allow_descriptors
from results import OURS, Results
from script_systems import SCRIPTS
from systems import Running, System
from table import render
from works import SIZES, WORKS, Report, Work, is_exact

ROOT = Path(__file__).parents[2]
LOAD_TIMEOUT_S = 600
ENDERS = (signal.SIGINT, signal.SIGTERM)

PEERS: list[System] = [*SCRIPTS, Nats(), NatsCluster(), Nchan(), NchanOverRedis(), Mosquitto()]


class LoadFailed(Exception):
    """The work could not be done with this system."""


def chosen(asked: str, names: list[str], what: str) -> list[str]:
    wanted = [name for name in asked.split(",") if name]
    for name in wanted:
        if name not in names:
            sys.exit(f"compare.py: no {what} named '{name}' ({', '.join(names)})")
    return wanted


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    works = [work.name for work in WORKS]
    peers = [peer.name for peer in PEERS]
    parser.add_argument("--only", default="", metavar="WORK,...", help=f"of {', '.join(works)}; compare: all")
    parser.add_argument("--peers", default="all", metavar="PEER,...", help=f"none, all, or of {', '.join(peers)}")
    parser.add_argument("--repeat", type=int, default=0, metavar="N", help="rounds, of which medians are taken")
    parser.add_argument("--size", choices=SIZES, default="full", help="how large and long the works are")
    parser.add_argument("--quick", action="store_true", help="the size quick, one round")
    parser.add_argument("--save", action="store_true", help="write to docs/performance instead of build/bench")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--out", type=Path, help="write to this folder instead")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="where the programs are")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()), help="where servers keep their data")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.size = "quick"
    arguments.repeat = arguments.repeat or (3 if arguments.size == "full" else 1)
    everything = arguments.only in ("", "compare")
    arguments.works = works if everything else chosen(arguments.only, works, "work")
    asked = {"all": ",".join(peers), "none": ""}.get(arguments.peers, arguments.peers)
    arguments.peers = chosen(asked, peers, "peer")
    if arguments.out is None:
        arguments.out = ROOT / ("docs/performance" if arguments.save else "build/bench")
    return arguments


def run_load(program: Path, running: Running, work: Work, size: str) -> Report:
    pids = running.pids()
    command = [str(program), *running.flags(work.comes_back), *work.arguments(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise LoadFailed(f"not done after {LOAD_TIMEOUT_S} s") from None
    if done.returncode != 0:
        raise LoadFailed(done.stderr.strip() or f"longwire-load ended with {done.returncode}")
    if running.pids() != pids:
        raise LoadFailed("its processes have changed meanwhile, so what they have used is not known")
    return dict(json.loads(done.stdout))


def run_once(system: System, work: Work, arguments: argparse.Namespace) -> Report:
    """With a system of its own."""
    # The paths of sockets below it must be short.
    folder = Path(tempfile.mkdtemp(prefix="lwbench-", dir=arguments.dir))
    running = Running(watch_url="")
    try:
        system.start(running, folder, work.deflates)
        return run_load(arguments.bin / "longwire-load", running, work, arguments.size)
    except LoadFailed as failure:
        ended = [child for child in running.children if child.popen.poll() is not None]
        words = "".join(f"; {child.name} has ended: {child.last_words()}" for child in ended)
        raise LoadFailed(f"{failure}{words}") from None
    finally:
        running.end()
        shutil.rmtree(folder, ignore_errors=True)


def run_told(system: System, work: Work, arguments: argparse.Namespace, label: str) -> Report | str:
    """Says meanwhile what comes of it; why not, where nothing has."""
    begun = time.monotonic()
    try:
        report = run_once(system, work, arguments)
    except (LoadFailed, ServerFailed) as failure:
        print(f"{label}: failed: {failure}", file=sys.stderr)
        return str(failure)
    print(f"{label}: {summary(work, report)} ({time.monotonic() - begun:.0f} s)", file=sys.stderr)
    if system.name == OURS and not is_exact(report):
        print(f"{label}: not exact: {json.dumps(report)}", file=sys.stderr)
    return report


def run_all(results: Results, arguments: argparse.Namespace) -> bool:
    """False if Longwire has lost or doubled anything. A round counts, and is in the files, once it is whole."""
    all_well = True
    for number in range(1, arguments.repeat + 1):
        round_label = f"[{number}/{arguments.repeat}]"
        outcomes = [
            (work, system, run_told(system, work, arguments, f"{round_label} {work.name} {system.name}"))
            for work in results.works
            for system in filter(work.is_for, results.systems)
        ]
        with undisturbed():
            for work, system, outcome in outcomes:
                if isinstance(outcome, str):
                    results.add_failure(work, system, outcome)
                else:
                    results.add(work, system, outcome)
                if system.name == OURS:
                    all_well &= not isinstance(outcome, str) and is_exact(outcome)
            write_files(results, arguments.out)
    return all_well


@contextmanager
def undisturbed() -> Iterator[None]:
    """Whoever ends this waits until what is within is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDERS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def summary(work: Work, report: Report) -> str:
    values = [(figure.title, figure.read(report), figure.digits) for figure in work.figures]
    return ", ".join(f"{title} {value:,.{digits}f}" for title, value, digits in values if value is not None)


def write_files(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(json.dumps(results.to_json(), indent=1) + "\n")
    for work in results.works:
        if picture := plot(results, work):
            (folder / f"{work.name}.svg").write_text(picture)


def main() -> int:
    arguments = read_arguments()
    # Servers must not outlive this, and whole rounds must not be lost with it, however it is ended.
    for ender in ENDERS:
        signal.signal(ender, signal.default_int_handler)
    allow_descriptors()
    ours = Longwire(arguments.bin)
    if missing := ours.missing():
        sys.exit(f"compare.py: there is no {missing}: build it first, as ./dev bench does")
    systems: list[System] = [ours]
    left_out = {}
    for peer in PEERS:
        if peer.name in arguments.peers:
            if missing := peer.missing():
                left_out[peer.title] = missing
            else:
                systems.append(peer)
    works = [work for work in WORKS if work.name in arguments.works]
    results = Results(systems, works, arguments.size)
    results.left_out = left_out
    load = os.getloadavg()[0]
    if load > 1:
        print(f"others use this machine (load {load:.1f}): figures will be worse than without them", file=sys.stderr)
    try:
        all_well = run_all(results, arguments)
    except KeyboardInterrupt:
        print("ended early: what follows is of the rounds that were whole by then", file=sys.stderr)
        all_well = False
    print(render(results, arguments.markdown))
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
