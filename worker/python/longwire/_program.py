"""The flags and variables that every worker's program has: flags win over variables, and these over the code."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from .worker import Worker


def configure(worker: Worker, arguments: Sequence[str] | None) -> None:
    """Reads `arguments` (those of the process if None) into the worker's options; a wrong one ends the program with
    status 2. Sets up logging unless the program has done so."""
    options = worker.options
    parser = argparse.ArgumentParser(
        description="A Longwire worker.", epilog="Each flag can be given as a variable: LONGWIRE_BROKER_LINK and so on."
    )

    def add(flag: str, default: object, help: str, kind: type = str) -> None:
        variable = "LONGWIRE_" + flag.upper().replace("-", "_")
        parser.add_argument(f"--{flag}", default=os.environ.get(variable, default), type=kind, help=help)

    add("broker-events", options.broker_events, "the broker's endpoint for events")
    add("broker-link", options.broker_link, "the broker's endpoint for workers")
    add("name", worker.name, "this worker's name, unique in the cluster; one is made up if none is given")
    add("capacity", options.capacity, "how many tasks run at once", int)
    add("waiting-max", options.waiting_max, "how many more may wait for inputs or children", int)
    add("window-bytes", options.window_bytes, "bound of the events the broker has not acknowledged yet", int)
    add("drain-grace-ms", options.drain_grace_s * 1000, "how long running tasks have to end after SIGTERM", float)
    add("drain-commit-ms", options.drain_commit_s * 1000, "how long the broker then has to acknowledge", float)
    add("log-level", "info", "debug, info, warning or error")
    values = parser.parse_args(arguments)

    options.broker_events = values.broker_events
    options.broker_link = values.broker_link
    options.capacity = values.capacity
    options.waiting_max = values.waiting_max
    options.window_bytes = values.window_bytes
    options.drain_grace_s = values.drain_grace_ms / 1000
    options.drain_commit_s = values.drain_commit_ms / 1000
    options.program = options.program or parser.prog
    worker.name = values.name or f"worker-{secrets.token_hex(5)}"
    try:
        worker.check()
    except ValueError as error:
        parser.error(str(error))
    on_ready = options.on_ready

    def say_ready() -> None:
        print("ready", worker.name, flush=True)
        if on_ready is not None:
            on_ready()

    options.on_ready = say_ready
    logging.basicConfig(
        level=values.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
