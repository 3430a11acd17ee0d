from __future__ import annotations

import functools
from typing import Any

import pytest

from longwire import TaskContext, Worker
from longwire._core import ending
from longwire._core.limits import PAYLOAD_BYTES_MAX
from longwire._core.values import unpack_value
from longwire._link_thread import LinkThread
from longwire._task_host import Handler


async def nothing(ctx: TaskContext) -> None:
    pass


@pytest.mark.parametrize("kind", ["", "a b", "k" * 129])
def test_a_kind_is_a_name_and_served_once(kind: str) -> None:
    worker = Worker()
    worker.serve("good", nothing)
    with pytest.raises(ValueError):
        worker.serve(kind, nothing)
    with pytest.raises(ValueError, match="served already"):
        worker.serve("good", nothing)


def test_what_is_awaited_is_found_below_what_wraps_it() -> None:
    @functools.wraps(nothing)
    def wrapped(ctx: TaskContext) -> Any:
        return nothing(ctx)

    async def wrapping(ctx: TaskContext) -> None:
        plain(ctx)

    def plain(ctx: Any) -> None:
        pass

    class Callable:
        async def __call__(self, ctx: TaskContext) -> None:
            pass

    for function in (nothing, wrapped, functools.wraps(plain)(wrapping), functools.partial(nothing), Callable()):
        assert Handler.of(function, interrupts=True).is_async, function
    assert not Handler.of(plain, interrupts=True).is_async
    assert not Handler.of(plain, interrupts=True).interrupts


def test_a_generator_is_no_handler() -> None:
    async def generator(ctx: TaskContext) -> Any:
        yield 1

    with pytest.raises(ValueError, match="yields"):
        Worker().serve("k", generator)


@pytest.mark.parametrize(
    "flags, fault",
    [
        (["--capacity", "0"], "capacity: 0 is not within 1 and 4096"),
        (["--window-bytes", "10"], "window_bytes"),
        (["--name", "a b"], "name 'a b' may hold only"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_flag_ends_the_program_with_2_and_says_which(
    flags: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Worker().main(flags)
    assert ended.value.code == 2
    assert fault in capsys.readouterr().err


def test_flags_win_over_variables_and_these_over_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGWIRE_CAPACITY", "7")
    monkeypatch.setenv("LONGWIRE_NAME", "of-the-variable")
    worker = Worker("of-the-code", capacity=3, drain_grace_s=2)
    monkeypatch.setattr(worker, "run", lambda: 0)
    with pytest.raises(SystemExit) as ended:
        worker.main(["--name", "of-the-flag"])
    assert ended.value.code == 0
    assert (worker.name, worker.options.capacity, worker.options.drain_grace_s) == ("of-the-flag", 7, 2)


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="capactiy"):
        Worker(capactiy=3)


def test_endpoints_that_are_none_end_it_with_1() -> None:
    worker = Worker(broker_link="nonsense")
    worker.serve("k", nothing)
    assert worker.run() == 1


def test_a_worker_drained_before_it_runs_ends_at_once() -> None:
    worker = Worker(broker_link="ipc:///tmp/nobody-is-here", broker_events="ipc:///tmp/nor-here")
    worker.serve("k", nothing)
    worker.drain()
    assert worker.run() == 0


def test_ends_that_no_event_can_hold_become_failures() -> None:
    def error_of(end: ending.Ending) -> Any:
        assert end.type == "task.failed"
        return unpack_value(end.payload)["error"]

    assert error_of(ending.completed("x" * PAYLOAD_BYTES_MAX))["code"] == "too_large"
    assert error_of(ending.completed({1, 2}))["code"] == "malformed"
    assert error_of(ending.failed("c", "m", details=object()))["code"] == "malformed"
    assert error_of(ending.failed("c", "\ud83d"))["code"] == "malformed"
    assert len(ending.cancelled("\N{GRINNING FACE}" * PAYLOAD_BYTES_MAX).payload) < PAYLOAD_BYTES_MAX


def test_an_end_with_its_count() -> None:
    end = ending.failed("c", "m", retryable=True)
    assert unpack_value(ending.with_count(end.payload, 70_000)) == {
        "error": {"code": "c", "message": "m"}, "retryable": True, "events": 70_000
    }  # fmt: skip
    assert unpack_value(ending.with_count(ending.cancelled("").payload, 0)) == {"events": 0}


def test_a_bug_in_the_link_ends_the_worker_with_1_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: LinkThread) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(LinkThread, "_gather", fails)
    worker = Worker(broker_link="ipc:///tmp/nobody-is-here", broker_events="ipc:///tmp/nor-here")
    worker.serve("k", nothing)
    assert worker.run() == 1
    assert "RuntimeError: a bug" in caplog.text
