#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
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

/// Keeps a repeated line to one per interval. One per call site and thread; time is given, in microseconds.
class LogLimiter {
  public:
    explicit LogLimiter(std::int64_t interval_ms = 10'000) : interval_us_(interval_ms * 1000) {}

    /// The number of lines left out since the last one admitted, or nothing if this one is to
    /// be left out too.
    std::optional<std::uint64_t> admit(std::int64_t now_us);

  private:
    std::int64_t interval_us_;
    std::int64_t next_us_ = 0;
    std::uint64_t left_out_ = 0;
    bool first_ = true;
};

}  // namespace longwire
