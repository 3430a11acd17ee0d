#include "clients/cli/task_list.h"

#include <cmath>

#include "clients/cli/fields.h"
#include "clients/cli/table.h"
#include "clients/cli/terminal_text.h"
#include "protocol/utc_text.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t kMessageCells = 48;

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

}  // namespace

std::string state_of(const json::object& snapshot) {
    std::string state = text_at(snapshot, "state");
    if (state == "PENDING" && truth_at(snapshot, "held")) state += " (held)";
    if (state == "RUNNING" && truth_at(snapshot, "waiting")) state += " (waiting)";
    return state;
}

std::string message_of(const json::object& snapshot) {
    if (const auto* const error = object_at(snapshot, "error")) return text_at(*error, "message");
    const auto prompt = text_at(snapshot, "prompt");
    return prompt.empty() ? text_at(snapshot, "message") : prompt;
}

std::string percent_of(const json::object& snapshot) {
    const auto progress = real_at(snapshot, "progress");
    return progress ? std::to_string(std::lround(std::floor(*progress * 100))) + "%" : "-";
}

std::string time_taken(const json::object& snapshot, std::int64_t now_us) {
    const auto started = number_at(snapshot, "started_us");
    if (!started) return "-";
    const auto ended = number_at(snapshot, "ended_us");
    return ended ? exact_duration_text(*ended - *started) : duration_text(now_us - *started);
}

std::string task_table(const std::vector<json::object>& snapshots, std::int64_t now_us) {
    std::vector<std::vector<std::string>> rows{
        {"TASK", "KIND", "STATE", "PROGRESS", "ATTEMPT", "CREATED", "TOOK", "WORKER", "MESSAGE"}};
    for (const json::object& task : snapshots) {
        const auto created = number_at(task, "created_us");
        rows.push_back({text_at(task, "task"), text_at(task, "kind"), state_of(task), percent_of(task),
                        std::to_string(number_at(task, "attempt").value_or(0)), ago_text(created, now_us),
                        time_taken(task, now_us), or_dash(text_at(task, "worker")),
                        cut_to_width(one_line(message_of(task)), kMessageCells)});
    }
    return format_table(rows);
}

std::string task_sheet(const json::object& snapshot, std::int64_t now_us) {
    std::vector<std::vector<std::string>> rows{{"task", text_at(snapshot, "task")},
                                               {"kind", text_at(snapshot, "kind")},
                                               {"state", state_of(snapshot)},
                                               {"progress", percent_of(snapshot)},
                                               {"took", time_taken(snapshot, now_us)}};
    for (const char* key : {"created_us", "started_us", "ended_us"}) {
        const auto time = number_at(snapshot, key);
        if (time) rows.push_back({std::string(key, std::string_view(key).size() - 3), utc_text(*time)});
    }
    for (const char* key : {"run", "attempt", "worker", "message", "current_agent", "agents", "parent", "result",
                            "error", "topic", "epoch", "offset"}) {
        const json::value* value = snapshot.if_contains(key);
        if (value == nullptr || value->is_null()) continue;
        const std::string text =
            value->is_string() ? std::string(std::string_view(value->get_string())) : compact_json(*value);
        if (!text.empty() && text != "[]") rows.push_back({key, text});
    }
    return format_table(rows);
}

}  // namespace longwire::cli
