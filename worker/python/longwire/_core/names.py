"""How events, tasks and topics are named, and where a topic lies (protocol/spec/topics.md)."""

from __future__ import annotations

import re
import zlib

from .limits import NAME_BYTES_MAX

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def name_problem(name: str, bytes_max: int = NAME_BYTES_MAX) -> str | None:
    """What is wrong with the name of a worker, kind or event type; None if nothing is."""
    if not name:
        return "must not be empty"
    if len(name) > bytes_max:
        return f"is longer than {bytes_max} bytes"
    if not _NAME.fullmatch(name):
        return "may hold only letters, digits, '.', '_' and '-'"
    return None


def task_path(realm: str, task: str) -> str:
    return f"{realm}/task/{task}"


def partition_of(path: str, partitions: int) -> int:
    return zlib.crc32(path.encode()) % partitions


def partition_prefix(partition: int) -> bytes:
    """What a broker subscribes to in order to get one partition."""
    return b"%02x/" % partition


def topic_key(path: str, partition: int) -> bytes:
    """The first frame of a published message."""
    return partition_prefix(partition) + path.encode() + b"\0"
