"""nats-server: alone, and two of them, of which one has the publisher and the other the watchers."""

from __future__ import annotations

from pathlib import Path

from processes import Child, free_port
from systems import Running, need_program


class Nats:
    name = "nats"
    title = "NATS"
    can_deflate = True
    resumes = False

    def missing(self) -> str | None:
        return need_program("nats-server")

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        running.protocol = "nats"
        running.watch_url = _start_node(running, folder, "nats", deflate, "")


class NatsCluster:
    name = "nats-cluster"
    title = "NATS, 2 nodes"
    can_deflate = False
    resumes = False

    def missing(self) -> str | None:
        return need_program("nats-server")

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        port = free_port()
        running.protocol = "nats"
        first = f'cluster {{ name: bench, listen: "127.0.0.1:{port}" }}\n'
        running.publish_url = _start_node(running, folder, "nats-a", False, first)
        second = f'cluster {{ name: bench, listen: "127.0.0.1:{free_port()}", routes: ["nats://127.0.0.1:{port}"] }}\n'
        running.watch_url = _start_node(running, folder, "nats-b", False, second)
        node = running.children[-1]
        node.wait_until(lambda: "Route connection created" in node.log.read_text(errors="replace"), "the route")


def _start_node(running: Running, folder: Path, name: str, deflate: bool, cluster: str) -> str:
    """Returns its URL for WebSockets."""
    port = free_port()
    config = folder / f"{name}.conf"
    config.write_text(
        f'listen: "127.0.0.1:{free_port()}"\n'
        f'websocket {{ listen: "127.0.0.1:{port}", no_tls: true, compression: {str(deflate).lower()} }}\n' + cluster
    )
    node = Child(name, ["nats-server", "--config", config], folder)
    running.children.append(node)
    node.wait_for_port(port)
    return f"ws://127.0.0.1:{port}/"
