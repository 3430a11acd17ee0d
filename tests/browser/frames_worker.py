"""The worker behind frames.mjs: tasks that write and change at a given rate."""

import time

from longwire import TaskContext, Worker

STEP_S = 0.01

worker = Worker("frames", capacity=256)


@worker.task("frames.text")
async def write_text(ctx: TaskContext) -> dict:
    """`per_s` pieces of text a second, each an event of its own, for `seconds`."""
    per_s, seconds = ctx.input["per_s"], ctx.input["seconds"]
    begin = time.monotonic()
    said = 0
    while said < per_s * seconds:
        due = min(int((time.monotonic() - begin) * per_s), per_s * seconds)
        for i in range(said, due):
            await ctx.emit("text.delta", {"stream": "frames", "text": f"word-{i + 1} ", "index": i})
        said = due
        await ctx.sleep(STEP_S)
    return {"pieces": said, "seconds": time.monotonic() - begin}


@worker.task("frames.changes")
async def change(ctx: TaskContext) -> None:
    """A change of its progress each `interval_s`, until it is cancelled."""
    changes = 0
    while True:
        changes += 1
        await ctx.progress(changes % 100 / 100, f"change {changes}")
        await ctx.sleep(ctx.input["interval_s"])


worker.main()
