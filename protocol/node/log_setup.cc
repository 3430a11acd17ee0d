#include "protocol/node/log_setup.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "protocol/ascii.h"
#include "protocol/json.h"
#include "protocol/node/config.h"
#include "protocol/utc_text.h"

namespace longwire {
namespace {

// Between a message and its fields, which are rendered already, on their way through spdlog.
constexpr char kFieldsMark = '\x1f';

constexpr std::int64_t kSecondUs = 1'000'000;

bool log_as_json = false;  // written once, before other threads start

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view level_name(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return "debug";
        case spdlog::level::info:
            return "info";
        case spdlog::level::warn:
            return "warn";
        default:
            return "error";
    }
}

/// A line must stay one line, whatever a client put into it.
void append_line_text(std::string_view text, std::string& out) {
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

class LineFormatter final : public spdlog::formatter {
  public:
    LineFormatter(std::string node, bool json) : node_(std::move(node)), json_(json) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
        const std::string_view all{message.payload.data(), message.payload.size()};
        const std::size_t mark = all.find(kFieldsMark);
        const std::string_view text = all.substr(0, mark);
        const std::string_view fields = mark == std::string_view::npos ? "" : all.substr(mark + 1);
        const auto time =
            std::chrono::duration_cast<std::chrono::microseconds>(message.time.time_since_epoch()).count();
        std::string line;
        if (json_) {
            line += R"({"time":")" + utc_text(time) + R"(","level":")";
            line += level_name(message.level);
            line += R"(","node":)";
            append_json_string(node_, line);
            line += R"(,"msg":)";
            append_json_string(text, line);
            line += fields;
            line += "}\n";
        } else {
            line += utc_text(time) + " " + upper_case(level_name(message.level)) + " ";
            if (!node_.empty()) line += node_ + " ";
            append_line_text(text, line);
            append_line_text(fields, line);
            line += "\n";
        }
        to.append(line.data(), line.data() + line.size());
    }

    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<LineFormatter>(node_, json_); }

  private:
    std::string node_;
    bool json_;
};

bool reads_as_one_word(std::string_view text) {
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == 0x7f;
    });
}

}  // namespace

void declare_log_settings(Config& config, LogSettings& settings) {
    config.choice({"log-level", "least serious log lines to write"}, settings.level,
                  {"debug", "info", "warn", "error", "off"});
    config.choice({"log-format", "form of the log on stderr"}, settings.format, {"text", "json"});
    config.text({"node", "this node's name in logs and listings", "NAME"}, settings.node);
}

void set_up_logging(const LogSettings& settings) {
    log_as_json = settings.format == "json";
    auto logger = std::make_shared<spdlog::logger>("longwire", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::make_unique<LineFormatter>(settings.node, log_as_json));
    logger->set_level(settings.level == "error" ? spdlog::level::err : spdlog::level::from_str(settings.level));
    spdlog::set_default_logger(std::move(logger));
}

LogField::LogField(std::string_view key, double value, int) : key_(key), bare_(std::isfinite(value)) {
    std::array<char, 32> digits;
    text_.assign(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void LogField::append_text(std::string& out) const {
    out += ' ';
    out += key_;
    out += '=';
    if (reads_as_one_word(text_)) {
        out += text_;
    } else {
        append_json_string(text_, out);
    }
}

void LogField::append_json(std::string& out) const {
    out += ',';
    append_json_string(key_, out);
    out += ':';
    if (bare_) {
        out += text_;
    } else {
        append_json_string(text_, out);
    }
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    spdlog::logger* logger = spdlog::default_logger_raw();
    if (!logger->should_log(to_spdlog(level))) return;
    std::string line{message};
    std::replace(line.begin(), line.end(), kFieldsMark, ' ');
    line += kFieldsMark;
    for (const LogField& field : fields) {
        if (log_as_json) {
            field.append_json(line);
        } else {
            field.append_text(line);
        }
    }
    logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

LogLimiter::Verdict LogLimiter::admit(std::int64_t now_us) {
    if (now_us >= second_ends_us_) {
        second_ends_us_ = now_us + kSecondUs;
        lines_ = 0;
    }
    ++lines_;
    if (lines_ <= lines_max_) return Verdict::write;
    return lines_ == lines_max_ + 1 ? Verdict::say_that_some_are_left_out : Verdict::leave_out;
}

}  // namespace longwire
