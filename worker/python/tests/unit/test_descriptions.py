from __future__ import annotations

from typing import Any

import pytest
from session_bench import Bench

from longwire import TaskContext, Worker
from longwire._core import messages as link
from longwire._core.descriptions import describe
from longwire._core.orders import Notice
from longwire._core.session_parts import State
from longwire._core.values import unpack_value

DESCRIBED = (describe("job", "Does it.", {"type": "object"}, {"n": 3}, []),)


async def nothing(ctx: TaskContext) -> None:
    pass


def test_each_session_says_what_its_kinds_are() -> None:
    bench = Bench(described=DESCRIBED)
    bench.turn()
    for _ in range(2):
        bench.welcome()
        bench.turn()
        assert bench.sent(link.DescribeKinds) == [link.DescribeKinds(DESCRIBED)]
        bench.tell(link.LinkReset("test"))
        bench.turn(300)


def test_a_broker_that_does_not_know_descriptions_gets_none() -> None:
    bench = Bench(described=DESCRIBED)
    bench.turn()
    bench.welcome(newest=8)
    bench.turn()
    assert bench.session.state is State.LIVE
    assert bench.sent(link.DescribeKinds) == []


def test_a_description_that_is_refused_is_told_and_ends_nothing() -> None:
    bench = Bench(described=DESCRIBED)
    bench.go_live()
    bench.tell(link.DescriptionRefused("job", "too_large", "of kind job is too large", "example"))
    bench.turn()
    assert bench.session.state is State.LIVE
    notice = bench.orders[-1]
    assert isinstance(notice, Notice) and "too_large: example: of kind job is too large" in notice.message


def test_only_what_is_said_is_carried() -> None:
    worker = Worker()
    worker.serve("silent", nothing)
    worker.serve("job", nothing, about="Does it.", example={"list": (1, 2)})
    (described,) = worker._described
    assert (described.kind, described.about, described.input_schema) == ("job", "Does it.", b"")
    assert unpack_value(described.example) == {"list": [1, 2]}


@pytest.mark.parametrize(
    "field, value, fault",
    [
        ("about", "é" * 513, "is larger than 1024 bytes"),
        ("input_schema", [1], "is no object"),
        ("input_schema", {"title": "a" * 16_384}, "is larger than 16384 bytes"),
        ("example", "a" * 16_384, "is larger than 16384 bytes"),
        ("example", {"when": object()}, "is no JSON"),
        ("example", float("nan"), "is no JSON"),
    ],
)
def test_what_is_wrong_is_named_by_kind_and_field(field: str, value: Any, fault: str) -> None:
    worker = Worker()
    with pytest.raises(ValueError, match=f"^{field}: of kind job {fault}"):
        worker.serve("job", nothing, **{field: value})
    worker.serve("job", nothing)


def test_what_is_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(32):
        deep = [deep]
    describe("job", "", None, deep, [])
    with pytest.raises(ValueError, match="^example: of kind job is no JSON: it is nested deeper than 32 levels"):
        describe("job", "", None, [deep], [])


def test_one_worker_has_a_bound_for_all() -> None:
    worker = Worker()
    for i in range(16):
        worker.serve(f"job{i}", nothing, example="a" * 16_000)
    with pytest.raises(ValueError, match="^kinds: of kind more is one too many"):
        worker.serve("more", nothing, example="a" * 16_000)
    worker.serve("short", nothing, about="There is room for this.")
