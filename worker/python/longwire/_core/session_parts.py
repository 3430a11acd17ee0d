"""What a WorkerSession is told, what it says, and the little that it remembers beside attempts and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from .messages import KindDescription
from .orders import Order

HELLO_FIRST_US = 200_000


class State(Enum):
    JOINING = auto()  # says hello
    LIVE = auto()
    DONE = auto()  # drained: everything is acknowledged and the broker knows
    REFUSED = auto()  # the broker will never have us; see the last Notice
    LOST = auto()  # drained, but the broker could not be told everything in time


@dataclass
class SessionOptions:
    worker: str  # unique among the cluster's workers
    incarnation: int
    kinds: tuple[str, ...]
    described: tuple[KindDescription, ...] = ()  # of them
    program: str = ""
    capacity: int = 1
    waiting_max: int = 1_000  # attempts that wait for what others do, beside those
    window_bytes: int = 8 << 20
    drain_grace_us: int = 30_000_000  # for running tasks, before they are handed back
    drain_commit_us: int = 30_000_000  # then for the broker to acknowledge; then what is left is lost


class Output(NamedTuple):
    link: list[bytes]  # to be sent in this order; after a failure call link_failed() and drop the rest
    published: list[tuple[bytes, bytes]]  # [key, envelopes]
    orders: list[Order]


@dataclass
class Hello:
    is_said: bool = False  # since the last session
    due_us: int = 0
    interval_us: int = HELLO_FIRST_US


@dataclass
class Refusals:
    unsaid: int = 0
    said_us: int | None = None


@dataclass
class Drain:
    is_on: bool = False
    until_us: int = 0
    give_up_us: int = 0


@dataclass
class Tail:
    """When the broker was last heard to have, or told of, what waits for its acknowledgement."""

    confirmed_us: int = 0
    said_us: int = 0


@dataclass
class Out:
    link: list[bytes] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
