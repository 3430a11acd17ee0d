#!/usr/bin/env python3
"""Any async generator as a task.

Model clients and agent frameworks stream by `async for`: tokens, messages, or events of their own. All it takes to let
everyone watch is one loop that says which Longwire event each of them is. `answer()` stands for yours:

    OpenAI       stream = await client.chat.completions.create(..., stream=True)
                 async for chunk in stream: chunk.choices[0].delta.content
    LangGraph    async for message, about in graph.astream(inputs, stream_mode="messages"): message.content
    CrewAI       async for chunk in (await crew.kickoff_async(inputs)): chunk.content
    AutoGen      async for event in team.run_stream(task=...): event
"""

from __future__ import annotations

import asyncio
from typing import Any, AsyncIterator

from longwire import TaskContext, Worker

worker = Worker()


async def answer(question: str) -> AsyncIterator[dict[str, Any]]:
    """Streams as a framework does: steps of agents, tools, and the tokens of an answer."""
    yield {"agent": "Planner", "step": "looks at the question"}
    await asyncio.sleep(0.05)
    yield {"agent": "Researcher", "tool": "search", "id": "t1", "arguments": {"q": question}}
    await asyncio.sleep(0.05)
    yield {"agent": "Researcher", "tool": "search", "id": "t1", "found": "scattering"}
    for word in f"You asked: {question} Short waves are scattered more than long ones.".split():
        yield {"agent": "Writer", "token": word + " "}
        await asyncio.sleep(0.005)


@worker.task(
    "example.stream",
    about="Answer a question, word by word.",
    input_schema={
        "type": "object",
        "properties": {"question": {"type": "string", "title": "Question", "format": "textarea"}},
        "required": ["question"],
    },
    example={"question": "Why is the sky blue?"},
)
async def stream(ctx: TaskContext) -> dict[str, str]:
    pieces: list[str] = []
    async with ctx.text("answer") as text:
        async for item in answer(ctx.input["question"]):
            if "token" in item:
                pieces.append(item["token"])
                await text.write(item["token"])
            elif "found" in item:
                about = {"agent": item["agent"], "tool": item["tool"], "call_id": item["id"]}
                await ctx.emit("tool.result", about | {"result": item["found"], "ok": True})
            elif "tool" in item:
                about = {"agent": item["agent"], "tool": item["tool"], "call_id": item["id"]}
                await ctx.emit("tool.call", about | {"arguments": item["arguments"]})
            else:
                await ctx.emit("agent.step", {"agent": item["agent"], "status": "working", "message": item["step"]})
    return {"content": "".join(pieces)}


if __name__ == "__main__":
    worker.main()
