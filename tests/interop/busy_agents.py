"""A worker whose tasks are teams of many agents that never stop telling how they are doing."""

from longwire import TaskContext, Worker

worker = Worker("busy", capacity=64)


@worker.task("busy.team")
async def busy_team(ctx: TaskContext) -> dict:
    team, agents = ctx.input["team"], ctx.input["agents"]
    updates, interval = ctx.input["updates"], ctx.input["interval"]
    for update in range(1, updates + 1):
        for agent in range(agents):
            status = {"agent": f"Agent {team}.{agent}", "agent_id": f"agent-{team}-{agent}", "status": "PROCESSING"}
            await ctx.emit("agent.status", status | {"progress": update / updates, "message": f"update {update}"})
        await ctx.sleep(interval)
    for agent in range(agents):
        status = {"agent": f"Agent {team}.{agent}", "agent_id": f"agent-{team}-{agent}", "status": "COMPLETED"}
        await ctx.emit("agent.status", status | {"progress": 1.0, "message": "done"})
    return {"updates": updates}


worker.main()
