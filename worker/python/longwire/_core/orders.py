"""What a session asks of the shell around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class StartAttempt:
    """Begin to work on an attempt."""

    id: int
    realm: str
    task: str
    kind: str
    attempt: int
    run: int
    input: bytes  # MessagePack, empty for none
    timeout_ms: int  # 0: none


@dataclass(frozen=True)
class CancelAttempt:
    """Ask the handler to end; how it ends is its own affair."""

    id: int
    reason: str


@dataclass(frozen=True)
class RevokedAttempt:
    """The attempt is no longer ours: ask the handler to end, and drop what it still emits."""

    id: int
    reason: str


@dataclass(frozen=True)
class GiveInput:
    id: int
    offset: int
    data: bytes  # MessagePack


@dataclass(frozen=True)
class Refusal:
    code: str
    message: str
    field: str = ""


@dataclass(frozen=True)
class ChildNews:
    """Where a child of an attempt stands, or why there is none."""

    id: int
    name: str
    task: str = ""
    state: str = ""
    result: bytes = b""  # MessagePack, empty for none
    error: bytes = b""  # likewise
    refused: Refusal | None = None

    @property
    def has_ended(self) -> bool:
        return self.refused is None and self.state not in ("PENDING", "RUNNING")


@dataclass(frozen=True)
class Notice:
    """Something for the log; `level` is a name of logging's."""

    level: str
    message: str


Order = Union[StartAttempt, CancelAttempt, RevokedAttempt, GiveInput, ChildNews, Notice]
