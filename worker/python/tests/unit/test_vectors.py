"""The bytes of protocol/vectors, which every language's code is held against."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import msgpack
import pytest

from longwire import EmitError
from longwire._core import messages
from longwire._core.envelope import EnvelopeWriter
from longwire._core.names import name_problem, partition_of, topic_key
from longwire._core.values import NotPackable, pack_value, unpack_value
from longwire._core.wire import Malformed, decode, encode
from longwire._event_data import checked_payload

VECTORS = Path(__file__).parents[4] / "protocol/vectors"


def vectors(name: str) -> dict[str, Any]:
    return dict(json.loads((VECTORS / name).read_text(encoding="utf-8")))


def bytes_of(value: Any) -> bytes:
    """Hex, or [hex, hex of a byte, times, hex] for what holds a long run."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    return bytes.fromhex(value[0]) + bytes.fromhex(value[1]) * value[2] + bytes.fromhex(value[3])


def test_topics_have_their_partitions_and_keys() -> None:
    for vector in vectors("topics.json")["topics"]:
        for partitions, expected in vector["partitions"].items():
            assert partition_of(vector["path"], int(partitions)) == expected
        assert topic_key(vector["path"], partition_of(vector["path"], 256)).hex() == vector["key_of_256"]


@pytest.mark.parametrize("vector", vectors("envelopes.json")["envelopes"], ids=lambda vector: vector["name"])
def test_envelopes_are_written(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    writer = EnvelopeWriter(fields["producer"], fields["incarnation"])
    written = writer.write(
        fields["sequence"],
        fields["time_us"],
        fields["type"],
        fields["attempt"],
        bytes.fromhex(fields["payload"]),
        fields["task"],
        bytes.fromhex(fields["headers"]),
    )
    assert written.hex() == vector["bytes"]


def test_what_no_envelope_may_hold_is_not_emitted() -> None:
    """Of the envelopes that are refused, those that differ from a good one in what a handler chooses."""
    refused = {vector["why"]: bytes_of(vector["bytes"]) for vector in vectors("envelopes.json")["refused"]}
    for why in ("payload too large", "65 levels"):
        payload = msgpack.unpackb(refused[why])[8]
        with pytest.raises(EmitError):
            checked_payload("log", payload)
    with pytest.raises(EmitError):
        checked_payload(msgpack.unpackb(refused["type is no name"])[4], None)
    for why in ("producer is no name", "producer too long", "empty producer"):
        assert name_problem(msgpack.unpackb(refused[why])[0])


def as_wire(cls: Any, fields: list[Any]) -> Any:
    """The message of a vector's fields, made without the code that reads bytes."""
    if cls is messages.WorkerHello:
        fields = [*fields[:3], tuple(fields[3]), *fields[4:6], *(groups(fields[6], messages.AttemptRef),),
                  groups(fields[7], messages.Position)]  # fmt: skip
        return cls(*fields)
    made = []
    for field, value in zip(dataclasses.fields(cls), fields):
        name = field.name
        if name == "attempt":
            made.append(messages.AttemptRef(*value))
        elif name == "at":
            made.append(messages.Position(*value))
        elif name == "kinds":
            made.append(tuple(as_wire(messages.KindDescription, one) for one in value))
        elif name in ("positions", "published"):
            made.append(groups(value, messages.Position))
        elif name in ("key", "envelopes"):
            made.append(bytes.fromhex(value["hex"]))
        elif field.type == "Raw":
            made.append(b"" if value is None else msgpack.packb(value))
        else:
            made.append(value)
    return cls(*made)


def groups(values: list[list[Any]], cls: Any) -> tuple[Any, ...]:
    return tuple(cls(*value) for value in values)


@pytest.mark.parametrize(
    "direction, known",
    [("worker_to_broker", messages.WORKER_TO_BROKER), ("broker_to_worker", messages.BROKER_TO_WORKER)],
)
def test_link_messages_are_read_and_written(direction: str, known: dict[int, Any]) -> None:
    seen = set()
    for vector in vectors("links.json")[direction]:
        expected = as_wire(known[vector["kind"]], vector["fields"])
        assert type(expected).__name__ == vector["message"]
        data = bytes.fromhex(vector["bytes"])
        assert decode(known, data) == (vector["number"], expected)
        assert encode(vector["number"], expected) == data
        seen.add(vector["kind"])
    assert seen == set(known), "a message has no example"


def test_fields_of_later_versions_are_passed_over_and_missing_ones_are_not() -> None:
    ref = ["dev", "8f3a", 2, "more"]
    number, message = decode(messages.BROKER_TO_WORKER, msgpack.packb([71, 5, ref, "why", {"more": [1]}]))
    assert (number, message) == (5, messages.RevokeAttempt(messages.AttemptRef("dev", "8f3a", 2), "why"))
    assert decode(messages.BROKER_TO_WORKER, msgpack.packb([65, 1, 1, "b", 16, 0, [], 7]))[1].newest == 0
    for data in (
        msgpack.packb([71, 5, ["dev", "8f3a"], "why"]),
        msgpack.packb([65, 1, 1, "b", 16, 0, []]),
        msgpack.packb([71, 5, ref]),
        msgpack.packb([71, 5, ref, b"why"]),
        msgpack.packb([71, 5, ["dev", "8f3a", 2**32], "why"]),
        msgpack.packb([71, 5, ["dev", "8f3a", True], "why"]),
        msgpack.packb([71, 5, ref, "why"]) + b"\0",
        msgpack.packb([99, 5]),
        msgpack.packb([71]),
        msgpack.packb({}),
        b"\x94\x47\x05",
        b"\xdd\xff\xff\xff\xff",
        b"\xc1",
        b"",
    ):
        with pytest.raises(Malformed):
            decode(messages.BROKER_TO_WORKER, data)


def test_values_are_those_of_json() -> None:
    for vector in vectors("json.json")["both"]:
        value, packed = json.loads(vector["json"]), bytes.fromhex(vector["msgpack"])
        assert pack_value(value) == packed
        unpacked = unpack_value(packed)
        assert (unpacked, type(unpacked)) == (value, type(value))


def test_every_value_that_a_client_may_send_can_be_read() -> None:
    for vector in vectors("json.json")["shown"]:
        unpack_value(bytes.fromhex(vector["msgpack"]))
    assert unpack_value(bytes.fromhex("819201a16101")) == {'[1, "a"]': 1}
    assert unpack_value(b"") is None


@pytest.mark.parametrize(
    "value, why", [(object(), "object"), (2**64, "Integer"), ({1, 2}, "set"), ("\ud83d", "surrogates")]
)
def test_what_cannot_be_packed_says_why(value: Any, why: str) -> None:
    with pytest.raises(NotPackable, match=f"(?i){why}"):
        pack_value({"of": value})
    assert pack_value(1) == b"\x01", "nothing is left of what failed"


def test_levels_are_counted_through_arrays_maps_and_keys() -> None:
    def nested(levels: int, wrap: Any) -> Any:
        value: Any = 1
        for _ in range(levels):
            value = wrap(value)
        return value

    for wrap in (lambda v: [v], lambda v: {"a": v}, lambda v: (v,)):
        pack_value(nested(64, wrap))
        with pytest.raises(NotPackable, match="64 levels"):
            pack_value(nested(65, wrap))
    with pytest.raises(NotPackable):
        pack_value({nested(64, lambda v: (v,)): 1})
