#!/usr/bin/env python3
"""Writes the test vectors beside this file: bytes as hex, made with Python's msgpack and zlib from the specification
alone, so that what reads them checks itself against something that it shares no code with.

    generate.py           write the files
    generate.py --check   exit 1 where a file is not what would be written
"""

import base64
import json
import os
import sys
import zlib

sys.dont_write_bytecode = True  # link_examples is beside this file, in the source tree

import link_examples  # noqa: E402
import msgpack  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PARTITIONS = (1, 2, 16, 64, 256)


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def topics():
    paths = ["dev/task/8f3a", "dev/room/ops", "acme/agent/CLINE-1", "a/b", "acme/Größe/café", "dev/a/b/c/d/e/f/g/h",
             "r" * 64 + "/" + "t" * 255]
    good = []
    for path in paths:
        crc = zlib.crc32(path.encode())
        partitions = {str(n): crc % n for n in PARTITIONS}
        key = b"%02x/" % (crc % 256) + path.encode() + b"\0"
        good.append({"path": path, "crc32": crc, "partitions": partitions, "key_of_256": key.hex()})
    bad = {
        "empty": b"",
        "no end": b"00/dev/a",
        "two ends": b"00/dev/a\0\0",
        "upper case": b"AB/dev/a\0",
        "one digit": b"0/dev/a\0",
        "no hex": b"0g/dev/a\0",
        "no topic": b"00/dev\0",
        "empty topic": b"00/dev/\0",
        "empty realm": b"00//a\0",
        "empty level": b"00/dev/a//b\0",
        "wildcard": b"00/dev/a/+\0",
        "control character": b"00/dev/a\x1f\0",
        "not UTF-8": b"00/dev/\xff\0",
        "realm is no name": b"00/d v/a\0",
        "topic too long": b"00/dev/" + b"t" * 256 + b"\0",
        "seventeen levels": b"00/dev/" + b"/".join([b"a"] * 17) + b"\0",
    }
    return {"topics": good, "refused_keys": [{"why": why, "key": key.hex()} for why, key in bad.items()]}


def filters():
    matches = [
        ("a", "a", True), ("a", "b", False), ("a/b", "a/b", True), ("a/b", "a", False), ("a", "a/b", False),
        ("+", "a", True), ("+", "a/b", False), ("a/+", "a/b", True), ("a/+", "a", False), ("a/+", "a/b/c", False),
        ("+/b", "a/b", True), ("+/+", "a/b", True), ("a/+/c", "a/b/c", True), ("a/+/c", "a/c", False),
        ("#", "a", True), ("#", "a/b/c", True), ("a/#", "a", True), ("a/#", "a/b", True), ("a/#", "a/b/c", True),
        ("a/#", "ab", False), ("+/#", "a", True), ("a/+/#", "a", False), ("a/+/#", "a/b", True),
        ("#", "$sys/x", True), ("task/+", "task/8f3a", True), ("Room/+", "room/ops", False),
    ]
    refused = ["", "/", "a/", "/a", "a//b", "a+", "+a", "a#", "a/b#", "#/a", "a/#/b", "++", "a/+b", "a\n/+",
               "a/" * 16 + "+"]
    return {"matches": [{"filter": f, "topic": t, "matches": m} for f, t, m in matches], "refused": refused}


def envelope(producer, incarnation, sequence, time_us, type_, task=None, attempt=0, headers=None, payload=None):
    fields = {"producer": producer, "incarnation": incarnation, "sequence": sequence, "time_us": time_us, "type": type_,
              "task": task or "", "attempt": attempt, "headers": pack(headers).hex() if headers else "",
              "payload": pack(payload).hex()}
    body = [producer, incarnation, sequence, time_us, type_, task, attempt, headers, payload]
    return {"fields": fields, "bytes": pack(body).hex()}


def envelopes():
    now = 1_700_000_000_123_456
    good = {
        "a task's progress": envelope("worker-1", now, 42, now, "task.progress", "8f3a", 2, None,
                                      {"progress": 0.5, "message": "halfway"}),
        "a client's message with a key": envelope("client", 0, 0, now, "note", None, 0, {"user": "ada", "key": "once"},
                                                  {"text": "Grüße"}),
        "nothing but what must be": envelope("p", 0, 0, 0, "log"),
        "the largest numbers": envelope("p", 2**64 - 1, 2**64 - 1, 2**63 - 1, "log", "t", 2**32 - 1, None, 2**64 - 1),
        "the smallest time": envelope("p", 1, 1, -(2**63), "log", None, 0, None, -(2**63)),
        "bytes as payload": envelope("p", 1, 2, 3, "artifact", None, 0, None, b"\0\xff"),
        "64 levels": envelope("p", 1, 2, 3, "log", None, 0, None, nested(64)),
    }
    plain = ["p", 1, 2, 3, "log", None, 0, None, None]

    def changed(at, value):
        return pack(plain[:at] + [value] + plain[at + 1:])

    bad = {
        "eight elements": pack(plain[:8]),
        "ten elements": pack(plain + [None]),
        "a map": pack({}),
        "followed by another": pack(plain) + pack(plain),
        "cut": pack(plain)[:-1],
        "no producer": changed(0, None),
        "empty producer": changed(0, ""),
        "producer is no name": changed(0, "a/b"),
        "producer too long": changed(0, "p" * 129),
        "producer as bytes": changed(0, b"p"),
        "negative incarnation": changed(1, -1),
        "negative sequence": changed(2, -1),
        "time as a float": changed(3, 1.5),
        "time beyond 63 bits": changed(3, 2**63),
        "no type": changed(4, None),
        "type is no name": changed(4, "a b"),
        "task is no name": changed(5, "a/b"),
        "attempt beyond 32 bits": changed(6, 2**32),
        "headers are an array": changed(7, []),
        "headers too large": changed(7, {"k": "v" * (16 << 10)}),
        "payload too large": changed(8, b"b" * (1 << 20)),
        "65 levels": changed(8, nested(65)),
    }
    return {"envelopes": [{"name": name, **vector} for name, vector in good.items()],
            "refused": [{"why": why, "bytes": shortened(data)} for why, data in bad.items()]}


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def shortened(data):
    """Hex, or for long runs of one byte the parts [hex, times, hex]: a megabyte is not for a file of vectors."""
    if len(data) < 1000:
        return data.hex()
    run = data[len(data) // 2:len(data) // 2 + 1]
    start = data.index(run * 100)
    end = len(data)
    while data[end - 1:end] != run:
        end -= 1
    assert data[start:end] == run * (end - start)
    return [data[:start].hex(), run.hex(), end - start, data[end:].hex()]


def timestamp(seconds, nanoseconds, size):
    """The timestamp extension's bytes: msgpack's own would choose the size."""
    if size == 4:
        return b"\xd6\xff" + seconds.to_bytes(4, "big")
    if size == 8:
        return b"\xd7\xff" + (nanoseconds << 34 | seconds).to_bytes(8, "big")
    return b"\xc7\x0c\xff" + nanoseconds.to_bytes(4, "big") + seconds.to_bytes(8, "big", signed=True)


def text(value):
    """JSON as append_json writes it: no blanks, no escapes but those that must be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def jsons():
    both = [None, True, False, 0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53 + 1, 2**63, 2**64 - 1,
            -1, -32, -33, -128, -129, -(2**15), -(2**31), -(2**63), 0.5, -1.5, 0.1, 5e-324,
            "", "hello", "Grüße \U0001F600", "a\"b\\c", "\n\r\t", "x" * 31, "x" * 32, "x" * 256,
            [], [1, "a", None], list(range(16)), {}, {"a": 1, "b": [{}]}, nested(64)]
    shown = [
        ("NaN", pack(float("nan")), "null"),
        ("infinity", pack(float("inf")), "null"),
        ("a float of 32 bits", msgpack.packb(1.5, use_single_float=True), "1.5"),
        ("bin", pack(b"\0\xff"), text(base64.b64encode(b"\0\xff").decode())),
        ("empty bin", pack(b""), '""'),
        ("timestamp 32", timestamp(1_700_000_000, 0, 4), '"2023-11-14T22:13:20Z"'),
        ("timestamp 64", timestamp(1_700_000_000, 1, 8), '"2023-11-14T22:13:20.000000001Z"'),
        ("timestamp 96 before 1970", timestamp(-1, 500_000_000, 12), '"1969-12-31T23:59:59.500000000Z"'),
        ("timestamp 96 in the year 1", timestamp(-62_135_596_800, 0, 12), '"0001-01-01T00:00:00Z"'),
        ("too many nanoseconds", timestamp(0, 10**9, 8), '{"ext":-1,"base64":"7msoAAAAAAA="}'),
        ("another extension", pack(msgpack.ExtType(5, b"f")), '{"ext":5,"base64":"Zg=="}'),
        ("a key that is a number", msgpack.packb({1: None}), '{"1":null}'),
        ("a key that is an array", bytes.fromhex("819201a16101"), '{"[1,\\"a\\"]":1}'),
        ("bytes that are no UTF-8", bytes.fromhex("a361ff62"), '"a\ufffdb"'),
        ("a control character", pack("\x01"), '"\\u0001"'),
        ("a positive integer encoded as signed", bytes.fromhex("d10005"), "5"),
    ]
    read = [("a fraction that is none", "1.0", pack(1)), ("an exponent", "1e2", pack(100)),
            ("beyond 64 bits", "18446744073709551616", pack(2.0**64)),
            ("escapes", '"\\u00fc\\ud83d\\ude00\\/"', pack("ü\U0001F600/")),
            ("blanks", ' { "a" : [ 1 ] } ', pack({"a": [1]})), ("duplicate keys", '{"a":1,"a":2}', pack({"a": 2}))]
    not_msgpack = ["", "c1", "91", "81a161", "a261", "0000", "ddffffffff", "8181010203", pack(nested(65)).hex()]
    not_json = ["", "{", "[1,]", "{a:1}", "nul", "01", "'a'", "1 2", "NaN", '"\\ud83d"', '"\t"', "[" * 65 + "]" * 65]
    return {"both": [{"msgpack": pack(value).hex(), "json": text(value)} for value in both],
            "shown": [{"name": n, "msgpack": m.hex(), "json": j} for n, m, j in shown],
            "read": [{"name": n, "json": j, "msgpack": m.hex()} for n, j, m in read],
            "not_msgpack": not_msgpack, "not_json": not_json}


def links():
    return {name: [{"message": message, "kind": kind, "number": number, "fields": shown(fields),
                    "bytes": pack([kind, number, *fields]).hex()}
                   for number, (message, kind, fields) in enumerate(examples, start=1)]
            for name, examples in link_examples.ALL.items()}


def shown(value):
    """Fields for people to read: bytes as {"hex": …}."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, (list, tuple)):
        return [shown(element) for element in value]
    return value


FILES = {"topics.json": topics, "filters.json": filters, "envelopes.json": envelopes, "json.json": jsons,
         "links.json": links}


def main():
    stale = []
    for name, make in FILES.items():
        path = os.path.join(HERE, name)
        wanted = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(wanted)
            continue
        with open(path, encoding="utf-8") as file:
            if file.read() != wanted:
                stale.append(name)
    for name in stale:
        print(f"{name} is not what generate.py writes: run it, and look at the difference")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
