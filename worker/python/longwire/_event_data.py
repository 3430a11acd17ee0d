"""The data of the events that have a form of their own (the native vocabulary), and the checks of all the others."""

from __future__ import annotations

from typing import Any

from ._core.limits import PAYLOAD_BYTES_MAX
from ._core.names import name_problem
from ._core.values import NotPackable, pack_value
from .errors import EmitError

_NOT_FOR_HANDLERS = frozenset(
    f"task.{event}"
    for event in ("queued", "started", "retrying", "input", "cancelling", "completed", "failed", "cancelled", "expired")
)
LEVELS = ("debug", "info", "warn", "error")

_GOOD_TYPES_MAX = 1_000
_good_types: set[str] = set()


def checked_payload(type: str, data: Any) -> bytes:
    """`data` packed, for an event of this type. Raises EmitError."""
    if type not in _good_types:
        _check_type(type)
    try:
        payload = pack_value(data)
    except NotPackable as error:
        raise EmitError(f"event '{type}' has data that {_why(error)}") from error
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise EmitError(f"event '{type}' has data of {len(payload)} bytes; at most {PAYLOAD_BYTES_MAX} are allowed")
    return payload


def log(message: str, level: str, agent: str | None, details: Any) -> dict[str, Any]:
    if level not in LEVELS:
        raise EmitError(f"level {level!r} is none of {', '.join(LEVELS)}")
    data = {"level": level, "message": message}
    if agent is not None:
        data["agent"] = agent
    if details is not None:
        data["details"] = details
    return data


def progress(fraction: float, message: str) -> dict[str, Any]:
    data: dict[str, Any] = {"progress": min(fraction, 1.0) if fraction >= 0 else 0.0}  # not a number is none at all
    if message:
        data["message"] = message
    return data


def _check_type(type: str) -> None:
    problem = "is not a handler's to emit" if type in _NOT_FOR_HANDLERS else name_problem(type)
    if problem is not None:
        raise EmitError(f"event '{type:.128}' {problem}")
    if len(_good_types) < _GOOD_TYPES_MAX:
        _good_types.add(type)


def _why(error: NotPackable) -> str:
    text = str(error)
    return text if text.startswith("is ") else f"cannot be packed: {text}"
