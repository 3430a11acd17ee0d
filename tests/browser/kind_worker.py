#!/usr/bin/env python3
"""A stranger's worker, whose kind the page knows nothing of but what it says of it. The result is the input."""

from longwire import TaskContext, Worker

worker = Worker("stranger-1")


@worker.task(
    "stranger.greet",
    about="Greet somebody, as often as you like.",
    input_schema={
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "Whom", "description": "A first name will do."},
            "letter": {"type": "string", "title": "Letter", "format": "textarea"},
            "times": {"type": "integer", "title": "How often", "minimum": 1, "maximum": 9, "default": 3},
            "loud": {"type": "boolean", "title": "Loud"},
            "tone": {"title": "Tone", "enum": ["warm", "cold"]},
            "words": {"type": "array", "title": "Words", "items": {"type": "string"}},
            "more": {"type": "object", "properties": {"deep": {"type": "string"}}},
        },
        "required": ["name"],
    },
)
async def greet(ctx: TaskContext) -> object:
    return ctx.input


if __name__ == "__main__":
    worker.main()
