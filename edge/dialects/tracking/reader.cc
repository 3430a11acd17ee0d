#include "edge/dialects/tracking/reader.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "edge/dialects/tracking/logs.h"
#include "protocol/topic.h"

namespace longwire::edge::tracking {
namespace {

constexpr std::int64_t kHistoryPage = 1'000;

Error not_found() {
    return {Errc::not_found, "Session not found"};
}

bool is_root(const json::object& task) {
    return text_in(task, "parent").empty();
}

/// Leaves the newest of them that have room in one message; true if any had to go.
bool keep_newest(json::array& entries, std::size_t count_max, std::size_t bytes_max) {
    std::size_t kept = 0;
    std::size_t bytes = 0;
    while (kept < entries.size() && kept < count_max) {
        bytes += json::serialize(entries[entries.size() - kept - 1]).size();
        if (bytes > bytes_max) break;
        ++kept;
    }
    const bool has_gone = kept < entries.size();
    entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(kept));
    return has_gone;
}

/// A task may be forgotten while its tree is read; then the rest is what there is.
bool is_failure(const Result<json::object>& reply) {
    return !reply && reply.error().code != Errc::not_found;
}

json::object output_of(std::string_view agent, std::string_view type, std::string_view task,
                       const json::value& content) {
    return {{"agent", agent.empty() ? "System" : shortened(agent)},
            {"type", type},
            {"task_id", task},
            {"content", content}};
}

/// What a task has shown, in the order in which it came: texts as far as they are, artifacts, its result.
void add_outputs(const json::object& task, json::array& outputs) {
    const auto id = text_in(task, "task");
    std::vector<std::pair<std::int64_t, json::object>> shown;
    const auto& output = object_in(task, "output");
    for (const auto& value : array_in(output, "texts")) {
        if (!value.is_object()) continue;
        const auto& text = value.get_object();
        if (text_in(text, "text").empty()) continue;
        shown.emplace_back(integer_in(text, "offset"),
                           output_of(text_in(text, "agent"), "text", id, json::value(text_in(text, "text"))));
    }
    for (const auto& value : array_in(output, "artifacts")) {
        if (!value.is_object()) continue;
        const auto& artifact = object_in(value.get_object(), "data");
        shown.emplace_back(integer_in(value.get_object(), "offset"),
                           output_of(text_in(artifact, "agent"), "artifact", id, artifact));
    }
    std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [offset, one] : shown) outputs.push_back(std::move(one));
    const auto* const result = task.if_contains("result");
    if (result != nullptr && !result->is_null()) outputs.push_back(output_of({}, "result", id, *result));
    const auto* const error = task.if_contains("error");
    if (error != nullptr && !error->is_null()) outputs.push_back(output_of({}, "error", id, *error));
}

}  // namespace

json::object error_message(const Error& error, std::string_view session, std::int64_t now_us) {
    json::object message{
        {"type", "error"}, {"message", error.message}, {"code", to_string(error.code)}, {"timestamp", seconds(now_us)}};
    if (!session.empty()) message["session_id"] = shortened(session);
    if (!error.field.empty()) message["field"] = error.field;
    if (error.retry_after_ms > 0) message["retry_after"] = (error.retry_after_ms + 999) / 1000;
    return message;
}

/// A session whose state is put together from several answers.
struct SessionReader::State {
    std::string session;
    std::vector<json::object> tasks;  // the root first
    std::size_t waiting = 0;          // for snapshots with outputs
    std::optional<Error> error;
};

struct SessionReader::Logs {
    void add(const json::array& events) {
        for (const auto& value : events) {
            if (!value.is_object()) continue;
            const auto event = history_event(value.get_object());
            if (!is_logged(event)) continue;
            entries.emplace_back(event.time_us, static_cast<std::int64_t>(event.offset), log_entry(event));
        }
    }

    std::string session;
    std::vector<std::tuple<std::int64_t, std::int64_t, json::object>> entries;  // with time and offset
    std::size_t waiting = 0;                                                    // for histories
    std::optional<Error> error;
};

void SessionReader::refuse(const Error& error, const std::string& session) {
    host_.send(error_message(error, session, host_.now_us()));
}

void SessionReader::read_tree(const std::string& session, OnTree on_tree) {
    host_.command("state", {{"task", session}}, [this, session, on_tree](const Result<json::object>& root) {
        // What cannot be a task's name is no session either.
        const bool is_none = !root && (root.error().code == Errc::not_found || root.error().code == Errc::bad_request);
        if (is_none || (root && !is_root(*root))) return refuse(not_found(), session);
        if (!root) return refuse(root.error(), session);
        host_.command("tasks", {{"root", session}, {"limit", kTasksMax}},
                      [this, session, on_tree, root = *root](const Result<json::object>& page) {
                          if (!page) return refuse(page.error(), session);
                          std::vector<json::object> tasks{root};
                          for (const auto& task : array_in(*page, "tasks")) {
                              const bool is_other =
                                  task.is_object() && text_in(task.get_object(), "task") != text_in(root, "task");
                              if (is_other) tasks.push_back(task.get_object());
                          }
                          on_tree(tasks);
                      });
    });
}

void SessionReader::send_state(const std::string& session) {
    read_tree(session, [this, session](const std::vector<json::object>& tasks) {
        const auto state = std::make_shared<State>(State{session, tasks, std::min(tasks.size(), kTasksReadMax), {}});
        read_outputs(state);
    });
}

void SessionReader::read_outputs(const std::shared_ptr<State>& state) {
    const auto count = state->waiting;
    for (std::size_t i = 0; i < count; ++i) {
        host_.command("state", {{"task", text_in(state->tasks[i], "task")}, {"output", true}},
                      [this, state, i](const Result<json::object>& task) {
                          if (task) state->tasks[i] = *task;
                          if (is_failure(task)) state->error = task.error();
                          if (--state->waiting > 0) return;
                          state->error ? refuse(*state->error, state->session) : send(*state);
                      });
    }
}

void SessionReader::send(const State& state) {
    const auto& root = state.tasks.front();
    json::array agents;
    json::array outputs;
    for (auto task = state.tasks.rbegin(); task != state.tasks.rend(); ++task) {
        add_outputs(*task, outputs);
        const auto id = text_in(*task, "task");
        const auto phase = phase_of(text_in(*task, "state"));
        if (phase != Phase::processing && phase != Phase::pending) continue;
        for (const auto& value : array_in(*task, "agents")) {
            if (!value.is_object()) continue;
            const auto agent = read_status(value.get_object(), id, 0);
            if (!is_active(agent.state)) continue;
            json::object details{{"agent_id", agent.agent_id}, {"task_id", id}};
            if (const auto eta_s = book_.eta_s(id, agent.agent))
                details["estimated_completion"] = whole_seconds(*eta_s);
            agents.push_back({{"agent_name", agent.agent},
                              {"status", to_string(agent.state)},
                              {"progress", agent.progress},
                              {"current_task", agent.message},
                              {"details", std::move(details)}});
        }
    }
    if (keep_newest(outputs, outputs.size(), kBytesMax)) {
        outputs.insert(outputs.begin(), output_of({}, "omitted", state.session, "Older outputs are left out"));
    }
    host_.send({{"type", "session_state"},
                {"session_id", state.session},
                {"state",
                 {{"session_id", state.session},
                  {"query", query_of(root)},
                  {"current_phase", to_string(phase_of(text_in(root, "state")))},
                  {"overall_progress", percents(number_in(root, "progress").value_or(0))},
                  {"active_agents", std::move(agents)},
                  {"crew_output", std::move(outputs)}}},
                {"timestamp", seconds(host_.now_us())}});
}

void SessionReader::send_logs(const std::string& session) {
    read_tree(session, [this, session](const std::vector<json::object>& tasks) {
        const auto logs = std::make_shared<Logs>();
        logs->session = session;
        logs->waiting = std::min(tasks.size(), kTasksReadMax);
        for (std::size_t i = 0; i < std::min(tasks.size(), kTasksReadMax); ++i) {
            const auto topic = task_topic(text_in(tasks[i], "task"));
            host_.command("history", {{"topic", topic}, {"reverse", true}, {"limit", kHistoryPage}},
                          [this, logs](const Result<json::object>& page) {
                              if (page) logs->add(array_in(*page, "events"));
                              if (is_failure(page)) logs->error = page.error();
                              if (--logs->waiting > 0) return;
                              logs->error ? refuse(*logs->error, logs->session) : send(*logs);
                          });
        }
    });
}

void SessionReader::send(Logs& logs) {
    std::stable_sort(logs.entries.begin(), logs.entries.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    json::array entries;
    entries.reserve(logs.entries.size());
    for (auto& entry : logs.entries) entries.push_back(std::move(std::get<2>(entry)));
    keep_newest(entries, logs_max_, kBytesMax);
    host_.send(logs_message(logs.session, std::move(entries), host_.now_us()));
}

}  // namespace longwire::edge::tracking
