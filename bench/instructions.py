#!/usr/bin/env python3
"""What the hot functions cost in instructions, held against what they are known to cost.

    instructions.py [--bin FOLDER] [--markdown] [--update] [NAME...]

Valgrind counts the instructions of `hot_functions`, which was built by the preset `release`, and only those within the
function `longwire_counted`. Counts don't depend on how busy a machine is, nor on which one it is:

- With another compiler, C library or the like than those that bench/instructions.json names, nothing is compared.
- glibc chooses memcpy and its kin by what the processor can do. Here it takes those that every x86-64 can run. Left to
  itself on one with AVX2 and ERMS, 14 of 66 counts were beyond the slack: from 19 % less to four times as many, since
  Valgrind counts each byte of a `rep movsb`.

A function that takes over 3 % more instructions than is known fails the run, one that takes over 3 % less is warned of.
--update records what was counted, there and in the table of docs/performance.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASELINE = os.path.join(ROOT, "bench", "instructions.json")
PAGE = os.path.join(ROOT, "docs", "performance.md")
TABLE_BEGINS = "<!-- made by bench/instructions.py --update -->\n"
TABLE_ENDS = "<!-- end -->\n"

SLACK = 0.03

# Everything by which glibc 2.36 chooses between string functions.
PLAIN_STRING_FUNCTIONS = "glibc.cpu.hwcaps=" + ",".join(
    f"-{feature}" for feature in (
        "SSSE3", "SSE4_1", "SSE4_2", "AVX", "AVX2", "AVX512F", "AVX512VL", "AVX512BW", "BMI1", "BMI2", "LZCNT", "MOVBE",
        "POPCNT", "RTM", "ERMS", "FSRM", "Slow_BSF", "Fast_Copy_Backward", "Fast_Unaligned_Copy", "Fast_Unaligned_Load",
        "AVX_Fast_Unaligned_Load"))

Counts = dict[str, float]  # instructions for each event, by a function's name


class Function(NamedTuple):
    name: str
    what: str
    instructions: float  # for each event


class Comparison(NamedTuple):
    failures: list[str]
    warnings: list[str]


def toolchain(program: str) -> dict[str, str]:
    """What the counts depend on beside the project's own code."""
    lines = subprocess.run([program, "--toolchain"], check=True, capture_output=True, text=True).stdout.splitlines()
    found = dict(line.split("\t") for line in lines)
    version = subprocess.run(["valgrind", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return {"machine": platform.machine(), **found, "valgrind": version.removeprefix("valgrind-")}


def total(path: str) -> int:
    with open(path, encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("totals:"))


def count(program: str, names: list[str]) -> list[Function]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "-q", "--tool=callgrind", "--toggle-collect=longwire_counted",
                   f"--callgrind-out-file={folder}/%p", program, *names]
        # Nothing of the caller's surroundings: they lie on the stack, and would shift what is behind them.
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "GLIBC_TUNABLES": PLAIN_STRING_FUNCTIONS,
                       "LD_BIND_NOW": "1"}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"instructions: the counting ended with status {run.returncode}")
        functions = []
        for line in run.stdout.splitlines():
            name, events, process, what = line.split("\t")
            each = total(os.path.join(folder, process)) / int(events)
            functions.append(Function(name, what, round(each, 3)))
        return functions


def compare(functions: list[Function], known: Counts, is_whole: bool) -> Comparison:
    """`is_whole`: all functions there are have been counted."""
    failures, warnings = [], []
    for function in functions:
        before = known.get(function.name)
        if before is None:
            failures.append(f"{function.name} has no known cost: record it with --update")
            continue
        change = function.instructions / before - 1
        told = f"{function.name}: {before:,.0f} -> {function.instructions:,.0f} instructions ({change:+.1%})"
        if change > SLACK:
            failures.append(told)
        elif change < -SLACK:
            warnings.append(f"{told}: record the gain with --update")
    if is_whole:
        gone = sorted(known.keys() - {function.name for function in functions})
        failures += [f"{name} is not there any more: take it out with --update" for name in gone]
    return Comparison(failures, warnings)


def table(functions: list[Function]) -> str:
    """In Markdown: first what goes by batches, then what goes one by one."""
    batched: dict[str, dict[str, float]] = {}
    what_of = {}
    single = []
    for function in functions:
        name, _, batch = function.name.partition("/")
        what_of[name] = function.what
        if batch:
            batched.setdefault(name, {})[batch] = function.instructions
        else:
            single.append(function)
    lines = []
    if batched:
        lines += ["| instructions for each event | | batch of 1 | batch of 64 |", "|---|---|---:|---:|"]
        for name, counts in batched.items():
            cells = " | ".join(f"{counts[batch]:,.0f}" if batch in counts else "" for batch in ("1", "64"))
            lines.append(f"| `{name}` | {what_of[name]} | {cells} |")
    if single:
        lines += [""] if lines else []
        lines += ["| instructions each time | | |", "|---|---|---:|"]
        lines += [f"| `{one.name}` | {one.what} | {one.instructions:,.0f} |" for one in single]
    return "\n".join(lines) + "\n"


def with_table(page: str, new: str) -> str:
    before, begins, rest = page.partition(TABLE_BEGINS)
    _, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        sys.exit(f"instructions: {PAGE} has no place for the table")
    return f"{before}{begins}\n{new}\n{ends}{after}"


def update(tools: dict[str, str], functions: list[Function]) -> None:
    counts = {function.name: function.instructions for function in functions}
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump({"toolchain": tools, "instructions": counts}, file, indent=2)
        file.write("\n")
    with open(PAGE, encoding="utf-8") as file:
        page = with_table(file.read(), table(functions))
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


def differences(known: dict[str, str], here: dict[str, str]) -> list[str]:
    names = {**known, **here}
    return [f"{name} {here.get(name, 'none')} instead of {known.get(name, 'none')}"
            for name in names if known.get(name) != here.get(name)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"), help="where hot_functions is")
    parser.add_argument("--markdown", action="store_true", help="print the table too")
    parser.add_argument("--update", action="store_true", help="record what is counted")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only those functions that begin so")
    arguments = parser.parse_args()
    if arguments.update and arguments.names:
        parser.error("--update records all functions: leave the names out")

    program = os.path.join(arguments.bin, "hot_functions")
    tools = toolchain(program)
    with open(BASELINE, encoding="utf-8") as file:
        baseline = json.load(file)
    differing = differences(baseline["toolchain"], tools)
    if differing and not arguments.update and not arguments.markdown:
        print(f"skipped: what is known is not comparable, this is {', '.join(differing)}")
        return 0

    functions = count(program, arguments.names)
    if not functions:
        parser.error("no function begins so")
    if arguments.markdown:
        print(table(functions))
    if arguments.update:
        update(tools, functions)
        print(f"recorded {len(functions)} functions in bench/instructions.json and docs/performance.md")
        return 0
    if differing:
        return 0
    failures, warnings = compare(functions, baseline["instructions"], not arguments.names)
    for warning in warnings:
        print(f"warning: {warning}")
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{len(functions)} functions counted, {len(failures)} cost more than is known, {len(warnings)} less")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
