from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest
from cluster import BIN, Process
from wire import Client

MESSAGE_BYTES_MAX = 1 << 20


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Of a real edge. It has no broker: what is asked of it here it answers by itself."""
    folder = Path(tempfile.mkdtemp(prefix="lwtest-", dir="/tmp"))
    flags = ["--http", "127.0.0.1:0", "--shards", "1", "--message-bytes-max", str(MESSAGE_BYTES_MAX)]
    edge = Process("edge", [BIN / "longwire-edge", "--broker", f"ipc://{folder}/edges", *flags], folder)
    try:
        yield int(edge.wait_for_line("ready").rsplit(":", 1)[1])
        assert edge.end() == 0, edge.err
    finally:
        if edge.popen.poll() is None:
            edge.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def connect(port: int) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def make(*arguments: object, **options: object) -> Client:
        clients.append(Client(port, *arguments, **options))  # type: ignore[arg-type]
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    opened = connect()
    assert opened.status == 101
    return opened
