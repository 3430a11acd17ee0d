"""mosquitto, whose watchers and publisher speak MQTT over WebSocket."""

from __future__ import annotations

from pathlib import Path

from processes import Child, free_port
from systems import Running, need_program


class Mosquitto:
    name = "mosquitto"
    title = "mosquitto"
    can_deflate = False
    resumes = False

    def missing(self) -> str | None:
        return need_program("mosquitto")

    def start(self, running: Running, folder: Path, deflate: bool) -> None:
        port = free_port()
        config = folder / "mosquitto.conf"
        # Without a listener for plain MQTT, version 2.0.11 ends at once: it does not count the other.
        config.write_text(
            f"listener {free_port()} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol websockets\n"
            "allow_anonymous true\npersistence false\nuser root\n"
        )
        server = Child("mosquitto", ["mosquitto", "-c", config], folder)
        running.children.append(server)
        server.wait_for_port(port)
        running.protocol = "mqtt"
        running.watch_url = f"ws://127.0.0.1:{port}/"
