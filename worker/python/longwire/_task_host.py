from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import threading
import time
import traceback
from dataclasses import dataclass
from typing import Any, Callable

from ._core import ending
from ._core.ending import Ending
from ._core.orders import CancelAttempt, ChildNews, GiveInput, Notice, Order, RevokedAttempt, StartAttempt
from ._event_buffer import Event, EventBuffer
from ._link_thread import LinkThread
from .context import TaskContext
from .errors import Revoked, TaskCancelled, TaskFailed
from .sync_context import SyncTaskContext

_TRACEBACK_LINES_MAX = 20

_log = logging.getLogger("longwire")


@dataclass(frozen=True)
class Handler:
    function: Callable[[Any], Any]
    is_async: bool
    interrupts: bool  # a cancel raises CancelledError where the handler waits

    @classmethod
    def of(cls, function: Callable[[Any], Any], interrupts: bool) -> Handler:
        """Raises ValueError for a generator: what it yields has no meaning here."""
        faces = (function, inspect.unwrap(function), getattr(function, "__call__", None))
        if any(inspect.isasyncgenfunction(face) or inspect.isgeneratorfunction(face) for face in faces):
            raise ValueError("a handler that yields: let one that doesn't iterate over it, and emit what is to be seen")
        is_async = any(inspect.iscoroutinefunction(face) for face in faces)
        return cls(function, is_async, interrupts and is_async)


@dataclass
class _Attempt:
    ctx: TaskContext
    handler: Handler
    work: asyncio.Future[Any] | None = None  # the handler itself

    def ask_to_end(self, reason: str, by_force: bool) -> None:
        is_first = self.ctx._ask_to_end(reason)
        if self.work is not None and self.handler.is_async:
            if by_force or (is_first and self.handler.interrupts):
                self.work.cancel(reason)


class TaskHost:
    """Runs the handlers: coroutines as tasks of the event loop, plain functions in a thread each.

    Bound:  `handlers_max`: more than the worker has room for, because those of revoked attempts may take a while to
            return, and the broker doesn't count them any more.
    Thread: the event loop's.
    """

    def __init__(self, handlers: dict[str, Handler], handlers_max: int, link: LinkThread) -> None:
        self._handlers = handlers
        self._handlers_max = handlers_max
        self._link = link
        self._attempts: dict[int, _Attempt] = {}
        self._works: set[asyncio.Task[None]] = set()
        self._waiting = 0

    def obey(self, orders: list[tuple[Order, EventBuffer | None]]) -> None:
        for order, buffer in orders:
            if isinstance(order, StartAttempt):
                assert buffer is not None
                self._start(order, buffer)
            elif not isinstance(order, Notice) and (attempt := self._attempts.get(order.id)):
                self._tell(attempt, order)

    def on_room(self, id: int) -> None:
        if attempt := self._attempts.get(id):
            attempt.ctx._on_room()

    async def finish(self, patience_s: float) -> bool:
        """Asks all to end. False if some have not returned after `patience_s`; they are abandoned."""
        for attempt in list(self._attempts.values()):
            attempt.ask_to_end("the worker ends", by_force=True)
        if not self._works:
            return True
        _, pending = await asyncio.wait(self._works, timeout=patience_s)
        return not pending

    def _tell(self, attempt: _Attempt, order: Order) -> None:
        if isinstance(order, CancelAttempt):
            attempt.ask_to_end(order.reason, by_force=False)
        elif isinstance(order, RevokedAttempt):
            _log.info("attempt is no longer ours: task %s: %s", attempt.ctx.task, order.reason)
            attempt.ctx._on_room()
            attempt.ask_to_end(order.reason, by_force=True)
        elif isinstance(order, GiveInput):
            attempt.ctx._give_input(order)
        elif isinstance(order, ChildNews):
            attempt.ctx._tell_of_child(order)

    def _start(self, order: StartAttempt, buffer: EventBuffer) -> None:
        if len(self._works) >= self._handlers_max:
            return self._link.give_back(order.id, "every place is taken by the handler of a revoked attempt")
        ctx = TaskContext(order, buffer, functools.partial(self._link.start_child, order.id), self._waits)
        attempt = self._attempts[order.id] = _Attempt(ctx, self._handlers[order.kind])
        work = asyncio.get_running_loop().create_task(self._work(order.id, attempt, buffer))
        self._works.add(work)
        work.add_done_callback(self._works.discard)

    def _waits(self, change: int) -> None:
        self._waiting += change
        self._link.waiting(self._waiting)

    async def _work(self, id: int, attempt: _Attempt, buffer: EventBuffer) -> None:
        # The handler has a future of its own: a cancel may come before it has even begun.
        attempt.work = _in_thread(attempt) if not attempt.handler.is_async else _in_loop(attempt)
        if attempt.ctx.cancelled and attempt.handler.interrupts:
            attempt.work.cancel(attempt.ctx.cancel_reason)
        await asyncio.wait([attempt.work])
        end = _ending_of(attempt)
        try:
            await attempt.ctx._flush_texts()
        except Revoked:
            pass
        buffer.push(Event(end.type, end.payload, time.time_ns() // 1000, True))
        self._attempts.pop(id, None)


def _in_loop(attempt: _Attempt) -> asyncio.Future[Any]:
    async def call() -> Any:
        try:
            return await attempt.handler.function(attempt.ctx)
        except SystemExit as error:
            raise RuntimeError("the handler called exit()") from error

    return asyncio.get_running_loop().create_task(call(), name=f"longwire {attempt.ctx.task}")


def _in_thread(attempt: _Attempt) -> asyncio.Future[Any]:
    """A daemon, because a handler may never return; the executor's threads would then keep the process alive."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    ctx = SyncTaskContext(attempt.ctx, loop)

    def tell(result: Any, error: BaseException | None) -> None:
        if isinstance(error, asyncio.CancelledError):
            done.cancel(attempt.ctx.cancel_reason)
        elif error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def call() -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = attempt.handler.function(ctx)
        except (StopIteration, SystemExit) as caught:  # no future can hold the first, nor the loop bear the second
            error = RuntimeError(f"the handler raised {type(caught).__name__}")
            error.__cause__ = caught
        except BaseException as caught:
            error = caught
        try:
            loop.call_soon_threadsafe(tell, result, error)
        except RuntimeError:
            pass  # abandoned: the loop is closed

    threading.Thread(target=call, name=f"longwire {attempt.ctx.task}", daemon=True).start()
    return done


def _ending_of(attempt: _Attempt) -> Ending:
    assert attempt.work is not None
    ctx = attempt.ctx
    if attempt.work.cancelled():
        if ctx.cancelled:
            return ending.cancelled(ctx.cancel_reason)
        return ending.failed("exception", "CancelledError, which nobody had asked for", retryable=True)
    error = attempt.work.exception()
    if error is None:
        return ending.completed(attempt.work.result())
    if isinstance(error, TaskFailed):
        return ending.failed(error.code, error.message, error.retryable, error.details)
    if isinstance(error, TaskCancelled):
        return ending.cancelled(error.reason or ctx.cancel_reason)
    if ctx.cancelled:
        return ending.cancelled(ctx.cancel_reason)
    return _of_exception(error)


def _of_exception(error: BaseException) -> Ending:
    lines = "".join(traceback.format_exception(error)).splitlines()
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    details = {"traceback": lines[-_TRACEBACK_LINES_MAX:]}
    return ending.failed("exception", message, retryable=True, details=details)
