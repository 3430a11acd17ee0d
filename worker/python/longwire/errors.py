from __future__ import annotations

import asyncio
from typing import Any


class EmitError(ValueError):
    """An event that can't be sent, however long one waits: a bug of the handler, or a payload that grew too large. Not
    caught, it fails the task with code "exception"."""


class Revoked(asyncio.CancelledError):
    """The attempt is no longer this worker's: nothing that the handler still emits is taken, and it should return."""


class TaskFailed(Exception):
    """Raised by a handler: ends the task with `task.failed {error: {code, message, details?}, retryable}`.

    `code` is one word for programs, `message` for people. A retryable failure is tried again if the task has attempts
    left.
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False, details: Any = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.details = details


class TaskCancelled(Exception):
    """Raised by a handler: ends the task with `task.cancelled {reason?}`, although nobody may have asked for it."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class ChildRefused(Exception):
    """The broker starts no such child. `code` is one of the client protocol's errors, `field` the one at fault."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(": ".join(part for part in (code, field, message) if part))
        self.code = code
        self.message = message
        self.field = field
