from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._core.orders import ChildNews
from ._core.values import unpack_value

if TYPE_CHECKING:
    from .context import TaskContext


@dataclass(frozen=True)
class ChildEnd:
    """How a child's run ended."""

    state: str
    """COMPLETED, FAILED, CANCELLED or EXPIRED."""
    result: Any
    error: Any
    """`{code, message, details}`, or None."""

    @property
    def ok(self) -> bool:
        return self.state == "COMPLETED"


class Child:
    """A task that another has started."""

    def __init__(self, parent: TaskContext, name: str, id: str) -> None:
        self._parent = parent
        self.name = name
        """What the parent calls it by."""
        self.id = id
        """Its task's id."""

    async def wait(self, timeout: float | None = None) -> ChildEnd:
        """Waits for its end; raises TimeoutError when `timeout` seconds have passed."""
        return end_of(await self._parent._wait_for_child(self.name, timeout))


def end_of(news: ChildNews) -> ChildEnd:
    return ChildEnd(news.state, unpack_value(news.result), unpack_value(news.error))
