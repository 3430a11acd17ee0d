#include "worker/demo/demo_kinds.h"

namespace longwire::demo {
namespace {

KindDescription of_count() {
    return {"Count to n, one log line each.",
            R"({
              "type": "object",
              "properties": {
                "n": {"type": "integer", "title": "Count to", "minimum": 0, "maximum": 1000000000},
                "interval_ms": {"type": "integer", "title": "Milliseconds between", "minimum": 0, "maximum": 86400000,
                                "default": 0},
                "bytes": {"type": "integer", "title": "Bytes of each line", "minimum": 0, "maximum": 1000000,
                          "default": 0}
              },
              "required": ["n"]
            })",
            R"({"n": 200, "interval_ms": 20})"};
}

KindDescription of_tokens() {
    return {"Stream a text word by word.",
            R"({
              "type": "object",
              "properties": {
                "text": {"type": "string", "title": "Text", "format": "textarea"},
                "delay_ms": {"type": "integer", "title": "Milliseconds between words", "minimum": 0,
                             "maximum": 86400000, "default": 20}
              },
              "required": ["text"]
            })",
            R"({"text": "Every event once, in order.", "delay_ms": 80})"};
}

KindDescription of_team() {
    return {"Several agents share a requirement.",
            R"({
              "type": "object",
              "properties": {
                "requirement": {"type": "string", "title": "Requirement", "format": "textarea"},
                "steps": {"type": "integer", "title": "Steps", "minimum": 1, "default": 5},
                "step_ms": {"type": "integer", "title": "Milliseconds of a step", "minimum": 0, "default": 400}
              },
              "required": ["requirement"]
            })",
            R"({"requirement": "Compare three event buses", "steps": 4})"};
}

KindDescription of_fail() {
    return {"Fail, and try again.",
            R"({
              "type": "object",
              "properties": {
                "after_ms": {"type": "integer", "title": "Fail after milliseconds", "minimum": 0, "maximum": 86400000,
                             "default": 0},
                "times": {"type": "integer", "title": "So many attempts", "minimum": 0,
                          "description": "All of them, unless said."}
              }
            })",
            R"({"after_ms": 500, "times": 2})"};
}

KindDescription of_sleep() {
    return {"Do nothing for a while.",
            R"({
              "type": "object",
              "properties": {
                "ms": {"type": "integer", "title": "Milliseconds", "minimum": 0, "maximum": 86400000},
                "ignore_cancel": {"type": "boolean", "title": "Ignore a cancel", "default": false}
              },
              "required": ["ms"]
            })",
            R"({"ms": 10000})"};
}

KindDescription of_echo() {
    return {R"(Answer each input until {"end": true}.)", R"({"type": "object", "properties": {}})", "{}"};
}

KindDescription of_parts() {
    return {"Start tasks below it and wait for them.",
            R"({
              "type": "object",
              "properties": {
                "parts": {"type": "integer", "title": "Parts", "minimum": 1, "maximum": 1000},
                "n": {"type": "integer", "title": "Each counts to", "minimum": 0, "maximum": 1000000000, "default": 10},
                "interval_ms": {"type": "integer", "title": "Milliseconds between", "minimum": 0, "maximum": 86400000,
                                "default": 0}
              },
              "required": ["parts"]
            })",
            R"({"parts": 3, "n": 100, "interval_ms": 50})"};
}

}  // namespace

void serve_all(Worker& worker) {
    worker.serve("demo.count", count, of_count())
        .serve("demo.tokens", tokens, of_tokens())
        .serve("demo.team", team, of_team())
        .serve("demo.fail", fail, of_fail())
        .serve("demo.sleep", sleep_through, of_sleep())
        .serve("demo.echo", echo, of_echo())
        .serve("demo.parts", parts, of_parts());
}

}  // namespace longwire::demo
