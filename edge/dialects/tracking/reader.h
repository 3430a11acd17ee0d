#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edge/dialects/tracking/sessions.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::tracking {

/// `error`, of a session unless that is empty.
json::object error_message(const Error& error, std::string_view session, std::int64_t now_us);

/// Answers a dashboard's questions about one session from the broker's snapshots and logs.
class SessionReader {
  public:
    static constexpr std::size_t kTasksMax = 200;        // of a tree, the newest
    static constexpr std::size_t kTasksReadMax = 16;     // whose outputs and logs are read
    static constexpr std::size_t kBytesMax = 512 << 10;  // of outputs or logs in one message

    SessionReader(Host& host, const SessionBook& book, std::size_t logs_max)
        : host_(host), book_(book), logs_max_(logs_max) {}

    /// The snapshots of a session's tasks: its root's first, then the newest first.
    using OnTree = std::function<void(const std::vector<json::object>& tasks)>;

    /// Where there is no such session the client is told, and nothing else happens.
    void read_tree(const std::string& session, OnTree on_tree);

    /// `session_state`
    void send_state(const std::string& session);

    /// `session_logs`, the oldest first
    void send_logs(const std::string& session);

  private:
    struct State;
    struct Logs;

    void refuse(const Error& error, const std::string& session);
    void read_outputs(const std::shared_ptr<State>& state);
    void send(const State& state);
    void send(Logs& logs);

    Host& host_;
    const SessionBook& book_;
    std::size_t logs_max_;
};

}  // namespace longwire::edge::tracking
