#!/usr/bin/env python3
"""Makes a copy of a source with a fault in it: mutate.py MUTANT ROOT COPY.

A mutant says which file, what the fault is, the exact text that is right, and the one that takes its place:

    file: broker/core/broker.cc
    Acknowledges before the log has it.
    --- right
    ...
    --- wrong
    ...

The right text must occur exactly once: a mutant that no longer fits its source is an error, not a fault found.
"""

import os
import re
import sys


def main() -> int:
    mutant_path, root, copy_path = sys.argv[1:]
    with open(mutant_path, encoding="utf-8") as file:
        form = re.fullmatch(r"file: (\S+)\n(.+?)\n--- right\n(.*\n)--- wrong\n(.*)", file.read(), re.DOTALL)
    if not form:
        sys.exit(f"{mutant_path}: is not of the form that {os.path.basename(__file__)} describes")
    source_path, _, right, wrong = form.groups()
    with open(os.path.join(root, source_path), encoding="utf-8") as file:
        source = file.read()
    found = source.count(right)
    if found != 1:
        sys.exit(f"{mutant_path}: its right text occurs {found} times in {source_path}, instead of once")
    os.makedirs(os.path.dirname(copy_path), exist_ok=True)
    with open(copy_path, "w", encoding="utf-8") as file:
        file.write(source.replace(right, wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
