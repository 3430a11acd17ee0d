"""One example of every link message: its name, its kind and its fields in order (protocol/spec/links.md)."""

import msgpack

NOW = 1_700_000_000_000_000
EPOCH = 0x0123456789ABCDEF
ATTEMPT = ["dev", "8f3a", 2]
KEY = b"2a/dev/task/8f3a\0"
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]}
ENVELOPE = msgpack.packb(["worker-1", NOW, 7, NOW, "log", None, 2, None, {"message": "hello"}])

WORKER_TO_BROKER = [
    ("WorkerHello", 1, [1, "worker-1", NOW, ["demo.count", "demo.echo"], 4, "longwire-worker-demo 0.1.0", [ATTEMPT],
                        [[0, 12], [42, 7]]]),
    ("WorkerHeartbeat", 2, [[[0, 13], [42, 9]]]),
    ("ResentEvents", 3, [KEY, ENVELOPE + ENVELOPE]),
    ("HandBack", 4, [ATTEMPT, "draining"]),
    ("WorkerDraining", 5, []),
    ("WorkerBye", 6, []),
    ("StartChild", 7, [ATTEMPT, "part 1", {"kind": "demo.count", "input": {"n": 10}, "task": "1c2d"}]),
    ("AttemptsWaiting", 8, [3]),
    ("DescribeKinds", 9, [[["demo.count", "Count to n.", SCHEMA, {"n": 10}], ["demo.echo", "", None, None]]]),
]

BROKER_TO_WORKER = [
    ("WorkerWelcome", 65, [1, "broker-1", 64, 8 << 20, [[42, 7]], 1700000000000001, 9]),
    ("EventsCommitted", 66, [[[42, 8]], 2]),
    ("ResendRequest", 67, [42, 8, 9]),
    ("AssignTask", 68, [ATTEMPT, 1, "demo.count", {"n": 10}, 60_000]),
    ("CancelTask", 69, [ATTEMPT, "asked for by ada", 10_000]),
    ("TaskInput", 70, [ATTEMPT, 17, {"text": "go on"}]),
    ("RevokeAttempt", 71, [ATTEMPT, "another worker has it"]),
    ("EventRefused", 72, [[42, 9], "conflict", "the attempt is over"]),
    ("BrokerHeartbeat", 73, []),
    ("LinkReset", 74, ["no session"]),
    ("HelloRefused", 75, ["this broker speaks another version of the link"]),
    ("ChildState", 76, [ATTEMPT, "part 1", "1c2d", "COMPLETED", {"n": 10}, None]),
    ("ChildRefused", 77, [ATTEMPT, "part 1", "unavailable", "the queue of demo.count is full", "kind", 1000]),
    ("DescriptionRefused", 78, ["demo.count", "too_large", "of kind demo.count is too large", "example"]),
]

EDGE_TO_BROKER = [
    ("EdgeHello", 1, [1, "edge-1", 16 << 20]),
    ("Subscribe", 2, [1, "dev/task/8f3a", EPOCH, 41]),
    ("Unsubscribe", 3, ["dev/task/8f3a"]),
    ("SubscribeFilter", 4, [2, "dev", "task/+"]),
    ("UnsubscribeFilter", 5, ["dev", "task/+"]),
    ("Credit", 6, [4 << 20]),
    ("Request", 7, [3, "dev", "ada", "state", {"task": "8f3a"}]),
    ("EdgeHeartbeat", 8, []),
    ("EdgeBye", 9, []),
    ("Fetch", 10, [4, "dev/task/8f3a", 0, 0, 500]),
    ("ConnectionGone", 11, ["conn-4k2j"]),
    ("EdgeReport", 12, ["longwire-edge 0.1.0",
                        [NOW, 1200, 40, 1 << 20, 3, 1500, 2, 1, 90_000, 1_080_000, 500, 20, 0, [4000, 310, 900, 2100],
                         [4000, 620, 4100, 9000]],
                        [["conn-4k2j", "dev", "ada", "192.0.2.7", 2, 1800, 270_000, NOW]]]),
]

BROKER_TO_EDGE = [
    ("EdgeWelcome", 65, [1, "broker-1", 64, 12]),
    ("Subscribed", 66, [1, EPOCH, 41, 44, 1]),
    ("Deliver", 67, [[["dev/task/8f3a", EPOCH, 42, [ENVELOPE, ENVELOPE]], ["dev/room/ops", EPOCH + 1, 1, [ENVELOPE]]]]),
    ("DeliveryGap", 68, ["dev/task/8f3a", EPOCH, 42, 99]),
    ("Reply", 69, [3, None, "not_found", "there is no such task", "task", 0]),
    ("BrokerHeartbeat", 73, []),
    ("LinkReset", 74, ["a message was lost"]),
    ("HelloRefused", 75, ["this broker speaks another version of the link"]),
    ("Fetched", 70, [4, EPOCH, 44, 1, 1, [ENVELOPE, ENVELOPE]]),
]

ALL = {"worker_to_broker": WORKER_TO_BROKER, "broker_to_worker": BROKER_TO_WORKER, "edge_to_broker": EDGE_TO_BROKER,
       "broker_to_edge": BROKER_TO_EDGE}
