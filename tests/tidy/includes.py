"""Who may include whom."""

import re
from typing import Callable, NamedTuple

from files import Problem, Problems, allowed, area, code_only, folders, is_main, is_product, is_pure, is_shell
from files import numbered, under

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<name>"[^"]+"|<[^>]+>)')

# The first folder that holds the including file decides which of the project's headers it may include; a name
# that ends in "/*" means the headers directly in that folder, and one that ends in ".h" that header.
LAYERS: list[tuple[str, list[str]]] = [
    ("protocol/link", ["protocol/*", "protocol/link"]),
    ("protocol/zmq", ["protocol/*", "protocol/zmq"]),
    ("protocol/node", ["protocol/*", "protocol/node"]),
    ("protocol/net", ["protocol/*", "protocol/node", "protocol/net"]),
    ("protocol", ["protocol/*"]),
    ("broker/core", ["protocol/*", "protocol/link", "broker/core"]),
    ("broker/log", ["protocol/*", "protocol/node/file.h", "broker/core", "broker/log"]),
    ("broker", ["protocol", "broker"]),
    ("edge/dialects", ["protocol/*", "edge/core", "edge/dialects"]),
    ("edge/core", ["protocol/*", "protocol/link", "edge/core"]),
    ("edge/net", ["protocol/*", "edge/core", "edge/net"]),
    ("edge", ["protocol", "edge"]),
    ("worker/sdk", ["protocol", "worker/sdk"]),
    ("worker", ["protocol", "worker"]),
    ("clients", ["protocol", "clients"]),
]

LAYER_HINTS = {
    "protocol": "protocol knows nobody: move what both need into protocol/, or pass it in",
    "broker": "broker, edge, worker and clients speak through protocol/ only: put the shared type there",
    "edge": "broker, edge, worker and clients speak through protocol/ only: put the shared type there",
    "worker": "broker, edge, worker and clients speak through protocol/ only: put the shared type there",
    "clients": "broker, edge, worker and clients speak through protocol/ only: put the shared type there",
}


def layer_allows(target: str, allowed_folders: list[str]) -> bool:
    for folder in allowed_folders:
        if folder.endswith("/*"):
            if target.rsplit("/", 1)[0] == folder[:-2]:
                return True
        elif target == folder or under(target, folder):
            return True
    return False


class Library(NamedTuple):
    pattern: str
    home: Callable[[str], bool]
    instead: str


LIBRARIES = [
    Library(r"boost/(asio|beast)(/|\.)", lambda p: "net" in folders(p),
            "Asio and Beast live in folders named net/: use a plain header there, such as edge/net/server.h"),
    Library(r"(zmq|zmq_addon)\.hp?p?$", lambda p: under(p, "protocol/zmq"),
            "ZeroMQ lives in protocol/zmq: use its sockets and poll loop"),
    Library(r"spdlog/", lambda p: under(p, "protocol/node") or is_main(p) or is_shell(p),
            "only mains, shells and protocol/node log: return a notice or an Error for the shell to write"),
    Library(r"prometheus/", lambda p: under(p, "protocol/node"),
            "Prometheus lives in protocol/node: use its counters"),
    Library(r"rocksdb/", lambda p: under(p, "broker/log"), "RocksDB lives in broker/log: use CommitLog"),
    Library(r"nats(/|\.h)", lambda p: under(p, "broker/log"), "NATS lives in broker/log: use CommitLog"),
]

_IMPURE = [
    (r"(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token)$",
     "a core has one thread and no locks: the shell owns threads"),
    (r"(chrono|ctime|time\.h|sys/time\.h)$",
     "a core has no clock: take the time as an argument of step(), in integer microseconds"),
    (r"(fstream|filesystem|iostream|fcntl\.h|unistd\.h)$",
     "a core does no input or output: take bytes in and give records out"),
    (r"(sys/socket|sys/epoll|sys/eventfd|netinet/.*|arpa/inet|poll)\.h$",
     "a core has no socket: its input is a decoded message"),
    (r"random$", "a core draws no random numbers: take them as input, so that a run can be repeated"),
    (r"(boost/(asio|beast|thread)|zmq|rocksdb|nats|spdlog|prometheus|openssl/ssl)",
     "a core is plain C++ over protocol/: the shell talks to libraries that do I/O"),
]


def check_includes(path: str, text: str) -> Problems:
    for number, line in numbered(code_only(text)):
        match = _INCLUDE.match(line)
        if not match or allowed(text.split("\n")[number - 1], "include"):
            continue
        target = match["name"][1:-1]
        if match["name"].startswith('"'):
            yield from check_own_include(path, number, target)
        if not is_product(path):
            continue
        if is_pure(path):
            impure = next((why for pattern, why in _IMPURE if re.match(pattern, target)), None)
            if impure:
                yield Problem(path, number, "include", f"<{target}> in a pure core: {impure}")
                continue
        for library in LIBRARIES:
            if re.match(library.pattern, target) and not library.home(path):
                yield Problem(path, number, "include", f"<{target}> here: {library.instead}")


def check_own_include(path: str, number: int, target: str) -> Problems:
    if "/" not in target or target.startswith("."):
        example = "/".join(folders(path) + [target.split("/")[-1]])
        yield Problem(path, number, "include", f'"{target}": name it from the root, such as "{example}"')
        return
    if not is_product(path):
        return
    for folder, may in LAYERS:
        if under(path, folder):
            if not layer_allows(target, may):
                yield Problem(path, number, "include",
                              f'"{target}" from {folder}/, which may include only {", ".join(may)}: '
                              f"{LAYER_HINTS[area(path)]}")
            return
