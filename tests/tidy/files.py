"""What every rule needs to know of a file: its place in the house, and its code without comments."""

import re
from typing import Iterator, NamedTuple


class Problem(NamedTuple):
    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.text}"


Files = dict[str, str]
Problems = Iterator[Problem]

CPP = (".cc", ".h")
WEB = (".ts", ".tsx", ".js", ".mjs", ".css")
CODE = CPP + WEB + (".py", ".sh", ".cmake")
PRODUCT = ("protocol", "broker", "edge", "worker", "clients")


def is_code(path: str) -> bool:
    return path.endswith(CODE) or path in ("dev", ".ci/run") or path.endswith("CMakeLists.txt")


def is_cpp(path: str) -> bool:
    return path.endswith(CPP)


def area(path: str) -> str:
    return path.split("/")[0]


def is_product(path: str) -> bool:
    return is_cpp(path) and area(path) in PRODUCT


def folders(path: str) -> list[str]:
    return path.split("/")[:-1]


def is_main(path: str) -> bool:
    name = path.split("/")[-1]
    return name == "main.cc" or name.endswith("_main.cc")


def is_shell(path: str) -> bool:
    """Where a program's sockets and threads are held: shell.cc, worker_shell.h, link_thread.cc and so on."""
    stem = path.split("/")[-1].rsplit(".", 1)[0]
    return re.search(r"(^|_)(shell|thread)(_|$)", stem) is not None


def is_pure(path: str) -> bool:
    """State machines driven from outside: no socket, thread, clock, file or log call of their own."""
    return "core" in folders(path) or under(path, "protocol/link") or under(path, "edge/dialects")


def under(path: str, folder: str) -> bool:
    return path.startswith(folder + "/")


_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<character>(?<![0-9a-zA-Z_])'(?:[^'\\\n]|\\.)+')""",
    re.DOTALL | re.VERBOSE,
)


def code_only(source: str) -> str:
    """`source` with comments and literals blanked, line by line where it was; #include lines are kept."""

    def blank(match: re.Match) -> str:
        line_start = source.rfind("\n", 0, match.start()) + 1
        if match["text"] and source[line_start : match.start()].strip() == "#include":
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return _TOKEN.sub(blank, source)


def numbered(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.split("\n"), start=1)


_ALLOW = re.compile(r"tidy: allow\((?P<rule>[a-z-]+)\)\s*(?P<reason>\S.{9,})")


def allowed(line: str, rule: str) -> bool:
    match = _ALLOW.search(line)
    return match is not None and match["rule"] == rule
