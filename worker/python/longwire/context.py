from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import deque
from typing import Any, AsyncIterator, Callable

from . import _event_data
from ._core.orders import ChildNews, GiveInput, StartAttempt
from ._core.values import pack_value, unpack_value
from ._event_buffer import Event, EventBuffer, Pushed
from .child import Child
from .errors import ChildRefused, EmitError, Revoked
from .text_stream import TextStream

_INPUT_BYTES_MAX = 4 << 20
_CHILDREN_MAX = 10_000
_EMITS_PER_TURN = 256
_BRIEF_S = 0.02  # what a handler waits for no longer than that is not worth telling the broker


class ToolCall:
    """A tool at work; what it has found is to be put into `result` before it is left."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.result: Any = None


class TaskContext:
    """One attempt at a task, as its handler sees it.

    The events `task.queued` and `task.started` are on the task's topic before the handler is called, and how it ends
    becomes the last one; everything between is the handler's. What it emits follows in that order, exactly once, unless
    the attempt or this process is lost first.

    To be used by the event loop's thread, until the handler has returned.
    """

    def __init__(
        self,
        start: StartAttempt,
        buffer: EventBuffer,
        start_child: Callable[[str, bytes], None],
        waits: Callable[[int], None],
    ) -> None:
        self._start = start
        self._buffer = buffer
        self._start_child = start_child
        self._waits = waits  # one more, or one less, that waits for what others do
        self._waiting = 0  # coroutines of this one that do
        self._input: Any = unpack_value(start.input)
        self._inputs: deque[bytes] = deque()
        self._input_bytes = 0
        self._children: dict[str, ChildNews | None] = {}  # by name; None until the first answer
        self._children_counted = 0
        self._tool_calls = 0
        self._texts: set[TextStream] = set()  # with something that waits
        self._texts_opened = 0
        self._emits = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._room_waiters: set[asyncio.Future[None]] = set()
        self._asked_to_end = False
        self._reason = ""

    # What it is about.

    @property
    def task(self) -> str:
        """The task's id."""
        return self._start.task

    @property
    def realm(self) -> str:
        return self._start.realm

    @property
    def kind(self) -> str:
        return self._start.kind

    @property
    def run(self) -> int:
        """From 1; an ended task can be run again."""
        return self._start.run

    @property
    def attempt(self) -> int:
        """Rises over all runs of the task."""
        return self._start.attempt

    @property
    def timeout(self) -> float | None:
        """Of the run, in seconds. The broker sees to it."""
        return self._start.timeout_ms / 1000 if self._start.timeout_ms else None

    @property
    def input(self) -> Any:
        """What the task was started with; None if with nothing."""
        return self._input

    @property
    def cancelled(self) -> bool:
        """Whether the task has been asked to end: cancelled, revoked, or the worker's time for draining is over."""
        return self._asked_to_end

    @property
    def cancel_reason(self) -> str:
        """Why; empty before, or if nobody said."""
        return self._reason

    # Events.

    async def emit(self, type: str, data: Any = None, *, wait: bool = True) -> bool:
        """Puts an event on the task's topic. Returns True once it is in this process's hands, which is before it is in
        the log. Where the events not yet acknowledged fill their bound it waits, or returns False if `wait` is.

        Raises EmitError for a type that is no name or not a handler's to emit (`task.completed` and its like), and for
        data that can't be packed, or are larger than 1 MiB or deeper than 64 levels; Revoked once the attempt is no
        longer this worker's.
        """
        payload = _event_data.checked_payload(type, data)
        if self._texts and not await self._flush_texts(wait):
            return False
        self._emits += 1
        if self._emits % _EMITS_PER_TURN == 0:
            await asyncio.sleep(0)  # others want to go on, too
        while True:
            pushed = self._buffer.push(Event(type, payload, time.time_ns() // 1000, False))
            if pushed is Pushed.TAKEN:
                return True
            if pushed is Pushed.CLOSED:
                raise Revoked(self._reason or "the attempt is over")
            if not wait:
                return False
            await self._room()

    async def log(self, message: str, *, level: str = "info", agent: str | None = None, details: Any = None) -> None:
        """`log {level, message, agent?, details?}`; `level` is debug, info, warn or error."""
        await self.emit("log", _event_data.log(message, level, agent, details))

    async def progress(self, fraction: float, message: str = "") -> None:
        """`task.progress {progress, message?}`; `fraction` is held within 0..1."""
        await self.emit("task.progress", _event_data.progress(fraction, message))

    def text(self, stream: str = "", *, agent: str | None = None) -> TextStream:
        """A text that grows, such as a model's tokens. `stream` is its name, which no other text of the attempt has;
        one is made up if none is given."""
        self._texts_opened += 1
        return TextStream(self, stream or f"text-{self._texts_opened}", agent)

    @contextlib.asynccontextmanager
    async def tool(self, name: str, arguments: Any = None, *, agent: str | None = None) -> AsyncIterator[ToolCall]:
        """`tool.call {tool, call_id, arguments, agent?}` on entering, `tool.result {tool, call_id, result, ok, agent?}`
        on leaving; an exception that passes is the result of a call that was not `ok`.

            async with ctx.tool("search", {"q": "bakeries"}) as call:
                call.result = await search("bakeries")
        """
        self._tool_calls += 1
        call = ToolCall(f"call-{self.attempt}-{self._tool_calls}")
        about = {"tool": name, "call_id": call.call_id} | ({"agent": agent} if agent is not None else {})
        await self.emit("tool.call", about | {"arguments": arguments})
        try:
            yield call
        except Exception as error:
            await self.emit("tool.result", about | {"result": f"{type(error).__name__}: {error}", "ok": False})
            raise
        await self.emit("tool.result", about | {"result": call.result, "ok": True})

    # Waiting. Once the task has been asked to end, all of these raise CancelledError.

    async def sleep(self, seconds: float) -> None:
        """As asyncio.sleep(), for handlers that are not interrupted by a cancel as well."""
        with contextlib.suppress(TimeoutError):
            await self._wait_until(lambda: False, seconds)

    async def wait_input(self, timeout: float | None = None) -> Any:
        """The next input sent to the task, in the order of the log. Each attempt is given all inputs of its run, from
        the first. Raises TimeoutError when `timeout` seconds have passed."""
        await self._wait_for_others(lambda: bool(self._inputs), timeout)
        data = self._inputs.popleft()
        self._input_bytes -= len(data)
        return unpack_value(data)

    async def ask(self, prompt: str, timeout: float | None = None) -> Any:
        """Asks those who watch: `task.waiting {prompt}` says what is wanted, and the next input is the answer. One that
        is there already is taken for it, and nobody is asked: so a later attempt gets the answers given before."""
        if not self._inputs:
            await self.emit("task.waiting", {"prompt": prompt})
        return await self.wait_input(timeout)

    # Children.

    async def child(
        self,
        kind: str,
        input: Any = None,
        *,
        name: str = "",
        timeout: float = 0,
        ttl: float = 0,
        delay: float = 0,
        max_attempts: int = 3,
        priority: int = 0,
        concurrency: tuple[str, int] | None = None,
    ) -> Child:
        """Starts a task below this one and waits until the broker has it: while it has no room for one, until there is.
        Times are in seconds, 0 for none; `concurrency` is a key and how many that share it run at a time.

        A run of this task has one child of each `name` (1 to 128 bytes), so that an attempt that asks again is led to
        the one that is there. Without names children are counted in the order they are asked for, which must then be
        the same in each attempt. When this task ends other than well its children are cancelled.

        Raises ChildRefused. A parent that waits for its children leaves its place at its worker to others.
        """
        fields: dict[str, Any] = {
            "kind": kind,
            "input": input,
            # Named here, so that asking a second time after a lost answer starts nothing twice.
            "task": secrets.token_hex(8),
            "timeout_s": timeout,
            "ttl_s": ttl,
            "delay_s": delay,
            "max_attempts": max_attempts,
            "priority": priority,
        }
        if concurrency is not None:
            fields["concurrency"] = {"key": concurrency[0], "limit": concurrency[1]}
        if not name:
            self._children_counted += 1
            name = f"#{self._children_counted}"
        self._ask_for_child(name, fields)
        await self._wait_for_others(lambda: self._children[name] is not None, None)
        news = self._children[name]
        assert news is not None
        if news.refused is not None:
            raise ChildRefused(news.refused.code, news.refused.message, news.refused.field)
        return Child(self, name, news.task)

    def _ask_for_child(self, name: str, fields: dict[str, Any]) -> None:
        known = self._children.get(name)
        # A refused one may be asked for again; one that is there is not asked for twice.
        if name in self._children and (known is None or known.refused is None):
            return
        if len(self._children) >= _CHILDREN_MAX and name not in self._children:
            raise ChildRefused("too_many", f"a task can start {_CHILDREN_MAX} children", "name")
        try:
            packed = pack_value(fields)
        except ValueError as error:
            raise ChildRefused("bad_request", str(error), "input") from error
        self._children[name] = None
        self._start_child(name, packed)

    async def _wait_for_child(self, name: str, timeout: float | None) -> ChildNews:
        def has_ended() -> bool:
            news = self._children[name]
            return news is not None and news.has_ended

        await self._wait_for_others(has_ended, timeout)
        news = self._children[name]
        assert news is not None
        return news

    # What the text streams and the worker need.

    def _now_us(self) -> int:
        return time.monotonic_ns() // 1000

    def _push(self, type: str, data: Any) -> Pushed:
        return self._buffer.push(
            Event(type, _event_data.checked_payload(type, data), time.time_ns() // 1000, False)
        )

    async def _room(self) -> None:
        """Waits until the buffer that was full has been taken from."""
        await self._be_woken(self._room_waiters, None)

    async def _flush_texts(self, wait: bool = True) -> bool:
        for text in list(self._texts):
            if not await text._flush(all=True, wait=wait):
                return False
        return True

    def _wake(self, waiters: set[asyncio.Future[None]]) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _on_room(self) -> None:
        self._wake(self._room_waiters)

    async def _be_woken(self, waiters: set[asyncio.Future[None]], timeout: float | None) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter
        finally:
            waiters.discard(waiter)

    async def _wait_until(self, is_so: Callable[[], bool], timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._asked_to_end:
                raise asyncio.CancelledError(self._reason)
            if is_so():
                return
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            with contextlib.suppress(TimeoutError):
                await self._be_woken(self._waiters, left)

    async def _wait_for_others(self, is_so: Callable[[], bool], timeout: float | None) -> None:
        """As _wait_until(); a task that does so for more than a moment takes no place at its worker meanwhile."""
        brief = _BRIEF_S if timeout is None else min(timeout, _BRIEF_S)
        try:
            return await self._wait_until(is_so, brief)
        except TimeoutError:
            if timeout is not None and timeout <= _BRIEF_S:
                raise
        # However many of its coroutines wait, it is one task that does.
        self._waiting += 1
        if self._waiting == 1:
            self._waits(1)
        try:
            await self._wait_until(is_so, None if timeout is None else timeout - brief)
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._waits(-1)

    def _give_input(self, order: GiveInput) -> None:
        if self._input_bytes + len(order.data) <= _INPUT_BYTES_MAX:
            self._input_bytes += len(order.data)
            self._inputs.append(order.data)
            return self._wake(self._waiters)
        why = "the handler doesn't take its inputs as fast as they come"
        message = f"input at offset {order.offset} was dropped: {why}"
        # Where the buffer is full as well the log line is what gives way.
        with contextlib.suppress(EmitError):
            self._push("log", _event_data.log(message, "warn", None, None))

    def _tell_of_child(self, news: ChildNews) -> None:
        self._children[news.name] = news
        self._wake(self._waiters)

    def _ask_to_end(self, reason: str) -> bool:
        """False if it has been asked before."""
        if self._asked_to_end:
            return False
        self._asked_to_end = True
        self._reason = reason
        self._wake(self._waiters)
        return True
