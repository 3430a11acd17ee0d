"""Workers for Longwire in Python: run long tasks, and let everyone watch.

    from longwire import TaskContext, Worker

    worker = Worker("greeter-1")

    @worker.task("greet")
    async def greet(ctx: TaskContext) -> dict:
        name = await ctx.ask("Whom shall I greet?")
        await ctx.progress(0.5, "thinking")
        async with ctx.text("greeting") as text:
            await text.write(f"Hello, {name}")
        return {"greeted": name}

    if __name__ == "__main__":
        worker.main()
"""

import asyncio as _asyncio

from .child import Child, ChildEnd
from .context import TaskContext
from .errors import ChildRefused, EmitError, Revoked, TaskCancelled, TaskFailed
from .sync_context import SyncTaskContext
from .worker import Worker, WorkerOptions

Cancelled = _asyncio.CancelledError
"""What is raised in a handler whose task has been asked to end; the same as `asyncio.CancelledError`."""

__version__ = "0.1.0"

__all__ = [
    "Cancelled",
    "Child",
    "ChildEnd",
    "ChildRefused",
    "EmitError",
    "Revoked",
    "SyncTaskContext",
    "TaskCancelled",
    "TaskContext",
    "TaskFailed",
    "Worker",
    "WorkerOptions",
]
