from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from .messages import AttemptRef, Position
from .names import task_path


class Stage(Enum):
    RUNNING = auto()  # the handler works; its events are taken
    ENDED = auto()  # the last event has been numbered; held until that is committed
    HANDING_BACK = auto()  # events are taken no more; held until those taken are committed, then handed back


@dataclass
class HeldAttempt:
    """An attempt from its assignment until the broker needs to hear no more of it."""

    ref: AttemptRef
    path: str  # of the task's topic
    stage: Stage = Stage.RUNNING
    last: Position | None = None  # the newest event taken
    events: int = 0  # taken so far
    last_input: int = 0  # the offset of the newest input passed on


class HeldAttempts:
    """The attempts of one worker, at most one of each task, found by its own number for each (never used twice in a
    process) or by name. What is asked for often costs the same however many there are."""

    def __init__(self) -> None:
        self.all: dict[int, HeldAttempt] = {}
        self._by_task: dict[tuple[str, str], int] = {}
        self._not_running: set[int] = set()
        self._last_id = 0

    def __bool__(self) -> bool:
        return bool(self.all)

    def add(self, ref: AttemptRef) -> int:
        self._last_id += 1
        self.all[self._last_id] = HeldAttempt(ref, task_path(ref.realm, ref.task))
        self._by_task[ref.realm, ref.task] = self._last_id
        return self._last_id

    def get(self, id: int | None) -> HeldAttempt | None:
        return None if id is None else self.all.get(id)

    def remove(self, id: int) -> None:
        ref = self.all.pop(id).ref
        self._not_running.discard(id)
        del self._by_task[ref.realm, ref.task]

    def stop(self, id: int, stage: Stage) -> None:
        """Its events are taken no more."""
        self.all[id].stage = stage
        self._not_running.add(id)

    def stopped(self) -> list[int]:
        return sorted(self._not_running)

    def id_of(self, ref: AttemptRef) -> int | None:
        id = self.id_of_task(ref)
        return id if id is not None and self.all[id].ref == ref else None

    def id_of_task(self, ref: AttemptRef) -> int | None:
        """Whichever attempt of the task is held."""
        return self._by_task.get((ref.realm, ref.task))

    def running(self) -> int:
        """How many handlers may still be at work."""
        return len(self.all) - len(self._not_running)
