#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/msgpack_fields.h"
#include "protocol/result.h"

/// What clients ask of the cluster, in the words and fields of the client protocol. An edge checks a command's form
/// with the same code before it passes the bytes on as the broker does before it obeys.
namespace longwire {

struct PublishCommand {
    static constexpr std::string_view kName = "publish";
    std::string topic;
    std::string type;
    std::string data;  // MessagePack, empty for none; likewise every `data`, `input` and `info` below
    std::string key;   // a repeated key on a topic is stored once
};

enum class OnDisconnect : std::uint8_t { keep_running, cancel };

/// At most `limit` of the tasks with this key run at the same time.
struct Concurrency {
    std::string key;  // empty: no limit
    std::uint32_t limit = 0;
};

/// Kinds and tasks whose names begin so are the cluster's own: clients do not start them.
inline constexpr std::string_view kOwnNames = "longwire.";
/// Tasks that tell webhooks how others have ended.
inline constexpr std::string_view kWebhookKind = "longwire.webhook";

struct StartCommand {
    static constexpr std::string_view kName = "start";
    static constexpr std::size_t kTaskBytesMaxWithWebhook = 90;  // the delivery is named after the task
    std::string kind;
    std::string input;
    std::string task;  // the wanted id; empty: the edge gives one
    std::string key;
    std::string parent;
    std::int64_t timeout_ms = 0;  // longest run, 0: none
    std::int64_t ttl_ms = 0;      // longest wait in the queue, 0: none
    std::int64_t delay_ms = 0;
    std::int32_t max_attempts = 3;
    std::int32_t priority = 0;  // higher goes first
    Concurrency concurrency;
    std::string webhook;  // the URL that is told of each run's end; empty: none
    bool hold = false;    // wait for `run`
    bool watch = false;   // obeyed by the edge
    OnDisconnect on_disconnect = OnDisconnect::keep_running;
    std::int64_t disconnect_grace_ms = -1;  // with OnDisconnect::cancel; -1: as the broker is set
    std::string connection;                 // filled in by the edge; empty: none that lasts
};

/// The connection is there for a task that is cancelled when none is.
struct AttachCommand {
    static constexpr std::string_view kName = "attach";
    std::string task;
    std::string connection;  // filled in by the edge
};

struct RunCommand {
    static constexpr std::string_view kName = "run";
    std::string task;
    std::uint32_t run = 0;  // which run there shall be, so that asking twice starts one; 0: whichever is next
};

struct CancelCommand {
    static constexpr std::string_view kName = "cancel";
    std::string task;
    std::string reason;
};

struct InputCommand {
    static constexpr std::string_view kName = "input";
    std::string task;
    std::string data;
};

struct StateCommand {
    static constexpr std::string_view kName = "state";
    std::string task;
    bool output = false;  // also what the task has shown
};

struct TasksCommand {
    static constexpr std::string_view kName = "tasks";
    std::string state;   // empty: any
    std::string kind;    // empty: any
    std::string parent;  // only its children; empty: any
    std::string root;    // only it and what descends from it; empty: any
    std::string after;   // the last task of the page before
    std::int32_t limit = 100;
};

struct HistoryCommand {
    static constexpr std::string_view kName = "history";
    std::string topic;
    std::uint64_t after = 0;  // exclusive; in reverse: before, and 0 means from the newest
    std::int32_t limit = 100;
    bool reverse = false;
};

struct LedgerCommand {
    static constexpr std::string_view kName = "ledger";
    std::string topic;
};

struct WorkersCommand {
    static constexpr std::string_view kName = "workers";
};

struct ClusterCommand {
    static constexpr std::string_view kName = "cluster";
};

struct KindsCommand {
    static constexpr std::string_view kName = "kinds";
};

struct JoinCommand {
    static constexpr std::string_view kName = "join";
    static constexpr std::size_t kInfoBytesMax = 1 << 10;
    static constexpr std::size_t kInfoDepthMax = 16;  // it is carried within events and lists of members
    std::string topic;
    std::string as;          // the member; empty: the user
    std::string connection;  // the edge's word for who holds the member's place; clients have no say in it
    std::string info;
};

struct LeaveCommand {
    static constexpr std::string_view kName = "leave";
    std::string topic;
    std::string as;
    std::string connection;
    bool lost = false;  // the connection broke: the member may be back soon
};

struct PresenceCommand {
    static constexpr std::string_view kName = "presence";
    std::string topic;
};

using Command = std::variant<PublishCommand, StartCommand, RunCommand, CancelCommand, InputCommand, StateCommand,
                             TasksCommand, HistoryCommand, LedgerCommand, WorkersCommand, KindsCommand, ClusterCommand,
                             AttachCommand, JoinCommand, LeaveCommand, PresenceCommand>;

/// Whether `name` is a command that decode_command() knows.
bool is_command(std::string_view name);

/// Reads a command from a MessagePack map (a client's whole message will do: other fields are let through).
/// Errors: bad_request with the field; too_large.
Result<Command> decode_command(std::string_view name, std::string_view fields);
Result<Command> decode_command(std::string_view name, const MsgpackFields& fields);

}  // namespace longwire
