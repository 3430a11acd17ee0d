"""A handler's view of its attempt, with the link's end played by hand."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable

import pytest

from longwire import ChildRefused, EmitError, Revoked
from longwire._core.orders import ChildNews, GiveInput, Refusal, StartAttempt
from longwire._core.values import pack_value, unpack_value
from longwire._doorbell import Doorbell
from longwire._event_buffer import Event, EventBuffer
from longwire.context import TaskContext


class Attempt:
    def __init__(self, bytes_max: int = 1 << 20, input: Any = None) -> None:
        self.doorbell = Doorbell()
        self.buffer = EventBuffer(1, bytes_max, self.doorbell, self._on_room)
        self.asked: list[tuple[str, Any]] = []
        start = StartAttempt(1, "dev", "t", "kind", 2, 1, pack_value(input), 1500)
        self.waiting = 0
        self.ctx = TaskContext(start, self.buffer, self._start_child, self._waits)

    def _start_child(self, name: str, fields: bytes) -> None:
        self.asked.append((name, unpack_value(fields)))

    def _waits(self, change: int) -> None:
        self.waiting += change

    def _on_room(self) -> None:
        self.ctx._on_room()

    def emitted(self) -> list[tuple[str, Any]]:
        return [(event.type, unpack_value(event.payload)) for event in self.buffer.take()]


def run(body: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(10):
            await body()

    asyncio.run(main())


async def settled(task: asyncio.Task[Any]) -> bool:
    """Whether it has ended once nothing else is to be done."""
    for _ in range(5):
        await asyncio.sleep(0)
    return task.done()


def test_what_it_is_about() -> None:
    ctx = Attempt(input={"a": 1}).ctx
    assert (ctx.realm, ctx.task, ctx.kind, ctx.run, ctx.attempt) == ("dev", "t", "kind", 1, 2)
    assert (ctx.input, ctx.timeout, ctx.cancelled, ctx.cancel_reason) == ({"a": 1}, 1.5, False, "")


def test_at_the_bound_emit_waits_until_there_is_room() -> None:
    async def body() -> None:
        attempt = Attempt(bytes_max=100)
        await attempt.ctx.emit("log", "x" * 200)
        assert await attempt.ctx.emit("log", 2, wait=False) is False
        waiting = asyncio.create_task(attempt.ctx.emit("log", 3))
        assert not await settled(waiting)
        assert attempt.emitted() == [("log", "x" * 200)]
        assert await waiting is True
        assert attempt.emitted() == [("log", 3)]

    run(body)


def test_a_revocation_ends_what_waits_for_room_and_all_that_comes() -> None:
    async def body() -> None:
        attempt = Attempt(bytes_max=100)
        await attempt.ctx.emit("log", "x" * 200)
        waiting = asyncio.create_task(attempt.ctx.emit("log", 2))
        assert not await settled(waiting)
        attempt.buffer.close()
        with pytest.raises(Revoked):
            await waiting
        with pytest.raises(Revoked):
            await attempt.ctx.progress(0.5)
        with pytest.raises(Revoked):
            await attempt.ctx.text("s").write("a")

    run(body)


def test_the_last_event_is_taken_however_full_it_is_and_nothing_after_it() -> None:
    async def body() -> None:
        attempt = Attempt(bytes_max=10)
        await attempt.ctx.emit("log", 1)
        attempt.buffer.push(Event("task.completed", b"\x80", 0, True))
        with pytest.raises(Revoked):
            await attempt.ctx.emit("log", 2)
        assert attempt.emitted() == [("log", 1), ("task.completed", {})]

    run(body)


@pytest.mark.parametrize(
    "type, data, why",
    [
        ("task.completed", {}, "is not a handler's to emit"),
        ("", {}, "must not be empty"),
        ("a b", {}, "may hold only"),
        ("log", {1, 2}, "cannot be packed"),
        ("log", b"x" * (1 << 20), "at most 1048576 are allowed"),
    ],
    ids=["the worker's", "empty", "no name", "no value", "too large"],
)
def test_an_event_that_cannot_be_sent_says_why(type: str, data: Any, why: str) -> None:
    async def body() -> None:
        attempt = Attempt()
        with pytest.raises(EmitError, match=why):
            await attempt.ctx.emit(type, data)
        assert attempt.emitted() == []

    run(body)


def test_data_are_what_they_were_when_they_were_emitted() -> None:
    async def body() -> None:
        attempt = Attempt()
        data = {"i": 1}
        await attempt.ctx.emit("log", data)
        data["i"] = 2
        assert attempt.emitted() == [("log", {"i": 1})]

    run(body)


def test_events_with_a_form_of_their_own() -> None:
    async def body() -> None:
        attempt = Attempt()
        await attempt.ctx.log("careful", level="warn", agent="Ann", details=[1])
        with pytest.raises(EmitError, match="level 'fatal' is none of"):
            await attempt.ctx.log("over", level="fatal")
        await attempt.ctx.progress(1.5)
        await attempt.ctx.progress(float("nan"), "lost")
        assert attempt.emitted() == [
            ("log", {"level": "warn", "message": "careful", "agent": "Ann", "details": [1]}),
            ("task.progress", {"progress": 1.0}),
            ("task.progress", {"progress": 0.0, "message": "lost"}),
        ]

    run(body)


def test_a_tool_that_fails_is_told_and_its_exception_passes() -> None:
    async def body() -> None:
        attempt = Attempt()
        with pytest.raises(KeyError):
            async with attempt.ctx.tool("search", {"q": 1}):
                raise KeyError("nothing")
        assert attempt.emitted() == [
            ("tool.call", {"tool": "search", "call_id": "call-2-1", "arguments": {"q": 1}}),
            ("tool.result", {"tool": "search", "call_id": "call-2-1", "result": "KeyError: 'nothing'", "ok": False}),
        ]

    run(body)


def test_waiting_text_goes_ahead_of_other_events_and_of_the_end() -> None:
    async def body() -> None:
        attempt = Attempt()
        attempt.ctx._now_us = lambda: 0  # type: ignore[method-assign] # no pause is ever over
        text = attempt.ctx.text("s")
        for piece in ("a", "b", "c"):
            await text.write(piece)
        await attempt.ctx.log("between")
        await text.write("d")
        await attempt.ctx._flush_texts()
        types = [(type, data.get("text")) for type, data in attempt.emitted()]
        assert types == [("text.delta", "a"), ("text.delta", "bc"), ("log", None), ("text.delta", "d")]
        with pytest.raises(EmitError):
            await text.write("\ud83d")
        await text.done()
        with pytest.raises(EmitError):
            await text.write("e")

    run(body)


def test_waiting_text_leaves_by_itself() -> None:
    async def body() -> None:
        attempt = Attempt()
        text = attempt.ctx.text()
        await text.write("a")
        await text.write("b")
        seen = attempt.emitted()
        while len(seen) < 2:
            await asyncio.sleep(0.005)
            seen += attempt.emitted()
        assert [data["text"] for _, data in seen] == ["a", "b"]
        assert not attempt.ctx._texts
        other = attempt.ctx.text()
        await other.write("c")
        await other.discard("broken off")
        assert [data["stream"] for _, data in seen + attempt.emitted()] == ["text-1", "text-1", "text-2", "text-2"]

    run(body)


def test_no_event_overtakes_a_text_that_has_no_room() -> None:
    async def body() -> None:
        attempt = Attempt(bytes_max=100)
        attempt.ctx._now_us = lambda: 0  # type: ignore[method-assign] # no pause is ever over
        text = attempt.ctx.text("s")
        await text.write("x" * 200)
        await text.write("y")
        assert await attempt.ctx.emit("log", 1, wait=False) is False
        assert [type for type, _ in attempt.emitted()] == ["text.delta"]
        assert await attempt.ctx.emit("log", 2, wait=False) is False, "the text has taken the room"
        assert [data["text"] for _, data in attempt.emitted()] == ["y"]
        assert await attempt.ctx.emit("log", 3, wait=False) is True

    run(body)


def test_text_waits_for_room_and_loses_nothing() -> None:
    async def body() -> None:
        attempt = Attempt(bytes_max=100)
        text = attempt.ctx.text("s")
        await text.write("x" * 200)
        seen: list[tuple[str, Any]] = []
        writing = asyncio.create_task(text.write("y" * 40_000))
        await settled(writing)
        ending = None
        while ending is None or not ending.done():
            seen += attempt.emitted()
            await asyncio.sleep(0.001)
            if writing.done() and ending is None:
                ending = asyncio.create_task(text.done())
        seen += attempt.emitted()
        assert "".join(data["text"] for type, data in seen if type == "text.delta") == "x" * 200 + "y" * 40_000
        assert seen[-1][0] == "text.done"

    run(body)


def test_inputs_come_in_order_and_a_question_takes_what_is_there() -> None:
    async def body() -> None:
        attempt = Attempt()
        for offset, said in ((4, "one"), (5, {"two": 2})):
            attempt.ctx._give_input(GiveInput(1, offset, pack_value(said)))
        assert await attempt.ctx.ask("first?") == "one"
        assert await attempt.ctx.wait_input() == {"two": 2}
        assert attempt.emitted() == []
        asking = asyncio.create_task(attempt.ctx.ask("third?"))
        assert not await settled(asking)
        attempt.ctx._give_input(GiveInput(1, 6, pack_value(None)))
        assert await asking is None
        assert attempt.emitted() == [("task.waiting", {"prompt": "third?"})]
        with pytest.raises(TimeoutError):
            await attempt.ctx.wait_input(timeout=0.001)

    run(body)


def test_who_waits_for_others_for_more_than_a_moment_takes_no_place() -> None:
    async def body() -> None:
        attempt = Attempt()
        asking = asyncio.create_task(attempt.ctx.ask("well?"))
        while attempt.waiting == 0:
            await asyncio.sleep(0.005)
        attempt.ctx._give_input(GiveInput(1, 4, b"\x01"))
        assert await asking == 1
        assert attempt.waiting == 0

    run(body)


def test_a_task_counts_once_however_many_of_its_coroutines_wait() -> None:
    async def body() -> None:
        attempt = Attempt()
        waits = {asyncio.create_task(attempt.ctx.wait_input()) for _ in range(3)}
        while attempt.ctx._waiting < 3:
            await asyncio.sleep(0.005)
        for offset in (4, 5, 6):
            assert attempt.waiting == 1
            attempt.ctx._give_input(GiveInput(1, offset, pack_value(offset)))
            _, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        assert attempt.waiting == 0

    run(body)


def test_inputs_that_nobody_takes_are_bounded_and_that_is_told() -> None:
    async def body() -> None:
        attempt = Attempt()
        for offset in range(1, 7):
            attempt.ctx._give_input(GiveInput(1, offset, pack_value("x" * 1_000_000)))
        ((type, data),) = attempt.emitted()[:1]
        assert type == "log" and "input at offset 5 was dropped" in data["message"]
        for _ in range(4):
            await attempt.ctx.wait_input(timeout=0)
        with pytest.raises(TimeoutError):
            await attempt.ctx.wait_input(timeout=0)

    run(body)


def test_once_asked_to_end_nothing_is_waited_for_but_events_are_taken() -> None:
    async def body() -> None:
        attempt = Attempt()
        sleeping = asyncio.create_task(attempt.ctx.sleep(3600))
        assert not await settled(sleeping)
        assert attempt.ctx._ask_to_end("enough") is True
        assert attempt.ctx._ask_to_end("again") is False
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        attempt.ctx._give_input(GiveInput(1, 4, b"\x01"))
        for wait in (attempt.ctx.wait_input, lambda: attempt.ctx.child("k"), lambda: attempt.ctx.sleep(0)):
            with pytest.raises(asyncio.CancelledError):
                await wait()
        await attempt.ctx.log("good-bye")
        assert (attempt.ctx.cancelled, attempt.ctx.cancel_reason) == (True, "enough")

    run(body)


def test_a_child_is_asked_for_once_by_its_name_and_waited_for() -> None:
    async def body() -> None:
        attempt = Attempt()
        asking = [asyncio.create_task(attempt.ctx.child("k", {"n": 1}, name="a", timeout=2)) for _ in range(2)]
        assert not await settled(asking[0])
        ((name, fields),) = attempt.asked
        assert name == "a"
        assert {k: v for k, v in fields.items() if k != "task"} == {
            "kind": "k", "input": {"n": 1}, "timeout_s": 2, "ttl_s": 0, "delay_s": 0, "max_attempts": 3, "priority": 0
        }  # fmt: skip
        attempt.ctx._tell_of_child(ChildNews(1, "a", "id-of-a", "RUNNING"))
        first, second = [await one for one in asking]
        assert first.id == second.id == "id-of-a"
        with pytest.raises(TimeoutError):
            await first.wait(timeout=0.001)
        attempt.ctx._tell_of_child(ChildNews(1, "a", "id-of-a", "FAILED", b"", pack_value({"code": "c"})))
        end = await first.wait()
        assert (end.ok, end.state, end.result, end.error) == (False, "FAILED", None, {"code": "c"})

    run(body)


def test_children_without_names_are_counted_and_a_refused_one_may_be_asked_for_again() -> None:
    async def body() -> None:
        attempt = Attempt()
        asking = asyncio.create_task(attempt.ctx.child("k", concurrency=("gpu", 2)))
        assert not await settled(asking)
        assert attempt.asked[0][0] == "#1"
        assert attempt.asked[0][1]["concurrency"] == {"key": "gpu", "limit": 2}
        attempt.ctx._tell_of_child(ChildNews(1, "#1", refused=Refusal("conflict", "no", "key")))
        with pytest.raises(ChildRefused, match="conflict: key: no"):
            await asking
        again = asyncio.create_task(attempt.ctx.child("k", name="#1"))
        assert not await settled(again)
        assert len(attempt.asked) == 2
        again.cancel()
        with pytest.raises(ChildRefused, match="input|set"):
            await attempt.ctx.child("k", {1, 2})

    run(body)
