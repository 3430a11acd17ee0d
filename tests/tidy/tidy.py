#!/usr/bin/env python3
"""The house rules as a test: who may include whom, what is not written here, and how pages are formed.

Every message says what to do instead. `tidy.py [ROOT]` checks the files git knows below ROOT (default: this
project) and exits 1 when a rule is broken. A line that has a good reason to break a rule says so itself:

    usleep(10);  // tidy: allow(sleep) the kernel offers no event for this

The rule's name is the one in brackets in the message, and the reason is not optional.
"""

import os
import re
import subprocess
import sys
from typing import Callable, NamedTuple

from files import WEB, Files, Problem, Problems, allowed, code_only, is_code, is_cpp, is_main
from files import is_product, numbered, under
from includes import check_includes
from pages import check_changelog, check_chatter, check_decisions, check_links, check_test_names

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

LINES_MAX = 500
# Markup and texts of the page have no formatter that would break them well.
WEB_COLUMNS_MAX = 170

# Files that may be longer, each with the reason why two files would be worse than one.
LONG_FILES: dict[str, str] = {}

# Machine-written or machine-read: nobody lays these out by hand.
GENERATED = re.compile(r"(^|/)package-lock\.json$|^LICENSE$|^clients/typescript/src/dialects/")


class Ban(NamedTuple):
    rule: str
    pattern: str
    applies: Callable[[str], bool]
    instead: str


def _prints_nothing(path: str) -> bool:
    return is_product(path) and not is_main(path) and not under(path, "clients/cli")


BANS = [
    Ban("coroutine", r"\bco_(await|return|yield)\b", is_cpp,
        "use callbacks: g++ 12 destroys some temporaries of such an expression twice"),
    Ban("endl", r"\bstd::endl\b", is_cpp, "write '\\n'; flush where a reader waits for it"),
    Ban("using-namespace", r"\busing\s+namespace\b(?!\s+(std::)?[\w:]*literals\b)", is_cpp,
        "name what is used, or put the code into the namespace (literals are fine)"),
    Ban("sleep", r"\b(this_thread::sleep_(for|until)|usleep|nanosleep)\b|(?<![\w.>:])sleep\s*\(", is_cpp,
        "wait for the event itself: poll with a timeout in programs, a condition with a deadline in tests"),
    Ban("print", r"(?<![\w.>])(std::)?(printf|puts|putchar|vprintf)\s*\(|\bstd::cout\b|\bstdout\b",
        _prints_nothing, "return the text, or hand it to the program's main: a library prints nothing"),
    Ban("unsafe-c", r"(?<![\w.>])(std::)?(sprintf|vsprintf|strcpy|strcat|strtok|gets)\s*\(", is_cpp,
        "use std::string and fmt::format_to"),
    Ban("parse-number", r"(?<![\w.>])(std::)?(atoi|atol|atoll|atof)\s*\(", is_cpp,
        "use std::from_chars and look at its error: these turn nonsense into 0"),
    Ban("random", r"(?<![\w.>])(std::)?s?rand\s*\(", is_cpp,
        "use a seeded engine that was passed in, so that a run can be repeated"),
    Ban("lock", r"\bstd::recursive_mutex\b", is_product,
        "find out who calls back, and post to it instead"),
]

# Spelled in halves, so that this file does not break its own rule.
_LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
_ABSOLUTE = re.compile(r"(?<![\w.])/wo" r"rk/")


def formatter_columns() -> int:
    """The width in .clang-format, so that the formatter and this test can't disagree."""
    with open(os.path.join(ROOT, ".clang-format"), encoding="utf-8") as file:
        match = re.search(r"^ColumnLimit: (\d+)$", file.read(), re.MULTILINE)
    return int(match[1]) if match else 100


COLUMNS_MAX = formatter_columns()


def check_bans(path: str, text: str) -> Problems:
    lines = text.split("\n")
    for number, line in numbered(code_only(text)):
        for ban in BANS:
            match = ban.applies(path) and re.search(ban.pattern, line)
            if match and not allowed(lines[number - 1], ban.rule):
                yield Problem(path, number, ban.rule, f"{match[0].strip()}: {ban.instead}")


def check_leftovers(path: str, text: str) -> Problems:
    for number, line in numbered(text):
        match = _LEFTOVER.search(line)
        if match:
            yield Problem(path, number, "leftover", f"{match[0]}: do it now, or leave the sentence out")
        if _ABSOLUTE.search(line):
            yield Problem(path, number, "path", "a path of one machine: use one relative to the root")


_BANNER = re.compile(r"^\s*(/{4,}|(//|/\*|\*|#)\s*([-=*#~/_])\3{3,}|#{5,}|/\*{3,})")


def check_layout(path: str, text: str) -> Problems:
    name = path.split("/")[-1]
    lines = text.split("\n")
    if path.endswith((".hpp", ".hh", ".cpp", ".cxx", ".c++")):
        yield Problem(path, 1, "name", "C++ files end in .h and .cc")
    if is_cpp(path) and not re.fullmatch(r"[a-z0-9_]+\.(cc|h)", name):
        yield Problem(path, 1, "name", "C++ files are named in snake_case")
    if path.endswith(".h") and "#pragma once" not in lines:
        yield Problem(path, 1, "pragma-once", "a header begins with #pragma once")
    if text and not text.endswith("\n"):
        yield Problem(path, len(lines), "newline", "end the file with a newline")
    columns_max = WEB_COLUMNS_MAX if path.endswith(WEB) else COLUMNS_MAX
    for number, line in enumerate(lines, start=1):
        if len(line) > columns_max and not allowed(line, "columns"):
            yield Problem(path, number, "columns", f"{len(line)} columns: break the line at {columns_max}")
        if _BANNER.search(line):
            yield Problem(path, number, "banner", "no banners: use a short comment, or make it a file")
    count = len(text.splitlines())
    if count > LINES_MAX and path not in LONG_FILES:
        yield Problem(path, count, "length", f"{count} lines: one idea per file of at most {LINES_MAX}; "
                      "make it two, or name it with the reason in LONG_FILES of tests/tidy/tidy.py")
    if count <= LINES_MAX and path in LONG_FILES:
        yield Problem(path, count, "length", "no longer too long: take it out of LONG_FILES of tidy.py")


def check(files: Files) -> list[Problem]:
    """Every broken rule in `files`, a mapping from path to text."""
    problems: list[Problem] = []
    for path, text in sorted(files.items()):
        if GENERATED.search(path):
            continue
        if is_cpp(path):
            problems += check_includes(path, text)
            problems += check_bans(path, text)
        if is_code(path) or path.endswith((".hpp", ".hh", ".cpp", ".cxx")):
            problems += check_layout(path, text)
        problems += check_leftovers(path, text)
        if path.endswith(".md"):
            problems += check_links(path, files)
            if under(path, "docs") or "/" not in path:
                problems += check_chatter(path, text)
                problems += check_test_names(path, text, files)
        if path == "CHANGELOG.md":
            problems += check_changelog(path, text)
    problems += check_decisions(files)
    return problems


def listed(root: str) -> list[str]:
    """What git tracks or would track; without git (an unpacked archive), every file but build products."""
    try:
        git = ["git", "-C", root, "-c", f"safe.directory={root}"]
        command = git + ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        output = subprocess.run(command, check=True, capture_output=True).stdout
        return sorted({name for name in output.decode().split("\0") if name})
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, names, files in os.walk(root):
            skipped = (".git", "build", "node_modules", "dist", "data", ".cache", "__pycache__")
            names[:] = [name for name in names if name not in skipped]
            found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
        return sorted(found)


def read_tree(root: str) -> Files:
    """Text files with their text. Others (pictures, seeds) are kept, empty: pages may link to them."""
    files: Files = {}
    for path in listed(root):
        full = os.path.join(root, path)
        if not os.path.isfile(full):
            continue
        with open(full, "rb") as file:
            data = file.read()
        try:
            files[path] = "" if under(path, "tests/fuzz/seeds") or b"\0" in data else data.decode()
        except UnicodeDecodeError:
            files[path] = ""
    return files


def main() -> int:
    root = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    files = read_tree(root)
    problems = check(files)
    for problem in problems:
        print(problem)
    for path, reason in LONG_FILES.items():
        print(f"note: {path} may be longer than {LINES_MAX} lines: {reason}")
    print(f"{len(files)} files checked, {len(problems)} problems")
    if not files:
        print(f"no files found below {root}")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
