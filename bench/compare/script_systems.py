"""Servers in JavaScript of some twenty lines each, in peers/."""

from __future__ import annotations

import shutil
from pathlib import Path

from processes import Child, free_port
from systems import Running

PEERS = Path(__file__).parent / "peers"
PACKAGES = PEERS / "node_modules"


def _bun() -> Path | None:
    """The program itself; what the package puts before it would be measured, too."""
    for path in [*PACKAGES.glob("@oven/bun-*/bin/bun"), PACKAGES / "bun/bin/bun.exe"]:
        if path.exists() and path.read_bytes()[:4] == b"\x7fELF":
            return path
    return None


class Script:
    can_deflate = True
    resumes = False

    def __init__(self, name: str, title: str, protocol: str, path: str) -> None:
        self.name = name
        self.title = title
        self._protocol = protocol
        self._path = path

    def _runtime(self) -> str | None:
        if self.name != "bun":
            return shutil.which("node")
        program = _bun()
        return str(program) if program else None

    def missing(self) -> str | None:
        package = {"bun": "bun", "ws": "ws", "socketio": "socket.io"}[self.name]
        if not (PACKAGES / package).exists() or self._runtime() is None:
            return f"{package} of npm (./dev deps bench)"
        return None

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        port = free_port()
        variables = {"PORT": str(port), "DEFLATE": str(int(deflate)), "NODE_ENV": "production"}
        server = Child(self.name, [str(self._runtime()), PEERS / f"{self.name}.mjs"], folder, variables)
        running.children.append(server)
        server.wait_for_port(port)
        running.protocol = self._protocol
        running.watch_url = f"ws://127.0.0.1:{port}{self._path}"
        running.publish_url = running.watch_url.replace("?id={topic}", "")


SCRIPTS = [
    Script("bun", "Bun", "plain", "/?id={topic}"),
    Script("ws", "ws", "plain", "/?id={topic}"),
    Script("socketio", "Socket.IO", "socketio", "/socket.io/?EIO=4&transport=websocket"),
]
