"""MessagePack values as they go into events, and as they come out of link messages."""

from __future__ import annotations

import json
import threading
from typing import Any

import msgpack

from .limits import PAYLOAD_DEPTH_MAX

_IN_NANOSECONDS = 2  # as msgpack calls it; only this form takes any timestamp
_SCALARS = frozenset((str, int, float, bool, type(None), bytes))


class NotPackable(ValueError):
    """A value that no event can hold; the message says why."""


class _PackerOfThread(threading.local):
    # One for each thread: a new one costs more than most of what it packs, and none may be shared.
    def __init__(self) -> None:
        self.pack = msgpack.Packer(use_bin_type=True, datetime=True).pack


_thread = _PackerOfThread()


def pack_value(value: Any) -> bytes:
    """`value` as MessagePack. Times need a time zone. Raises NotPackable."""
    if type(value) not in _SCALARS and is_deeper_than(value, PAYLOAD_DEPTH_MAX):
        raise NotPackable(f"is nested deeper than {PAYLOAD_DEPTH_MAX} levels")
    try:
        packed: bytes = _thread.pack(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotPackable(str(error)) from error
    return packed


def unpack_value(packed: bytes) -> Any:
    """What `packed` stands for; None for no bytes. Never raises for one well-formed value: text that is no UTF-8 gets
    replacement characters, a key that Python cannot hold becomes its JSON, and with a time that is none all times are
    nanoseconds."""
    if not packed:
        return None
    options: dict[str, Any] = {"strict_map_key": False, "unicode_errors": "replace"}
    try:
        return msgpack.unpackb(packed, **options)
    except (TypeError, ValueError):
        return msgpack.unpackb(packed, object_pairs_hook=_with_keys_as_text, timestamp=_IN_NANOSECONDS, **options)


def is_deeper_than(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        if levels == 0:
            return True
        for key, element in value.items():
            if type(element) not in _SCALARS and is_deeper_than(element, levels - 1):
                return True
            if type(key) is tuple and is_deeper_than(key, levels - 1):
                return True
        return False
    if isinstance(value, (list, tuple)):
        if levels == 0:
            return True
        return any(type(element) not in _SCALARS and is_deeper_than(element, levels - 1) for element in value)
    return False


def _with_keys_as_text(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    return {json.dumps(key, default=repr) if isinstance(key, (list, dict)) else key: value for key, value in pairs}
