#include "edge/http/openapi.h"

namespace longwire::edge::http {

std::string_view openapi_json() {
    return R"json({
  "openapi": "3.1.0",
  "info": {"title": "Longwire", "version": "1", "description": "Start long tasks and follow every event of theirs."},
  "paths": {
    "/v1/tasks": {
      "get": {
        "operationId": "listTasks",
        "parameters": [
          {"name": "state", "in": "query", "schema": {"$ref": "#/components/schemas/State"}},
          {"name": "kind", "in": "query", "schema": {"type": "string"}},
          {
            "name": "parent", "in": "query", "schema": {"type": "string"},
            "description": "Only the children of this task."
          },
          {
            "name": "root", "in": "query", "schema": {"type": "string"},
            "description": "Only this task and all that descends from it."
          },
          {
            "name": "limit", "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
          },
          {
            "name": "after", "in": "query", "schema": {"type": "string"},
            "description": "The last task of the page before."
          }
        ],
        "responses": {
          "200": {
            "description": "A page of tasks",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Snapshot"}},
                    "next": {"type": "string"}
                  },
                  "required": ["tasks"]
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      },
      "post": {
        "operationId": "startTask",
        "parameters": [
          {
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string"},
            "description": "A repeated one does nothing again; the same as the field key."
          }
        ],
        "requestBody": {
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Start"}}}, "required": true
        },
        "responses": {
          "201": {
            "description": "Started",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Started"}}}
          },
          "200": {
            "description": "Started before, under the same key",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Started"}}}
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/tasks/{task}": {
      "get": {
        "operationId": "getTask",
        "parameters": [
          {"name": "task", "in": "path", "schema": {"type": "string"}, "required": true},
          {
            "name": "output", "in": "query", "schema": {"type": "boolean", "default": false},
            "description": "Also what the task has shown: texts, logs, artifacts, questions."
          }
        ],
        "responses": {
          "200": {
            "description": "Its state",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Snapshot"}}}
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/tasks/{task}/run": {
      "post": {
        "operationId": "runTask",
        "parameters": [{"name": "task", "in": "path", "schema": {"type": "string"}, "required": true}],
        "requestBody": {
          "content": {
            "application/json": {"schema": {"type": "object", "properties": {"run": {"type": "integer", "minimum": 1}}}}
          }
        },
        "responses": {
          "202": {
            "description": "Queued",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "task": {"type": "string"}, "run": {"type": "integer"},
                    "state": {"$ref": "#/components/schemas/State"}
                  }
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/tasks/{task}/cancel": {
      "post": {
        "operationId": "cancelTask",
        "parameters": [{"name": "task", "in": "path", "schema": {"type": "string"}, "required": true}],
        "requestBody": {
          "content": {
            "application/json": {"schema": {"type": "object", "properties": {"reason": {"type": "string"}}}}
          }
        },
        "responses": {
          "202": {
            "description": "Asked to end",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "task": {"type": "string"}, "state": {"$ref": "#/components/schemas/State"},
                    "cancelling": {"type": "boolean"}
                  }
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/tasks/{task}/input": {
      "post": {
        "operationId": "feedTask",
        "parameters": [{"name": "task", "in": "path", "schema": {"type": "string"}, "required": true}],
        "requestBody": {
          "content": {
            "application/json": {"schema": {"type": "object", "properties": {"data": {}}, "required": ["data"]}}
          },
          "required": true
        },
        "responses": {
          "202": {
            "description": "Passed on",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object", "properties": {"task": {"type": "string"}, "offset": {"type": "integer"}}
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/topics/{topic}/events": {
      "get": {
        "operationId": "readEvents",
        "parameters": [
          {
            "name": "topic", "in": "path", "schema": {"type": "string"}, "required": true,
            "description": "Each level percent-encoded by itself; levels are separated by '/'."
          },
          {
            "name": "after", "in": "query", "schema": {"type": "integer"},
            "description": "An offset; what follows it is read."
          },
          {
            "name": "limit", "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
          }
        ],
        "responses": {
          "200": {
            "description": "A page of events",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "epoch": {"type": "string"}, "head": {"type": "integer"}, "tail": {"type": "integer"},
                    "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}
                  }
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      },
      "post": {
        "operationId": "publish",
        "parameters": [
          {
            "name": "topic", "in": "path", "schema": {"type": "string"}, "required": true,
            "description": "Each level percent-encoded by itself; levels are separated by '/'."
          },
          {
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string"},
            "description": "A repeated one does nothing again; the same as the field key."
          }
        ],
        "requestBody": {
          "content": {
            "application/json": {
              "schema": {
                "oneOf": [
                  {"$ref": "#/components/schemas/Publish"},
                  {
                    "type": "array", "items": {"$ref": "#/components/schemas/Publish"}, "minItems": 1,
                    "maxItems": 1000
                  }
                ]
              }
            }
          },
          "required": true
        },
        "responses": {
          "201": {
            "description": "Stored; an array where an array was sent",
            "content": {
              "application/json": {
                "schema": {
                  "oneOf": [
                    {"$ref": "#/components/schemas/Published"},
                    {"type": "array", "items": {"$ref": "#/components/schemas/Published"}}
                  ]
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/events": {
      "get": {
        "operationId": "streamEvents", "description": "Server-Sent Events: data is an event or a gap, id a cursor.",
        "parameters": [
          {
            "name": "topic", "in": "query",
            "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 100},
            "required": true, "explode": true
          },
          {"name": "from", "in": "query", "schema": {"type": "string", "enum": ["now", "start", "snapshot"]}},
          {
            "name": "after", "in": "query", "schema": {"type": "string"},
            "description": "An id of an earlier stream over the same topics."
          },
          {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}, "description": "As after."}
        ],
        "responses": {
          "200": {"description": "The stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/cluster": {
      "get": {
        "operationId": "showCluster",
        "responses": {
          "200": {
            "description": "How brokers and edges are doing",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "time_us": {"type": "integer"},
                    "brokers": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "broker": {"type": "string"}, "version": {"type": "string"},
                          "started_us": {"type": "integer"}, "partitions": {"type": "integer"},
                          "takes_work": {"type": "boolean"}, "topics": {"type": "integer"},
                          "workers": {"type": "integer"}, "queued": {"type": "integer"},
                          "running": {"type": "integer"}, "events": {"type": "integer"},
                          "bytes": {"type": "integer"}, "duplicates": {"type": "integer"},
                          "refused": {"type": "integer"}, "delivered": {"type": "integer"},
                          "read_errors": {"type": "integer"}, "ages": {"$ref": "#/components/schemas/Ages"}
                        }
                      }
                    },
                    "edges": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "edge": {"type": "string"}, "version": {"type": "string"},
                          "reported_us": {"type": "integer", "description": "0: not yet."},
                          "started_us": {"type": "integer"}, "unconfirmed_bytes": {"type": "integer"},
                          "connections": {"type": "integer"}, "topics": {"type": "integer"},
                          "kept_bytes": {"type": "integer"}, "members": {"type": "integer"},
                          "accepted": {"type": "integer"}, "refused": {"type": "integer"},
                          "too_slow": {"type": "integer"}, "events": {"type": "integer"},
                          "delivered": {"type": "integer"}, "merged": {"type": "integer"},
                          "gaps": {"type": "integer"}, "ages": {"$ref": "#/components/schemas/Ages"},
                          "slow": {
                            "type": "array",
                            "items": {
                              "type": "object",
                              "properties": {
                                "connection": {"type": "string"}, "user": {"type": "string"},
                                "address": {"type": "string"}, "topics": {"type": "integer"},
                                "events": {"type": "integer"}, "unsent_bytes": {"type": "integer"},
                                "since_us": {"type": "integer"}
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/v1/workers": {
      "get": {
        "operationId": "listWorkers",
        "responses": {
          "200": {
            "description": "The workers that are linked",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "properties": {
                    "workers": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "worker": {"type": "string"}, "kinds": {"type": "array", "items": {"type": "string"}},
                          "running": {"type": "integer"}, "waiting": {"type": "integer"},
                          "capacity": {"type": "integer"}, "version": {"type": "string"},
                          "draining": {"type": "boolean"}, "heartbeat_us": {"type": "integer"}
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    }
  },
  "components": {
    "responses": {
      "Problem": {
        "description": "What went wrong (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
      }
    },
    "schemas": {
      "State": {"type": "string", "enum": ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "EXPIRED"]},
      "Ages": {
        "type": "array",
        "description": "How old events of the last seconds were when they were at a hop of their way.",
        "items": {
          "type": "object",
          "properties": {
            "hop": {"type": "string", "enum": ["broker", "log", "edge", "client"]}, "events": {"type": "integer"},
            "p50_us": {"type": "integer"}, "p99_us": {"type": "integer"}, "max_us": {"type": "integer"}
          }
        }
      },
      "Start": {
        "type": "object",
        "properties": {
          "kind": {"type": "string"}, "input": {}, "task": {"type": "string"}, "key": {"type": "string"},
          "timeout_s": {"type": "number", "minimum": 0, "maximum": 2592000, "description": "Of a run; 0: none."},
          "ttl_s": {"type": "number", "minimum": 0, "maximum": 2592000, "description": "In the queue."},
          "delay_s": {"type": "number", "minimum": 0, "maximum": 2592000},
          "max_attempts": {"type": "integer", "minimum": 1, "maximum": 100, "default": 3},
          "priority": {"type": "integer", "minimum": -100, "maximum": 100, "default": 0},
          "parent": {"type": "string"}, "hold": {"type": "boolean", "default": false},
          "webhook": {"type": "string", "format": "uri", "maxLength": 2048, "description": "Told of each run's end."},
          "concurrency": {"$ref": "#/components/schemas/Concurrency"},
          "on_disconnect": {"type": "string", "enum": ["continue", "cancel"], "default": "continue"},
          "disconnect_grace_s": {"type": "number", "minimum": 0, "maximum": 2592000}
        },
        "required": ["kind"]
      },
      "Concurrency": {
        "type": "object",
        "properties": {"key": {"type": "string"}, "limit": {"type": "integer", "minimum": 1, "maximum": 1000000}},
        "required": ["key", "limit"]
      },
      "Started": {
        "type": "object",
        "properties": {
          "task": {"type": "string"}, "topic": {"type": "string"}, "state": {"$ref": "#/components/schemas/State"},
          "created": {"type": "boolean"}
        }
      },
      "Snapshot": {
        "type": "object",
        "properties": {
          "task": {"type": "string"}, "kind": {"type": "string"}, "input": {},
          "state": {"$ref": "#/components/schemas/State"}, "held": {"type": "boolean"}, "waiting": {"type": "boolean"},
          "prompt": {"type": ["string", "null"]}, "cancelling": {"type": "boolean"},
          "parent": {"type": ["string", "null"]}, "run": {"type": "integer"}, "attempt": {"type": "integer"},
          "max_attempts": {"type": "integer"},
          "concurrency": {"oneOf": [{"$ref": "#/components/schemas/Concurrency"}, {"type": "null"}]},
          "progress": {"type": "number", "minimum": 0, "maximum": 1}, "message": {"type": "string"},
          "current_agent": {"type": ["string", "null"]},
          "agents": {"type": "array", "items": {"$ref": "#/components/schemas/Agent"}},
          "worker": {"type": ["string", "null"]}, "user": {"type": ["string", "null"]},
          "webhook": {"type": ["string", "null"]},
          "created_us": {"type": ["integer", "null"]}, "queued_us": {"type": ["integer", "null"]},
          "started_us": {"type": ["integer", "null"]}, "ended_us": {"type": ["integer", "null"]}, "result": {},
          "error": {"oneOf": [{"$ref": "#/components/schemas/TaskError"}, {"type": "null"}]},
          "topic": {"type": "string"}, "epoch": {"type": "string"}, "offset": {"type": "integer"},
          "output": {"$ref": "#/components/schemas/Output"}
        },
        "required": [
          "task", "kind", "input", "state", "held", "waiting", "prompt", "cancelling", "parent", "run", "attempt",
          "max_attempts", "concurrency", "progress", "message", "current_agent", "agents", "worker", "user",
          "webhook", "created_us", "queued_us", "started_us", "ended_us", "result", "error", "topic", "epoch", "offset"
        ]
      },
      "Agent": {
        "type": "object",
        "properties": {
          "agent": {"type": "string"}, "agent_id": {"type": ["string", "null"]}, "status": {"type": "string"},
          "progress": {"type": "number"}, "message": {"type": "string"}
        },
        "required": ["agent", "agent_id", "status", "progress", "message"]
      },
      "TaskError": {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": {}},
        "required": ["code", "message"]
      },
      "Output": {
        "type": "object", "description": "What the present attempt has shown.",
        "properties": {
          "texts": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "stream": {"type": "string"}, "agent": {"type": ["string", "null"]}, "text": {"type": "string"},
                "cut": {"type": "boolean"}, "done": {"type": "boolean"}, "offset": {"type": "integer"}
              }
            }
          },
          "logs": {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}},
          "artifacts": {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}},
          "questions": {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}},
          "gone": {
            "type": "object", "description": "What had to go for something newer.",
            "properties": {
              "texts": {"type": "integer"}, "logs": {"type": "integer"}, "artifacts": {"type": "integer"},
              "questions": {"type": "integer"}
            }
          },
          "incomplete": {"type": "boolean"}
        },
        "required": ["texts", "logs", "artifacts", "questions", "gone", "incomplete"]
      },
      "Shown": {
        "type": "object",
        "properties": {"offset": {"type": "integer"}, "time_us": {"type": "integer"}, "data": {}},
        "required": ["offset", "time_us", "data"]
      },
      "Event": {
        "type": "object",
        "properties": {
          "topic": {"type": "string"}, "offset": {"type": "integer"}, "type": {"type": "string"},
          "time_us": {"type": "integer"}, "data": {}, "task": {"type": "string"}, "attempt": {"type": "integer"},
          "source": {"type": "string"}
        },
        "required": ["topic", "offset", "type", "time_us", "data"]
      },
      "Publish": {
        "type": "object", "properties": {"type": {"type": "string"}, "data": {}, "key": {"type": "string"}},
        "required": ["type"]
      },
      "Published": {
        "type": "object",
        "properties": {
          "topic": {"type": "string"}, "epoch": {"type": "string"}, "offset": {"type": "integer"},
          "duplicate": {"type": "boolean"}
        }
      },
      "Problem": {
        "type": "object",
        "properties": {
          "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
          "code": {
            "type": "string",
            "enum": [
              "bad_request", "unauthorized", "forbidden", "not_found", "conflict", "rate_limited", "too_large",
              "too_many", "expired", "unavailable", "internal"
            ]
          },
          "detail": {"type": "string"}, "field": {"type": "string"}
        },
        "required": ["status", "code"]
      }
    }
  }
})json";
}

}  // namespace longwire::edge::http
