from __future__ import annotations

from dataclasses import dataclass


@dataclass
class _Asked:
    fields: bytes  # of its start
    ask_us: int | None  # when to ask; None: asked, and not answered for good


class ChildRequests:
    """The children that attempts have asked for and that have not ended: asked again in each new session, and where the
    broker had no room. Found by the parent's number and the child's name."""

    def __init__(self) -> None:
        self._asked: dict[int, dict[str, _Asked]] = {}
        self._next_us: int | None = None  # none is to be asked for earlier

    def add(self, parent: int, name: str, fields: bytes, now_us: int) -> None:
        self._asked.setdefault(parent, {})[name] = _Asked(fields, now_us)
        self._due_at(now_us)

    def has(self, parent: int, name: str) -> bool:
        return name in self._asked.get(parent, {})

    def ask_again(self, parent: int, name: str, at_us: int) -> None:
        self._asked[parent][name].ask_us = at_us
        self._due_at(at_us)

    def ask_all_again(self, now_us: int) -> None:
        """What was told meanwhile is lost."""
        for children in self._asked.values():
            for child in children.values():
                child.ask_us = now_us
                self._due_at(now_us)

    def remove(self, parent: int, name: str) -> None:
        self._asked.get(parent, {}).pop(name, None)

    def remove_all(self, parent: int) -> None:
        self._asked.pop(parent, None)

    def take_due(self, now_us: int) -> list[tuple[int, str, bytes]]:
        """Those to be asked for now: parent, name and fields."""
        if self._next_us is None or self._next_us > now_us:
            return []
        self._next_us = None
        due = []
        for parent, children in self._asked.items():
            for name, child in children.items():
                if child.ask_us is not None and child.ask_us <= now_us:
                    child.ask_us = None
                    due.append((parent, name, child.fields))
                elif child.ask_us is not None:
                    self._due_at(child.ask_us)
        return due

    def _due_at(self, at_us: int) -> None:
        self._next_us = at_us if self._next_us is None else min(self._next_us, at_us)
