"""What `/v1/openapi.json` says is what the edge does: every operation is called, and every answer must fit its schema,
with no property that the schema leaves out; and each property that it names must have been seen in some answer."""

from __future__ import annotations

import http.client
import json
import re
import socket
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from cluster import Cluster, eventually
from jsonschema import Draft202012Validator

SPEC = Path(__file__).parents[2] / "protocol/spec/client.md"
METHODS = ("get", "post", "put", "delete")


class Description:
    """The document, and which parts of it answers have shown to be true."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.seen: set[tuple[str, str]] = set()  # name of a schema, or of an operation and status, and property
        self.called: set[str] = set()

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            part: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                part = part[step]
            schema = part
        return schema

    def strict(self, schema: Any) -> Any:
        """The same without references, and nothing is let through that is not named."""
        if isinstance(schema, list):
            return [self.strict(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        schema = {key: self.strict(part) for key, part in self.resolve(schema).items()}
        if "properties" in schema:
            schema["additionalProperties"] = False
        return schema

    def note(self, where: str, schema: dict[str, Any], value: Any) -> None:
        name = schema.get("$ref", where).rsplit("/", 1)[-1] if "$ref" in schema else where
        schema = self.resolve(schema)
        for option in schema.get("oneOf", []):
            if Draft202012Validator(self.strict(option)).is_valid(value):
                self.note(name, option, value)
        if isinstance(value, list) and "items" in schema:
            for item in value:
                self.note(name + "[]", schema["items"], item)
        if isinstance(value, dict):
            for key, part in schema.get("properties", {}).items():
                if key in value:
                    self.seen.add((name, key))
                    self.note(f"{name}.{key}", part, value[key])

    def named(self) -> set[tuple[str, str]]:
        """Every property of every answer."""
        found: set[tuple[str, str]] = set()

        def walk(where: str, schema: dict[str, Any]) -> None:
            name = schema["$ref"].rsplit("/", 1)[-1] if "$ref" in schema else where
            schema = self.resolve(schema)
            for option in schema.get("oneOf", []):
                walk(name, option)
            if "items" in schema:
                walk(name + "[]", schema["items"])
            for key, part in schema.get("properties", {}).items():
                if (name, key) not in found:
                    found.add((name, key))
                    walk(f"{name}.{key}", part)

        for _, _, operation in self.operations():
            for status, response in operation["responses"].items():
                for media in self.resolve(response).get("content", {}).values():
                    walk(f"{operation['operationId']} {status}", media["schema"])
        return found


class Api:
    def __init__(self, cluster: Cluster, description: Description) -> None:
        self._port = cluster.ports[0]
        self._description = description

    def call(self, operation_id: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Calls an operation at a real path and checks the answer; returns it with its status."""
        method, pattern, operation = next(
            found for found in self._description.operations() if found[2]["operationId"] == operation_id
        )
        expression = re.sub(r"\\\{\w+\\\}", ".+", re.escape(pattern))
        assert re.fullmatch(expression, path.split("?")[0]), f"{path} is no {pattern}"
        status, kind, text = self.send(method.upper(), path, body, headers)
        responses = operation["responses"]
        response = self._description.resolve(responses.get(str(status), responses["default"]))
        assert str(status) in responses or status >= 400, f"{operation_id} answers {status}: {text}"
        assert kind.split(";")[0] in response["content"], f"{operation_id} {status} is {kind}"
        schema = response["content"][kind.split(";")[0]]["schema"]
        value = json.loads(text)
        Draft202012Validator(self._description.strict(schema)).validate(value)
        where = str(status) if str(status) in responses else "default"
        self._description.note(f"{operation_id} {where}", schema, value)
        self._description.called.add(operation_id)
        return status, value

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            kind = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, content, kind | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
        finally:
            connection.close()

    def stream(self, path: str) -> dict[str, Any]:
        """The first event of a stream."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Content-Type")) == (200, "text/event-stream")
            while True:
                line = answer.readline().decode()
                if line.startswith("data: "):
                    return dict(json.loads(line.removeprefix("data: ")))
        finally:
            connection.close()


class StillReader:
    """Opens a stream and takes nothing of it."""

    def __init__(self, port: int, topic: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(f"GET /v1/events?topic={topic} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        beginning = b""
        while b"id: " not in beginning:  # the stream has its place
            beginning += self._socket.recv(1)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def described(make_cluster: Callable[..., Cluster]) -> tuple[Cluster, Api, Description]:
    cluster = make_cluster()
    cluster.start_demo("demo")
    status, document = cluster.request("GET", "/v1/openapi.json")
    assert status == 200
    description = Description(document)
    return cluster, Api(cluster, description), description


def test_every_answer_fits_and_every_property_is_real(described: tuple[Cluster, Api, Description]) -> None:
    cluster, api, description = described
    team = {"kind": "demo.team", "input": {"requirement": "a plan"}, "task": "team", "max_attempts": 1}
    assert api.call("startTask", "/v1/tasks", team)[0] == 201
    assert api.call("startTask", "/v1/tasks", team)[0] == 200
    cluster.wait_for_state("team", "COMPLETED")
    api.call("startTask", "/v1/tasks", {"kind": "demo.count", "task": "bad", "input": {"n": "no number"}})
    cluster.wait_for_state("bad", "FAILED")
    echo = {"kind": "demo.echo", "task": "echo", "concurrency": {"key": "k", "limit": 1}}
    api.call("startTask", "/v1/tasks", echo, {"Idempotency-Key": "one"})
    api.call("startTask", "/v1/tasks", echo, {"Idempotency-Key": "one"})
    cluster.wait_for_event("echo", "task.waiting")
    api.call("startTask", "/v1/tasks", {"kind": "demo.count", "task": "held", "hold": True, "parent": "echo"})

    for task in ("team", "bad", "echo", "held"):
        api.call("getTask", f"/v1/tasks/{task}")
    api.call("getTask", "/v1/tasks/team?output=true")
    api.call("getTask", "/v1/tasks/echo?output=true")
    _, first = api.call("listTasks", "/v1/tasks?limit=2")
    api.call("listTasks", f"/v1/tasks?after={first['next']}")
    assert len(api.call("listTasks", "/v1/tasks?state=COMPLETED&kind=demo.team")[1]["tasks"]) == 1
    assert len(api.call("listTasks", "/v1/tasks?parent=echo")[1]["tasks"]) == 1
    assert len(api.call("listTasks", "/v1/tasks?root=echo")[1]["tasks"]) == 2

    api.call("feedTask", "/v1/tasks/echo/input", {"data": "hello"})
    api.call("listWorkers", "/v1/workers")
    api.call("listKinds", "/v1/kinds")

    reader = StillReader(cluster.ports[0], "room/slow")
    large = [{"type": "note", "data": "x" * 9_000}] * 100

    def somebody_is_slow() -> bool:
        api.call("publish", "/v1/topics/room/slow/events", large)
        return bool(api.call("showCluster", "/v1/cluster")[1]["edges"][0]["slow"])

    eventually(somebody_is_slow, "a reader that is behind")
    reader.close()
    api.call("cancelTask", "/v1/tasks/echo/cancel", {"reason": "enough"})
    api.call("runTask", "/v1/tasks/team/run")
    api.call("readEvents", "/v1/topics/task/team/events?limit=5&after=1")
    api.call("publish", "/v1/topics/room/ops/events", {"type": "note", "data": 1, "key": "k"})
    api.call("publish", "/v1/topics/room/ops/events", [{"type": "note"}, {"type": "note", "data": {}}])
    api.call("readEvents", "/v1/topics/room/ops/events")

    event = api.stream("/v1/events?topic=task/team&from=start")
    Draft202012Validator(description.strict({"$ref": "#/components/schemas/Event"})).validate(event)
    description.called.add("streamEvents")

    assert api.call("startTask", "/v1/tasks", {"kind": "demo.count", "priority": 1_000})[1]["field"] == "priority"
    assert api.call("getTask", "/v1/tasks/nobody")[1]["code"] == "not_found"
    assert api.call("startTask", "/v1/tasks", {**team, "input": 2})[1]["code"] == "conflict"

    assert {operation["operationId"] for _, _, operation in description.operations()} == description.called
    assert description.named() - description.seen == set(), "named, but never in an answer"


def test_the_schemas_are_schemas(described: tuple[Cluster, Api, Description]) -> None:
    description = described[2]
    assert description.document["openapi"].startswith("3.1.")
    for schema in description.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        description.strict(schema)  # finds references to nothing


def test_a_start_takes_what_is_described_and_nothing_else(described: tuple[Cluster, Api, Description]) -> None:
    cluster, api, description = described
    named = set(description.document["components"]["schemas"]["Start"]["properties"])
    for name in named - {"input"}:
        status, answer = cluster.request("POST", "/v1/tasks", {"kind": "demo.count", name: {"not": "right"}})
        assert (status, answer["field"].split(".")[0]) == (400, name)
    row = re.search(r"^\| `start` \| (.*?) \| task, topic", SPEC.read_text(), re.MULTILINE)
    assert row is not None
    fields = re.sub(r"\([^)]*\)|\{[^}]*\}", "", row[1])
    of_websockets = {"watch"}
    assert named == {field.strip(" :?") for field in fields.split(",")} - of_websockets


def test_what_is_not_described_is_not_allowed(described: tuple[Cluster, Api, Description]) -> None:
    _, api, description = described
    for path, item in description.document["paths"].items():
        real = path.replace("{task}", "nobody").replace("{topic}", "room/ops")
        for method in METHODS:
            if method not in item:
                status, kind, text = api.send(method.upper(), real, {})
                assert (status, kind) == (405, "application/problem+json"), f"{method} {real}: {text}"
