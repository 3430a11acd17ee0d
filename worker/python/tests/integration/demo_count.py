#!/usr/bin/python3
"""A worker in Python that serves demo.count exactly as the one in C++ does, to stand beside it."""

from __future__ import annotations

from typing import Any

from longwire import TaskContext, Worker

worker = Worker(capacity=32)


@worker.task("demo.count")
async def count(ctx: TaskContext) -> dict[str, Any]:
    n, interval_ms, size = ctx.input["n"], ctx.input.get("interval_ms", 0), ctx.input.get("bytes", 0)
    step = max(1, (n + 19) // 20)
    for i in range(1, n + 1):
        message = f"event {i} of {n}"
        await ctx.emit("log", {"i": i, "message": message.ljust(size - 24, ".")})
        if i % step == 0:
            await ctx.progress(i / n, f"{i} of {n}")
        if interval_ms and i < n:
            await ctx.sleep(interval_ms / 1000)
    return {"n": n}


if __name__ == "__main__":
    worker.main()
