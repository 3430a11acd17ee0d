"""The messages of the producer link, worker and broker, as protocol/spec/links.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .wire import I64, U32, U64, Raw, record


@record
@dataclass(frozen=True)
class Position:
    partition: U32
    sequence: U64


@record
@dataclass(frozen=True)
class AttemptRef:
    """A task's attempt that a worker holds."""

    realm: str
    task: str
    attempt: U32


# Worker to broker.


@record
@dataclass(frozen=True)
class WorkerHello:
    """Begins a session. `running` are the attempts still held, `acknowledged` is what the worker has forgotten."""

    KIND: ClassVar[int] = 1
    version: U32
    worker: str
    incarnation: U64
    kinds: tuple[str, ...]
    capacity: U32
    program: str
    running: tuple[AttemptRef, ...]
    acknowledged: tuple[Position, ...]


@record
@dataclass(frozen=True)
class WorkerHeartbeat:
    """Says that the worker lives, and up to where it has published, so that a lost tail is noticed."""

    KIND: ClassVar[int] = 2
    published: tuple[Position, ...] = ()


@record
@dataclass(frozen=True)
class ResentEvents:
    """Events as they were published, sent again over the link."""

    KIND: ClassVar[int] = 3
    key: bytes
    envelopes: bytes


@record
@dataclass(frozen=True)
class HandBack:
    """Gives an attempt back unfinished."""

    KIND: ClassVar[int] = 4
    attempt: AttemptRef
    reason: str


@record
@dataclass(frozen=True)
class WorkerDraining:
    KIND: ClassVar[int] = 5


@record
@dataclass(frozen=True)
class WorkerBye:
    KIND: ClassVar[int] = 6


@record
@dataclass(frozen=True)
class StartChild:
    KIND: ClassVar[int] = 7
    attempt: AttemptRef
    name: str
    fields: Raw


@record
@dataclass(frozen=True)
class AttemptsWaiting:
    """How many of the worker's attempts wait for what others do, an input or a child: they take none of its capacity.
    None when a session begins."""

    KIND: ClassVar[int] = 8
    count: U32


@record
@dataclass(frozen=True)
class KindDescription:
    """What a kind is for and what input it takes."""

    kind: str
    about: str
    input_schema: Raw
    example: Raw


@record
@dataclass(frozen=True)
class DescribeKinds:
    """What the worker says of its kinds, in place of what it said before. Only for a broker that knows this message."""

    KIND: ClassVar[int] = 9
    kinds: tuple[KindDescription, ...]


# Broker to worker.


@record
@dataclass(frozen=True)
class WorkerWelcome:
    """Answers a hello. `positions` tell, for this incarnation, up to where each partition's events are in the log."""

    KIND: ClassVar[int] = 65
    ADDED: ClassVar[int] = 1
    version: U32
    broker: str
    partitions: U32
    window_bytes: U64
    positions: tuple[Position, ...]
    incarnation: U64
    newest: U32 = 0  # the highest kind of a worker's message that the broker knows; an older one does not say


@record
@dataclass(frozen=True)
class EventsCommitted:
    KIND: ClassVar[int] = 66
    positions: tuple[Position, ...]
    durability: U32 = 0


@record
@dataclass(frozen=True)
class ResendRequest:
    """Asks for the events of a partition from `first` to `last`, both included."""

    KIND: ClassVar[int] = 67
    partition: U32
    first: U64
    last: U64


@record
@dataclass(frozen=True)
class AssignTask:
    KIND: ClassVar[int] = 68
    attempt: AttemptRef
    run: U32
    kind: str
    input: Raw
    timeout_ms: I64


@record
@dataclass(frozen=True)
class CancelTask:
    KIND: ClassVar[int] = 69
    attempt: AttemptRef
    reason: str
    grace_ms: I64


@record
@dataclass(frozen=True)
class TaskInput:
    KIND: ClassVar[int] = 70
    attempt: AttemptRef
    offset: U64
    data: Raw


@record
@dataclass(frozen=True)
class RevokeAttempt:
    KIND: ClassVar[int] = 71
    attempt: AttemptRef
    reason: str


@record
@dataclass(frozen=True)
class EventRefused:
    """An event that will never be in the log; its sequence counts as done."""

    KIND: ClassVar[int] = 72
    at: Position
    code: str
    message: str


@record
@dataclass(frozen=True)
class BrokerHeartbeat:
    KIND: ClassVar[int] = 73


@record
@dataclass(frozen=True)
class LinkReset:
    KIND: ClassVar[int] = 74
    reason: str


@record
@dataclass(frozen=True)
class HelloRefused:
    KIND: ClassVar[int] = 75
    message: str


@record
@dataclass(frozen=True)
class ChildState:
    """Where a child stands: said when it was asked for, and when it has ended."""

    KIND: ClassVar[int] = 76
    attempt: AttemptRef
    name: str
    task: str
    state: str
    result: Raw = b""
    error: Raw = b""


@record
@dataclass(frozen=True)
class ChildRefused:
    KIND: ClassVar[int] = 77
    attempt: AttemptRef
    name: str
    code: str
    message: str
    field: str
    retry_after_ms: I64


@record
@dataclass(frozen=True)
class DescriptionRefused:
    """What was said of a kind is not kept, and why. The kind is served all the same."""

    KIND: ClassVar[int] = 78
    kind: str
    code: str
    message: str
    field: str


def _by_kind(*messages: type[Any]) -> dict[int, type[Any]]:
    return {message.KIND: message for message in messages}


WORKER_TO_BROKER = _by_kind(
    WorkerHello,
    WorkerHeartbeat,
    ResentEvents,
    HandBack,
    WorkerDraining,
    WorkerBye,
    StartChild,
    AttemptsWaiting,
    DescribeKinds,
)
BROKER_TO_WORKER = _by_kind(
    WorkerWelcome,
    EventsCommitted,
    ResendRequest,
    AssignTask,
    CancelTask,
    TaskInput,
    RevokeAttempt,
    EventRefused,
    BrokerHeartbeat,
    LinkReset,
    HelloRefused,
    ChildState,
    ChildRefused,
    DescriptionRefused,
)
