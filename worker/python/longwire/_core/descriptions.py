"""What a worker may say of its kinds (protocol/link/kind_description.h)."""

from __future__ import annotations

import json
from typing import Any, Iterable

from .limits import (
    KIND_ABOUT_BYTES_MAX,
    KIND_DEPTH_MAX,
    KIND_EXAMPLE_BYTES_MAX,
    KIND_SCHEMA_BYTES_MAX,
    KINDS_BYTES_MAX,
)
from .messages import KindDescription
from .values import NotPackable, is_deeper_than, pack_value


def describe(
    kind: str, about: str, input_schema: dict[str, Any] | None, example: Any, others: Iterable[KindDescription]
) -> KindDescription:
    """As the link carries it, beside those of the worker's `others`. Raises ValueError, which names kind and field."""
    if len(about.encode()) > KIND_ABOUT_BYTES_MAX:
        raise ValueError(f"about: of kind {kind} is larger than {KIND_ABOUT_BYTES_MAX} bytes")
    if input_schema is not None and not isinstance(input_schema, dict):
        raise ValueError(f"input_schema: of kind {kind} is no object")
    description = KindDescription(
        kind,
        about,
        _packed(kind, "input_schema", input_schema, KIND_SCHEMA_BYTES_MAX),
        _packed(kind, "example", example, KIND_EXAMPLE_BYTES_MAX),
    )
    if sum(map(_bytes_of, others)) + _bytes_of(description) > KINDS_BYTES_MAX:
        room = f"one worker has {KINDS_BYTES_MAX} bytes for all"
        raise ValueError(f"kinds: of kind {kind} is one too many to be described: {room}")
    return description


def _bytes_of(description: KindDescription) -> int:
    texts = len(description.kind) + len(description.about.encode())
    return texts + len(description.input_schema) + len(description.example)


def _packed(kind: str, field: str, value: Any, bytes_max: int) -> bytes:
    if value is None:
        return b""
    try:
        plain = json.loads(json.dumps(value, allow_nan=False))
        if is_deeper_than(plain, KIND_DEPTH_MAX):
            raise ValueError(f"it is nested deeper than {KIND_DEPTH_MAX} levels")
        packed = pack_value(plain)
    except (TypeError, ValueError, RecursionError, NotPackable) as error:
        raise ValueError(f"{field}: of kind {kind} is no JSON: {error}") from error
    if len(packed) > bytes_max:
        raise ValueError(f"{field}: of kind {kind} is larger than {bytes_max} bytes")
    return packed
