"""A WorkerSession with the broker's end played by hand."""

from __future__ import annotations

from typing import Any, TypeVar

from longwire._core import messages as link
from longwire._core.limits import PROTOCOL_VERSION
from longwire._core.names import partition_of
from longwire._core.orders import Order, StartAttempt
from longwire._core.session import WorkerSession
from longwire._core.session_parts import Output, SessionOptions
from longwire._core.wire import decode, encode

PARTITIONS = 2
MS = 1_000

_M = TypeVar("_M")


class Bench:
    def __init__(self, **options: Any) -> None:
        self.now_us = 1_000_000_000
        defaults: dict[str, Any] = {
            "worker": "w-1", "incarnation": 5, "kinds": ("job",), "capacity": 2, "waiting_max": 0,
            "drain_grace_us": 1_000 * MS, "drain_commit_us": 1_000 * MS,
        }  # fmt: skip
        self.session = WorkerSession(SessionOptions(**(defaults | options)), self.now_us)
        self.told = 0
        self.incarnation = 5  # of the last hello
        self.out = Output([], [], [])
        self.orders: list[Order] = []

    def turn(self, ms: int = 0) -> None:
        """Passes time and takes what comes out."""
        self.now_us += ms * MS
        self.session.tick(self.now_us)
        self.out = self.session.take_output(self.now_us)
        self.orders += self.out.orders
        for hello in self.sent(link.WorkerHello):
            self.incarnation = hello.incarnation

    def tell(self, message: Any) -> None:
        self.told += 1
        self.session.receive(encode(self.told, message), self.now_us)

    def welcome(self, *positions: link.Position, newest: int = max(link.WORKER_TO_BROKER)) -> None:
        self.told = 0
        self.tell(link.WorkerWelcome(PROTOCOL_VERSION, "b", PARTITIONS, 0, positions, self.incarnation, newest))

    def go_live(self) -> None:
        self.turn()
        self.welcome()
        self.session.heard(True, b"")
        self.turn()

    def assign(self, task: str, attempt: int = 1) -> int:
        self.tell(link.AssignTask(self.ref(task, attempt), 1, "job", b"", 0))
        self.turn()
        starts = [order for order in self.orders if isinstance(order, StartAttempt)]
        return starts[-1].id if starts else 0

    @staticmethod
    def ref(task: str, attempt: int = 1) -> link.AttemptRef:
        return link.AttemptRef("dev", task, attempt)

    @staticmethod
    def at(task: str, sequence: int) -> link.Position:
        return link.Position(partition_of(f"dev/task/{task}", PARTITIONS), sequence)

    def commit(self, task: str, sequence: int) -> None:
        self.tell(link.EventsCommitted((self.at(task, sequence),)))

    def emit(self, id: int, is_last: bool = False) -> bool:
        return self.session.emit(id, "log", b"\x80", self.now_us, is_last, self.now_us)

    def sent(self, cls: type[_M]) -> list[_M]:
        """The messages of one type among those that have just gone out."""
        messages = [decode(link.WORKER_TO_BROKER, data)[1] for data in self.out.link]
        return [message for message in messages if isinstance(message, cls)]

    def count(self, cls: type) -> int:
        return sum(isinstance(order, cls) for order in self.orders)
