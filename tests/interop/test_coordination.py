"""Agents and their overseer, as the product's own document has them: an envelope of type, payload and metadata at
/ws/v1/coordination/{agent_id}, spoken with the library `websockets` alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any, AsyncIterator, Callable

import pytest
import websockets
from cluster import PATIENCE_S, Cluster

Message = dict[str, Any]


class Agent:
    """One agent's program: it reads envelopes, and says what it has to say."""

    def __init__(self, agent_id: str, socket: Any) -> None:
        self.agent_id = agent_id
        self.socket = socket

    async def say(self, type: str, payload: Message, recipient: str | None = None, **metadata: Any) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        metadata = {"timestamp": stamp, "sender": self.agent_id, **metadata}
        if recipient is not None:
            metadata["recipient"] = recipient
        await self.socket.send(json.dumps({"type": type, "payload": payload, "metadata": metadata}))

    async def hear(self) -> Message:
        message: Message = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_S))
        assert set(message) == {"type", "payload", "metadata"}
        assert isinstance(message["payload"], dict)
        assert message["metadata"]["timestamp"].endswith("Z")
        return message

    async def hear_next(self, type: str, **payload: Any) -> Message:
        """The next message of a type whose payload has these fields; what comes before it is passed over."""
        while True:
            message = await self.hear()
            if message["type"] == type and payload.items() <= message["payload"].items():
                return message

    async def hears_nothing(self) -> None:
        """What was said before comes before the answer to a ping."""
        await self.say("ping", {"until": "here"})
        assert (await self.hear())["type"] == "pong"


@contextlib.asynccontextmanager
async def connected(cluster: Cluster, agent_id: str, edge: int = 0) -> AsyncIterator[Agent]:
    async with websockets.connect(address(cluster, agent_id, edge)) as socket:
        yield Agent(agent_id, socket)


def address(cluster: Cluster, agent_id: str, edge: int = 0) -> str:
    return f"ws://127.0.0.1:{cluster.ports[edge]}/ws/v1/coordination/{agent_id}"


@pytest.fixture
def cluster(make_cluster: Callable[..., Cluster]) -> Cluster:
    return make_cluster(edges=2)


def test_agents_see_each_other_and_talk_to_all_and_to_one(cluster: Cluster) -> None:
    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER") as overseer, contextlib.AsyncExitStack() as stack:
            welcome = await overseer.hear()
            assert welcome["type"] == "welcome"
            assert welcome["payload"] == {"agent_id": "MC-OVERSEER", "agents": [], "resumed": False}

            cline = await stack.enter_async_context(connected(cluster, "CLINE-1", edge=1))
            welcome = await cline.hear()
            assert [one["agent_id"] for one in welcome["payload"]["agents"]] == ["MC-OVERSEER"]
            assert (await overseer.hear())["payload"]["agent_id"] == "CLINE-1"

            await overseer.say("broadcast", {"message": "a new coordination key"}, message_id="b-1")
            ack = (await overseer.hear())["payload"]
            assert ack.pop("offset") > 0
            assert ack == {"message_id": "b-1", "recipients": 1}
            heard = await cline.hear()
            assert heard["type"] == "broadcast"
            assert heard["payload"] == {"message": "a new coordination key"}
            assert heard["metadata"]["sender"] == "MC-OVERSEER"
            assert heard["metadata"]["message_id"] == "b-1"

            task = {"task_id": "R003-1", "instruction": "Research TTL cleanup"}
            await overseer.say("task_assignment", task, "CLINE-1", message_id="t-1")
            assert (await overseer.hear())["payload"]["delivered"] is True
            assert (await cline.hear())["payload"] == task
            await cline.say("status_update", {"status": "working", "progress": 0.5}, "MC-OVERSEER")
            assert (await cline.hear())["type"] == "ack"
            assert (await overseer.hear())["payload"] == {"status": "working", "progress": 0.5}
            await cline.say("handoff", {"task_id": "R003-1", "to": "GEMINI-MC", "reason": "needs search"})
            assert (await cline.hear())["type"] == "ack"
            assert (await overseer.hear())["type"] == "handoff"
            await overseer.hears_nothing()

            await cline.socket.close()
            left = await overseer.hear()
            assert (left["type"], left["payload"]) == ("agent_left", {"agent_id": "CLINE-1", "reason": "left"})

    asyncio.run(story())


def test_an_agent_that_was_away_gets_its_unicasts_once(cluster: Cluster) -> None:
    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER") as overseer:
            await overseer.hear()
            await overseer.say("note", {"n": 0}, "GEMINI-MC", message_id="n-0")
            assert (await overseer.hear())["payload"]["delivered"] is False
            async with connected(cluster, "GEMINI-MC") as gemini:
                assert (await gemini.hear())["payload"]["resumed"] is False
                assert (await gemini.hear())["payload"] == {"n": 0}
                await gemini.hears_nothing()
            await overseer.hear_next("agent_left", agent_id="GEMINI-MC")
            for n in (1, 2, 3):
                await overseer.say("note", {"n": n}, "GEMINI-MC", message_id=f"n-{n}")
                assert (await overseer.hear())["payload"]["delivered"] is False
            async with connected(cluster, "GEMINI-MC", edge=1) as gemini:
                assert (await gemini.hear())["payload"]["resumed"] is True
                assert [(await gemini.hear())["payload"]["n"] for _ in range(3)] == [1, 2, 3]
                await gemini.hears_nothing()
            # Said after what the edge keeps of the agent; another edge may know nothing of it before.
            await overseer.hear_next("agent_left", agent_id="GEMINI-MC")
            async with connected(cluster, "GEMINI-MC") as gemini:
                assert (await gemini.hear())["payload"]["resumed"] is True
                await gemini.hears_nothing()

    asyncio.run(story())


def test_a_new_connection_of_an_agent_replaces_the_older_one_on_whichever_edge(cluster: Cluster) -> None:
    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER") as overseer:
            await overseer.hear()
            async with connected(cluster, "CLINE-1", edge=0) as older:
                await older.hear()
                await overseer.hear_next("agent_joined", agent_id="CLINE-1")
                async with connected(cluster, "CLINE-1", edge=1) as newer:
                    await newer.hear_next("welcome")
                    with pytest.raises(websockets.ConnectionClosed) as closed:
                        await older.hear()
                    assert closed.value.code == 4409
                    await overseer.say("note", {"n": 1}, "CLINE-1")
                    assert (await overseer.hear())["payload"]["delivered"] is True  # nobody has left
                    assert (await newer.hear())["payload"] == {"n": 1}

    asyncio.run(story())


def test_of_many_that_connect_at_once_one_stays(cluster: Cluster) -> None:
    async def story() -> None:
        sockets = await asyncio.gather(*(websockets.connect(address(cluster, "CLINE-1", n % 2)) for n in range(6)))

        async def end_of(socket: Any) -> int | None:
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await socket.recv()
            return int(socket.close_code)

        ends = [asyncio.create_task(end_of(socket)) for socket in sockets]
        waiting = set(ends)
        while len(waiting) > 1:
            done, waiting = await asyncio.wait(waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            assert done, "more than one has stayed"
            assert {one.result() for one in done} == {4409}
        stayed = Agent("CLINE-1", sockets[ends.index(waiting.pop())])
        async with connected(cluster, "MC-OVERSEER") as overseer:
            await overseer.hear()
            await overseer.say("note", {"n": 1}, "CLINE-1")
            assert (await overseer.hear())["payload"]["delivered"] is True
        await stayed.socket.close()

    asyncio.run(story())


def test_what_is_wrong_is_named_and_the_connection_lives_on(cluster: Cluster) -> None:
    async def story() -> None:
        async with connected(cluster, "CLINE-1") as cline:
            await cline.hear()
            await cline.say("note", {}, sender="MC-OVERSEER")
            assert (await cline.hear())["payload"]["code"] == "sender_mismatch"
            await cline.socket.send("{")
            assert (await cline.hear())["payload"]["code"] == "invalid_message"
            await cline.say("task_assignment", {"task_id": "t"})
            error = (await cline.hear())["payload"]
            assert error["code"] == "invalid_message"
            assert error["details"]["field"] == "payload.instruction"
            await cline.hears_nothing()
        with pytest.raises(websockets.InvalidStatusCode) as refused:
            await websockets.connect(address(cluster, "longwire"))
        assert refused.value.status_code == 403

    asyncio.run(story())


def test_tokens_come_in_chunks_in_order_and_whole(cluster: Cluster) -> None:
    words = [f"word{n}{'.' if n % 10 == 9 else ''} " for n in range(200)]

    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER") as overseer, connected(cluster, "CLINE-1") as cline:
            await overseer.hear_next("agent_joined", agent_id="CLINE-1")
            await cline.hear()
            for index, word in enumerate(words):
                piece = {"stream": "answer", "index": index, "text": word, "done": index == len(words) - 1}
                await cline.say("stream", piece, "MC-OVERSEER")
            await cline.say("status_update", {"status": "done"}, "MC-OVERSEER")
            chunks = []
            while (message := await overseer.hear())["type"] == "stream":
                chunks.append(message["payload"])
            assert message["payload"] == {"status": "done"}
            assert "".join(chunk["text"] for chunk in chunks) == "".join(words)
            assert 20 <= len(chunks) < len(words)
            indices = [chunk["index"] for chunk in chunks]
            assert indices == sorted(set(indices))
            assert [chunk.get("done", False) for chunk in chunks][-1] is True

    asyncio.run(story())


def test_an_assignment_to_a_workers_agent_runs_there(cluster: Cluster) -> None:
    cluster.start_demo("demo-1")

    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER") as overseer:
            await overseer.hear()
            text = "Tokens are counted here. And here they end."
            task = {"task_id": "G-001", "instruction": "say it", "text": text, "delay_ms": 5}
            await overseer.say("task_assignment", task, "demo.tokens", message_id="t-1")
            ack = (await overseer.hear())["payload"]
            assert (ack["message_id"], ack["delivered"], ack["task"]) == ("t-1", True, "G-001")
            told, said = [], ""
            while True:
                message = await overseer.hear()
                assert message["metadata"]["sender"] == "demo.tokens"
                assert message["payload"]["task_id"] == "G-001"
                if message["type"] == "stream":
                    said += message["payload"]["text"]
                if message["type"] == "status_update":
                    told.append(message["payload"]["status"])
                    if told[-1] == "completed":
                        break
            assert told[:2] == ["queued", "started"]
            assert said == text

    asyncio.run(story())


def test_an_agent_goes_on_at_another_edge_when_its_own_is_killed(cluster: Cluster) -> None:
    async def story() -> None:
        async with connected(cluster, "MC-OVERSEER", edge=0) as overseer:
            await overseer.hear()
            async with connected(cluster, "CLINE-1", edge=1) as cline:
                await cline.hear()
                await overseer.hear_next("agent_joined", agent_id="CLINE-1")
                await overseer.say("note", {"n": 1}, "CLINE-1", message_id="n-1")
                assert (await cline.hear())["payload"] == {"n": 1}
                cluster.edges[1].kill()
                with pytest.raises(websockets.ConnectionClosed):
                    await cline.hear()
            await overseer.hear_next("ack")
            await overseer.say("note", {"n": 2}, "CLINE-1", message_id="n-2")
            await overseer.hear_next("ack", message_id="n-2")
            async with connected(cluster, "CLINE-1", edge=0) as cline:
                assert (await cline.hear())["payload"]["resumed"] is True
                # What was not yet kept as arrived comes again, under the same message_id.
                seen: list[str] = []
                while "n-2" not in seen:
                    seen.append((await cline.hear())["metadata"]["message_id"])
                assert seen in (["n-2"], ["n-1", "n-2"])
                await cline.hears_nothing()

    asyncio.run(story())
