"""An attempt's last event."""

from __future__ import annotations

from typing import Any, NamedTuple

from .limits import PAYLOAD_BYTES_MAX
from .values import NotPackable, pack_value

_COUNT_BYTES_MAX = 24  # room for the count of events that the session adds


class Ending(NamedTuple):
    type: str
    payload: bytes  # MessagePack, a map of at most two


def completed(result: Any) -> Ending:
    """`task.completed {result}`; a result that no event can hold becomes a failure with code "too_large" or
    "malformed"."""
    return _fitting("task.completed", {"result": result}, "the result")


def failed(code: str, message: str, retryable: bool = False, details: Any = None) -> Ending:
    """`task.failed {error: {code, message, details?}, retryable}`."""
    error = {"code": code, "message": message}
    if details is not None:
        error["details"] = details
    return _fitting("task.failed", {"error": error, "retryable": retryable}, "the error")


def cancelled(reason: str) -> Ending:
    """`task.cancelled {reason?}`."""
    shortened = reason.encode(errors="replace")[: PAYLOAD_BYTES_MAX // 2].decode(errors="ignore")
    return Ending("task.cancelled", pack_value({"reason": shortened} if shortened else {}))


def with_count(payload: bytes, events: int) -> bytes:
    """An ending's payload that also says how many events the attempt had before it, so that whoever reads the topic can
    tell whether all came."""
    return bytes([payload[0] + 1]) + payload[1:] + pack_value("events") + pack_value(events)


def _fitting(type: str, payload: dict[str, Any], what: str) -> Ending:
    try:
        packed = pack_value(payload)
    except NotPackable as error:
        return _too_much("malformed", f"{what} {error}"[:1_000])
    if len(packed) + _COUNT_BYTES_MAX > PAYLOAD_BYTES_MAX:
        return _too_much("too_large", f"{what} makes an event of {len(packed)} bytes; at most {PAYLOAD_BYTES_MAX} fit")
    return Ending(type, packed)


def _too_much(code: str, message: str) -> Ending:
    return failed(code, message.encode(errors="replace").decode())
