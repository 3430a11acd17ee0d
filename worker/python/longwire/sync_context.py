from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import time
from types import TracebackType
from typing import Any, Coroutine, Iterator, TypeVar

from . import _event_data
from ._event_buffer import Event, Pushed
from .child import Child, ChildEnd
from .context import TaskContext, ToolCall
from .errors import Revoked
from .text_stream import TextStream

_T = TypeVar("_T")


class SyncTaskContext:
    """One attempt at a task, for a handler that is a plain function and runs in a thread of its own. Everything is as
    with TaskContext, but waits instead of being awaited.

    Python can't interrupt a thread: `cancelled` says when the task has been asked to end, and whatever waits here
    raises `longwire.Cancelled` from then on. emit() and its like go on until the attempt is revoked.

    Thread: any, until the handler has returned.
    """

    def __init__(self, ctx: TaskContext, loop: asyncio.AbstractEventLoop) -> None:
        self._ctx = ctx
        self._loop = loop

    @property
    def task(self) -> str:
        return self._ctx.task

    @property
    def realm(self) -> str:
        return self._ctx.realm

    @property
    def kind(self) -> str:
        return self._ctx.kind

    @property
    def run(self) -> int:
        return self._ctx.run

    @property
    def attempt(self) -> int:
        return self._ctx.attempt

    @property
    def timeout(self) -> float | None:
        return self._ctx.timeout

    @property
    def input(self) -> Any:
        return self._ctx.input

    @property
    def cancelled(self) -> bool:
        return self._ctx.cancelled

    @property
    def cancel_reason(self) -> str:
        return self._ctx.cancel_reason

    def emit(self, type: str, data: Any = None, *, wait: bool = True) -> bool:
        """See TaskContext.emit()."""
        if not self._ctx._texts:
            # The short way, without the event loop; only where there is no room it has to wait there.
            payload = _event_data.checked_payload(type, data)
            pushed = self._ctx._buffer.push(Event(type, payload, time.time_ns() // 1000, False))
            if pushed is Pushed.TAKEN:
                return True
            if pushed is Pushed.CLOSED:
                raise Revoked(self.cancel_reason or "the attempt is over")
            if not wait:
                return False
        return self._wait(self._ctx.emit(type, data, wait=wait))

    def log(self, message: str, *, level: str = "info", agent: str | None = None, details: Any = None) -> None:
        self.emit("log", _event_data.log(message, level, agent, details))

    def progress(self, fraction: float, message: str = "") -> None:
        self.emit("task.progress", _event_data.progress(fraction, message))

    def text(self, stream: str = "", *, agent: str | None = None) -> SyncTextStream:
        return SyncTextStream(self, self._ctx.text(stream, agent=agent))

    @contextlib.contextmanager
    def tool(self, name: str, arguments: Any = None, *, agent: str | None = None) -> Iterator[ToolCall]:
        """See TaskContext.tool()."""
        tool = self._ctx.tool(name, arguments, agent=agent)
        call = self._wait(tool.__aenter__())
        try:
            yield call
        except Exception as error:
            self._wait(tool.__aexit__(type(error), error, error.__traceback__))
            raise
        self._wait(tool.__aexit__(None, None, None))

    def sleep(self, seconds: float) -> None:
        self._wait(self._ctx.sleep(seconds))

    def wait_input(self, timeout: float | None = None) -> Any:
        return self._wait(self._ctx.wait_input(timeout))

    def ask(self, prompt: str, timeout: float | None = None) -> Any:
        return self._wait(self._ctx.ask(prompt, timeout))

    def child(self, kind: str, input: Any = None, **options: Any) -> SyncChild:
        """See TaskContext.child() for the options."""
        return SyncChild(self, self._wait(self._ctx.child(kind, input, **options)))

    def _wait(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError(self.cancel_reason) from None


class SyncTextStream:
    """See TextStream."""

    def __init__(self, ctx: SyncTaskContext, text: TextStream) -> None:
        self._ctx = ctx
        self._text = text

    def write(self, text: str) -> None:
        self._ctx._wait(self._text.write(text))

    def done(self) -> None:
        self._ctx._wait(self._text.done())

    def discard(self, reason: str) -> None:
        self._ctx._wait(self._text.discard(reason))

    def __enter__(self) -> SyncTextStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ctx._wait(self._text.__aexit__(kind, error, traceback))


class SyncChild:
    """See Child."""

    def __init__(self, ctx: SyncTaskContext, child: Child) -> None:
        self._ctx = ctx
        self._child = child
        self.name = child.name
        self.id = child.id

    def wait(self, timeout: float | None = None) -> ChildEnd:
        return self._ctx._wait(self._child.wait(timeout))
