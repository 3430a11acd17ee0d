#!/usr/bin/env python3
"""An agent that asks a person before it acts: `longwire input TASK '{"approved": true}'` is the answer, or whoever
watches gives it. If this worker dies while it waits, the next attempt finds the answer there and does not ask again.
"""

from __future__ import annotations

from longwire import TaskCancelled, TaskContext, TaskFailed, Worker

PATIENCE_S = 3600

worker = Worker()


@worker.task("example.approval")
async def clean_up(ctx: TaskContext) -> dict[str, int]:
    files: list[str] = ctx.input["files"]
    await ctx.emit("agent.status", {"agent": "Janitor", "status": "ANALYZING", "message": f"{len(files)} files found"})
    try:
        answer = await ctx.ask(f"Delete {len(files)} files?", timeout=PATIENCE_S)
    except TimeoutError:
        raise TaskFailed("unanswered", "nobody has answered in time") from None
    if not answer.get("approved"):
        raise TaskCancelled(answer.get("reason", "not approved"))
    for done, file in enumerate(files, start=1):
        async with ctx.tool("delete", {"file": file}, agent="Janitor") as call:
            call.result = "deleted"  # so it says
        await ctx.progress(done / len(files), file)
    return {"deleted": len(files)}


if __name__ == "__main__":
    worker.main()
