#!/usr/bin/env python3
"""Says what is wrong with the schemas of products' messages: each must be sound, each message must have a title, a
description and examples, and each example must fit its own message, and be let in or sent as what it is."""

import json
import sys
from pathlib import Path
from typing import Any, Iterator

from jsonschema import Draft202012Validator, SchemaError

FOLDER = Path(__file__).parent


def messages(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for way in ("in", "out"):
        for one in schema["$defs"][way]["oneOf"]:
            yield way, one["$ref"].removeprefix("#/$defs/")


def faults(schema: dict[str, Any]) -> Iterator[str]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"is no schema: {error.message}"
        return
    for way, name in messages(schema):
        message = schema["$defs"].get(name)
        if message is None:
            yield f"{way}: there is no {name}"
            continue
        for word in ("title", "description", "examples"):
            if not message.get(word):
                yield f"{name} has no {word}"
        for number, example in enumerate(message.get("examples", [])):
            for part in (name, way):
                validator = Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]})
                for error in validator.iter_errors(example):
                    yield f"example {number} of {name} does not fit {part}: {error.json_path}: {error.message}"


def main() -> int:
    found = 0
    for path in sorted(FOLDER.glob("*.json")):
        for fault in faults(json.loads(path.read_text())):
            print(f"{path.name}: {fault}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
