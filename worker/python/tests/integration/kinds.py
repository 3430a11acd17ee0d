"""A worker with the kinds that the tests need."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from longwire import Cancelled, Revoked, SyncTaskContext, TaskCancelled, TaskContext, TaskFailed, Worker

worker = Worker(capacity=64)


@worker.task("py.count")
async def count(ctx: TaskContext) -> dict[str, int]:
    """As demo.count: {"n", "interval_ms"}."""
    n, interval_s = ctx.input["n"], ctx.input.get("interval_ms", 0) / 1000
    for i in range(1, n + 1):
        await ctx.emit("log", {"i": i, "message": f"event {i} of {n}"})
        if i % max(1, (n + 19) // 20) == 0:
            await ctx.progress(i / n, f"{i} of {n}")
        if interval_s:
            await asyncio.sleep(interval_s)
    return {"n": n}


@worker.task("py.count_in_thread")
def count_in_thread(ctx: SyncTaskContext) -> dict[str, int]:
    for i in range(1, ctx.input["n"] + 1):
        ctx.emit("log", {"i": i})
        if ctx.input.get("interval_ms"):
            ctx.sleep(ctx.input["interval_ms"] / 1000)
    return {"n": ctx.input["n"]}


@worker.task("py.echo")
async def echo(ctx: TaskContext) -> dict[str, int]:
    """As demo.echo."""
    echoed = 0
    while True:
        said = await ctx.ask('Say something; {"end": true} ends this.')
        if isinstance(said, dict) and said.get("end"):
            return {"echoed": echoed}
        echoed += 1
        await ctx.emit("agent.message", {"agent": "Echo", "data": said})


@worker.task("py.fail")
async def fail(ctx: TaskContext) -> None:
    how = ctx.input["how"]
    if how == "exception":
        raise KeyError("nothing of that name")
    if how == "failed":
        raise TaskFailed("no_paper", "the printer is out of paper", details={"tray": 2})
    if how == "cancelled":
        raise TaskCancelled("nobody needs it")
    if how == "malformed":
        return object()  # type: ignore[return-value]
    if how == "exit":
        raise SystemExit(3)
    await ctx.emit("task.completed", {})


@worker.task("py.cancel")
async def cancel(ctx: TaskContext) -> str | None:
    """What handlers may do when they are asked to end: {"then"}."""
    await ctx.log("at work")
    try:
        await asyncio.sleep(3600)
    except Cancelled:
        await ctx.log(f"asked to end: {ctx.cancel_reason}")
        if ctx.input["then"] == "complete":
            return "done all the same"
        raise
    return None


@worker.task("py.flag", on_cancel="flag")
async def flag(ctx: TaskContext) -> str:
    await ctx.log("at work")
    while not ctx.cancelled:
        await asyncio.sleep(0.01)
    try:
        await ctx.sleep(0)
    except Cancelled:
        await ctx.log("what waits is over")
    return "seen"


@worker.task("py.flag_in_thread")
def flag_in_thread(ctx: SyncTaskContext) -> None:
    ctx.log("at work")
    ctx.sleep(3600)


@worker.task("py.deaf")
async def deaf(ctx: TaskContext) -> None:
    """Holds up the event loop for {"s"}, as a careless handler does."""
    await ctx.log("before")
    time.sleep(ctx.input["s"])
    await ctx.log("after")


@worker.task("py.children")
async def children(ctx: TaskContext) -> dict[str, Any]:
    """As demo.parts: {"parts", "n", "interval_ms", "kind"}."""
    asked = [
        await ctx.child(
            ctx.input.get("kind", "py.count"),
            {"n": ctx.input["n"], "interval_ms": ctx.input.get("interval_ms", 0)},
            name=f"part {i}",
        )
        for i in range(1, ctx.input["parts"] + 1)
    ]
    ends = [await child.wait() for child in asked]
    if not all(end.ok for end in ends):
        raise TaskFailed("part", f"a child ended as {[end.state for end in ends]}")
    return {"parts": len(ends), "n": sum(end.result["n"] for end in ends)}


@worker.task("py.tokens")
async def tokens(ctx: TaskContext) -> dict[str, int]:
    """Streams {"tokens"}, with a tool call after each {"tool_every"}."""
    words: list[str] = ctx.input["tokens"]
    every = ctx.input.get("tool_every", 0)
    async with ctx.text("answer") as text:
        for i, word in enumerate(words, start=1):
            await text.write(word)
            if every and i % every == 0:
                async with ctx.tool("look_up", {"word": word}, agent="Ann") as call:
                    call.result = len(word)
            await asyncio.sleep(ctx.input.get("pause_ms", 0) / 1000)
    return {"tokens": len(words)}


@worker.task("py.tokens_in_thread")
def tokens_in_thread(ctx: SyncTaskContext) -> None:
    with ctx.text("answer") as text:
        for word in ctx.input["tokens"]:
            text.write(word)
        with ctx.tool("look_up") as call:
            call.result = "found"
    assert ctx.ask("Go on?") == "yes"
    assert ctx.child("py.count", {"n": 3}).wait().result == {"n": 3}


@worker.task("py.stubborn")
async def stubborn(ctx: TaskContext) -> None:
    """Goes on whatever it is told, until nothing that it says is taken any more."""
    i = 0
    while True:
        try:
            i += 1
            await ctx.emit("log", {"i": i})
            await asyncio.sleep(0.01)
        except Revoked:
            return
        except Cancelled:
            pass


if __name__ == "__main__":
    worker.main()
