#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "edge/dialects/tracking/sessions.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::tracking {

/// `session_logs`
json::object logs_message(std::string_view session, json::array logs, std::int64_t now_us);

/// Whether an event belongs into its session's logs: whatever has no message of its own does, but for the pieces of a
/// text, which come as a whole with its end.
bool is_logged(const NativeEvent& event);

/// An event as an entry of logs. What is too large for one is named by its size.
json::object log_entry(const NativeEvent& event);

/// Sends the logs of one session as they come. It subscribes to the topics of the session's tasks, so that nothing is
/// missed while the edge has no broker; the tasks beyond `kTopicsMax` are followed without that.
class LogStream {
  public:
    static constexpr std::size_t kTopicsMax = 64;
    static constexpr std::size_t kEntriesMax = 100;  // in one message

    /// Entries that come within `gather_us` leave together.
    LogStream(Host& host, std::int64_t gather_us) : host_(host), gather_us_(gather_us) {}

    /// Instead of the session before.
    void start(std::string session);
    void stop();

    bool is_of(std::string_view session) const { return !session_.empty() && session_ == session; }

    /// Whether a topic is subscribed to.
    bool follows(std::string_view topic) const { return topics_.contains(topic); }

    /// Follows a task of the session from a place in its topic.
    void follow(std::string_view task, std::uint64_t epoch, std::uint64_t offset);

    /// An event of a task of the session.
    void on_event(const NativeEvent& event);

    /// Events that will not come, of a topic or of whatever is not followed by its topic.
    void on_gap(const json::object& gap);

    void on_time();
    std::optional<std::int64_t> next_us() const;

  private:
    void add(json::object entry);
    void flush();

    Host& host_;
    std::int64_t gather_us_;
    std::string session_;                        // empty: none
    std::set<std::string, std::less<>> topics_;  // that are subscribed to
    json::array entries_;
    std::int64_t flush_us_ = 0;
};

}  // namespace longwire::edge::tracking
