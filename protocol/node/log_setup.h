#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace longwire {

class Config;

struct LogSettings {
    std::string level = "info";   // debug, info, warn, error, off
    std::string format = "text";  // text, json
    std::string node;             // this node's name, in each line
};

/// Declares --log-level, --log-format and --node.
void declare_log_settings(Config& config, LogSettings& settings);

/// Sends the log to stderr as `settings` say, from now on; call it once, before other threads start. Text:
/// "2026-11-21T09:30:00.250Z INFO node message topic=task/1 offset=7"; JSON: one object per line with time,
/// level, node, msg and the fields. spdlog's own functions go the same way, without fields.
void set_up_logging(const LogSettings& settings);

enum class LogLevel : std::uint8_t { debug, info, warn, error };

/// One named value beside a message.
class LogField {
  public:
    LogField(std::string_view key, std::string_view value) : key_(key), text_(value) {}
    LogField(std::string_view key, const std::string& value) : key_(key), text_(value) {}
    LogField(std::string_view key, const char* value) : key_(key), text_(value) {}
    LogField(std::string_view key, bool value) : key_(key), text_(value ? "true" : "false"), bare_(true) {}
    template <std::integral Number>
    LogField(std::string_view key, Number value) : key_(key), text_(std::to_string(value)), bare_(true) {}
    template <std::floating_point Number>
    LogField(std::string_view key, Number value) : LogField(key, static_cast<double>(value), 0) {}

    void append_text(std::string& out) const;  // key=value
    void append_json(std::string& out) const;  // "key":value

  private:
    LogField(std::string_view key, double value, int);

    std::string key_;
    std::string text_;
    bool bare_ = false;  // a number or a truth value: no quotes in JSON
};

/// Writes one line if the level is on. Any thread.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::debug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::info, message, fields);
}
inline void log_warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::warn, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::error, message, fields);
}

/// Keeps lines of one sort to so many per second. Thread: one at a time; time is given, in microseconds.
class LogLimiter {
  public:
    explicit LogLimiter(std::size_t lines_per_second) : lines_max_(lines_per_second) {}

    enum class Verdict : std::uint8_t { write, say_that_some_are_left_out, leave_out };

    /// What to do with one more line. That some are left out is to be said once in each second in which there are any.
    Verdict admit(std::int64_t now_us);

  private:
    std::size_t lines_max_;
    std::size_t lines_ = 0;  // of this second
    std::int64_t second_ends_us_ = 0;
};

}  // namespace longwire
