from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, NoReturn, Sequence, TypeVar

from . import _program
from ._core.descriptions import describe
from ._core.messages import KindDescription
from ._core.names import name_problem
from ._core.orders import Order
from ._core.session_parts import SessionOptions, State
from ._event_buffer import EventBuffer
from ._link_thread import LinkThread
from ._sockets import BadEndpoint
from ._task_host import Handler, TaskHost

_F = TypeVar("_F", bound=Callable[[Any], Any])

_LINK_PATIENCE_S = 3.0  # for its last words
_LEFTOVERS_PATIENCE_S = 1.0

_log = logging.getLogger("longwire")


@dataclass
class WorkerOptions:
    broker_events: str = "tcp://127.0.0.1:7601"
    """The broker's endpoint for events."""
    broker_link: str = "tcp://127.0.0.1:7602"
    """The broker's endpoint for workers."""
    program: str = ""
    """Name and version, for people."""
    capacity: int = 4
    """How many tasks run at once."""
    waiting_max: int = 1_000
    """How many more may wait for an input or for children: those take no capacity."""
    window_bytes: int = 8 << 20
    """Bound of the events of the whole worker that were numbered and are not yet acknowledged by the broker."""
    task_buffer_bytes: int = 1 << 20
    """Bound of the events of each task before that. Beyond it `emit()` waits."""
    drain_grace_s: float = 30
    """When draining: how long running tasks have to end before they are handed back to the broker,"""
    drain_commit_s: float = 30
    """how long then the broker has to acknowledge the last events,"""
    stop_patience_s: float = 5
    """and how long handlers have to return."""
    drain_on_signals: bool = True
    """SIGTERM and SIGINT drain; the second one ends run() at once."""
    on_ready: Callable[[], None] | None = None
    """Called once when the broker has first welcomed this worker."""

    def problem(self) -> str | None:
        """What is wrong with a value, by the option's name; None if nothing is."""
        for option, low, high in _BOUNDS:
            value = getattr(self, option)
            if not low <= value <= high:
                return f"{option}: {value} is not within {low} and {high}"
        return None


_BOUNDS = (
    ("capacity", 1, 4_096),
    ("waiting_max", 0, 100_000),
    ("window_bytes", 64 << 10, 1 << 30),
    ("task_buffer_bytes", 4 << 10, 1 << 30),
    ("drain_grace_s", 0, 3_600),
    ("drain_commit_s", 0, 3_600),
    ("stop_patience_s", 0, 3_600),
)


async def _leave_nothing_behind(patience_s: float) -> None:
    """What handlers have begun in the loop and not ended ends with it."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=patience_s)
    await asyncio.get_running_loop().shutdown_asyncgens()


class Worker:
    """A process's membership of a Longwire cluster: takes tasks of the kinds it serves and publishes their events,
    exactly once and in order, through lost connections and restarts of the broker.

        worker = Worker("greeter-1", capacity=16)

        @worker.task("greet")
        async def greet(ctx: TaskContext) -> dict:
            await ctx.progress(0.5, "thinking")
            return {"greeted": ctx.input["name"]}

        worker.run()

    What a handler returns is the task's result. One that raises fails its task with code "exception", to be tried
    again; if the task has been asked to end, it counts as cancelled. TaskFailed and TaskCancelled say it precisely.

    Handlers are coroutines, or plain functions, which are given a SyncTaskContext and run in a thread each.
    """

    def __init__(self, name: str = "", *, options: WorkerOptions | None = None, **more: Any) -> None:
        """`name` is unique in the cluster; one is made up if none is given. `more` are fields of WorkerOptions."""
        self.name = name
        self.options = options or WorkerOptions()
        for option, value in more.items():
            if not hasattr(self.options, option):
                raise TypeError(f"a worker has no option '{option}'")
            setattr(self.options, option, value)
        self._handlers: dict[str, Handler] = {}
        self._described: list[KindDescription] = []
        self._link: LinkThread | None = None
        self._host: TaskHost | None = None
        self._signals = 0
        self._lock = threading.Lock()
        self._drain_requested = False
        self._ended: asyncio.Future[State | None] | None = None

    def task(
        self,
        kind: str,
        *,
        on_cancel: str = "raise",
        about: str = "",
        input_schema: dict[str, Any] | None = None,
        example: Any = None,
    ) -> Callable[[_F], _F]:
        """Serves tasks of this kind by the function that is decorated. Before run().

        `about`, a sentence or two, `input_schema`, a JSON Schema, and `example`, an input to begin from, are what
        people and programs are told of the kind. Nobody but the handler checks an input. They have at most 1, 16 and
        16 KiB; what is too large or no JSON raises ValueError.

        When the task has been asked to end, `on_cancel="raise"` raises CancelledError where a coroutine waits, once: it
        may clean up, emit, and even return a result, which then counts. With "flag" it is not interrupted, and looks at
        `ctx.cancelled` itself, as plain functions always do. In both cases what waits for the task's own affairs
        (sleep(), wait_input(), ask(), child()) raises from then on.
        """
        if on_cancel not in ("raise", "flag"):
            raise ValueError(f"on_cancel is 'raise' or 'flag', not {on_cancel!r}")

        def serve(function: _F) -> _F:
            self.serve(
                kind, function, on_cancel=on_cancel, about=about, input_schema=input_schema, example=example
            )
            return function

        return serve

    def serve(
        self,
        kind: str,
        function: Callable[[Any], Any],
        *,
        on_cancel: str = "raise",
        about: str = "",
        input_schema: dict[str, Any] | None = None,
        example: Any = None,
    ) -> None:
        """The same as task(), for a function that is there already."""
        if problem := name_problem(kind):
            raise ValueError(f"kind {kind!r} {problem}")
        if kind in self._handlers:
            raise ValueError(f"kind is served already: {kind}")
        handler = Handler.of(function, interrupts=on_cancel == "raise")
        if about or input_schema is not None or example is not None:
            self._described.append(describe(kind, about, input_schema, example, self._described))
        self._handlers[kind] = handler

    def run(self) -> int:
        """Works until drained. Returns the program's exit status: 0 when drained and everything is acknowledged; 1 when
        the endpoints can't be used, the broker refuses this worker, the drain ran out of time, or a second signal came.

        A handler that does not return when asked to end is abandoned: the process should then end.
        """
        loop = asyncio.new_event_loop()
        try:
            asyncio.set_event_loop(loop)
            status = loop.run_until_complete(self.run_async())
            loop.run_until_complete(_leave_nothing_behind(0 if self._signals > 1 else _LEFTOVERS_PATIENCE_S))
            return status
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def main(self, arguments: Sequence[str] | None = None) -> NoReturn:
        """The whole of a worker's program: reads the flags and variables that all workers have, logs to stderr, says
        `ready NAME` on stdout once the broker has welcomed it, runs, and exits."""
        _program.configure(self, arguments)
        sys.exit(self.run())

    async def run_async(self) -> int:
        """As run(), within an event loop that runs already."""
        loop = asyncio.get_running_loop()
        ended = self._ended = loop.create_future()
        try:
            link = self._make_link(loop, ended)
        except BadEndpoint as error:
            _log.error("cannot connect: %s", error)
            return 1
        self._host = TaskHost(self._handlers, 2 * self.options.capacity + self.options.waiting_max, link)
        signals = self._watch_signals(loop)
        is_done = False
        try:
            link.start()
            with self._lock:
                self._link = link
                if self._drain_requested:
                    link.drain()
            is_done = await ended is State.DONE
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
            self._link = None
            link.stop()
            if not await self._host.finish(self.options.stop_patience_s if self._signals < 2 else 0):
                _log.warning("handlers that did not return when asked to end are abandoned")
            link.join(_LINK_PATIENCE_S)
        return 0 if is_done else 1

    def check(self) -> None:
        """Raises ValueError for a name or an option that no worker can have, as run() does."""
        if self.name and (problem := name_problem(self.name)):
            raise ValueError(f"name {self.name!r} {problem}")
        if problem := self.options.problem():
            raise ValueError(problem)

    def drain(self) -> None:
        """Begins to drain, as SIGTERM does. Any thread, before or during run()."""
        with self._lock:
            self._drain_requested = True
            if self._link is not None:
                self._link.drain()

    @property
    def durability(self) -> int | None:
        """What the events survive that the broker has acknowledged last: 0 nothing, 1 the broker's end, 2 the power's;
        None before the first. Any thread."""
        link = self._link
        return link.durability if link is not None else None

    def _make_link(self, loop: asyncio.AbstractEventLoop, ended: asyncio.Future[State | None]) -> LinkThread:
        options = self.options
        self.name = self.name or f"worker-{secrets.token_hex(5)}"
        self.check()

        def soon(call: Callable[..., Any], *arguments: Any) -> None:
            try:
                loop.call_soon_threadsafe(call, *arguments)
            except RuntimeError:
                pass  # the loop is closed: nobody is there to be told

        def obey(orders: list[tuple[Order, EventBuffer | None]]) -> None:
            if self._host is not None:
                self._host.obey(orders)

        def room(id: int) -> None:
            if self._host is not None:
                self._host.on_room(id)

        def ready() -> None:
            if options.on_ready is not None:
                options.on_ready()

        def end(state: State | None) -> None:
            if not ended.done():
                ended.set_result(state)

        return LinkThread(
            (options.broker_events, options.broker_link),
            SessionOptions(
                worker=self.name,
                incarnation=time.time_ns() // 1000,
                kinds=tuple(sorted(self._handlers)),
                described=tuple(self._described),
                program=options.program,
                capacity=options.capacity,
                waiting_max=options.waiting_max,
                window_bytes=options.window_bytes,
                drain_grace_us=int(options.drain_grace_s * 1e6),
                drain_commit_us=int(options.drain_commit_s * 1e6),
            ),
            options.task_buffer_bytes,
            obey=lambda orders: soon(obey, orders),
            on_room=lambda id: soon(room, id),
            on_ready=lambda: soon(ready),
            on_end=lambda state: soon(end, state),
        )

    def _watch_signals(self, loop: asyncio.AbstractEventLoop) -> list[int]:
        if not self.options.drain_on_signals or threading.current_thread() is not threading.main_thread():
            return []
        watched: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                loop.add_signal_handler(number, self._on_signal, number)
                watched.append(number)
            except NotImplementedError:
                pass  # Windows
        return watched

    def _on_signal(self, number: int) -> None:
        self._signals += 1
        if self._signals == 1:
            _log.info("draining, for signal %d", number)
            self.drain()
        elif self._ended is not None and not self._ended.done():
            _log.warning("ended by a second signal, %d", number)
            self._ended.set_result(None)
