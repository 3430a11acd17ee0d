"""What a system under load is: processes, and where and how they are spoken to."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from processes import Child


@dataclass
class Running:
    """A system that has been started."""

    watch_url: str
    publish_url: str = ""  # the same, where empty
    protocol: str = "plain"
    publish_protocol: str = ""
    resuming_protocol: str = ""  # for who comes back, where it is another one
    children: list[Child] = field(default_factory=list)

    def pids(self) -> list[int]:
        return [pid for child in self.children for pid in child.pids()]

    def flags(self, comes_back: bool) -> list[str]:
        protocol = self.resuming_protocol if comes_back and self.resuming_protocol else self.protocol
        flags = ["--url", self.watch_url, "--protocol", protocol]
        flags += ["--server-pids", ",".join(str(pid) for pid in self.pids())]
        if self.publish_url:
            flags += ["--publish-url", self.publish_url]
        if self.publish_protocol:
            flags += ["--publish-protocol", self.publish_protocol]
        return flags

    def end(self) -> None:
        for child in reversed(self.children):
            child.end()


class System(Protocol):
    name: str
    title: str
    can_deflate: bool
    resumes: bool

    def missing(self) -> str | None:
        """What has to be installed first; nothing if all is there."""

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        """Starts it, with its files in `folder`. `running` knows each child as soon as it is there."""


def need_program(*names: str) -> str | None:
    lacking = [name for name in names if shutil.which(name) is None]
    return f"{', '.join(lacking)} (./dev deps bench)" if lacking else None
