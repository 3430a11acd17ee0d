from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from .messages import AttemptRef, Position
from .names import task_path


class Stage(Enum):
    RUNNING = auto()  # the handler works; its events are taken
    ENDED = auto()  # the last event has been numbered; held until that is committed
    HANDING_BACK = auto()  # events are taken no more; held until those taken are committed, then handed back


@dataclass
class AskedChild:
    """A child that has been asked for and has not ended."""

    fields: bytes  # of its start
    ask_us: int | None  # when to ask; None: asked, and not answered yet


@dataclass
class HeldAttempt:
    """An attempt from its assignment until the broker needs to hear no more of it."""

    ref: AttemptRef
    path: str  # of the task's topic
    stage: Stage = Stage.RUNNING
    last: Position | None = None  # the newest event taken
    events: int = 0  # taken so far
    last_input: int = 0  # the offset of the newest input passed on
    children: dict[str, AskedChild] = field(default_factory=dict)  # by name


class HeldAttempts:
    """The attempts of one worker, found by its own number for each (never used twice in a process) or by name."""

    def __init__(self) -> None:
        self.all: dict[int, HeldAttempt] = {}
        self._last_id = 0

    def add(self, ref: AttemptRef) -> int:
        self._last_id += 1
        self.all[self._last_id] = HeldAttempt(ref, task_path(ref.realm, ref.task))
        return self._last_id

    def id_of(self, ref: AttemptRef) -> int | None:
        return next((id for id, held in self.all.items() if held.ref == ref), None)

    def id_of_task(self, ref: AttemptRef) -> int | None:
        """Whichever attempt of the task is held."""
        names = (ref.realm, ref.task)
        return next((id for id, held in self.all.items() if (held.ref.realm, held.ref.task) == names), None)

    def running(self) -> int:
        """How many handlers may still be at work."""
        return sum(held.stage is Stage.RUNNING for held in self.all.values())
