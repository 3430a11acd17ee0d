"""The core decides, and does nothing else: no socket, clock, thread, file or event loop."""

from __future__ import annotations

import ast
from pathlib import Path

CORE = Path(__file__).parents[2] / "longwire/_core"
# Of threads only what keeps a packer for each, of time nothing.
ALLOWED = {
    "__future__", "collections", "dataclasses", "enum", "hashlib", "itertools", "json", "re", "threading", "typing",
    "zlib", "msgpack",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


def test_the_core_imports_nothing_that_acts() -> None:
    files = sorted(CORE.glob("*.py"))
    assert len(files) > 5
    for path in files:
        assert imported(path) <= ALLOWED - (set() if path.name == "values.py" else {"threading"}), path.name


def test_the_core_knows_nobody_outside() -> None:
    for path in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, ast.ImportFrom) or node.level <= 1, path.name
