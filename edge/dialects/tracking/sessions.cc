#include "edge/dialects/tracking/sessions.h"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "protocol/epoch.h"
#include "protocol/event_types.h"
#include "protocol/utf8.h"

namespace longwire::edge::tracking {
namespace {

constexpr std::string_view kOwnKinds = "longwire.";
constexpr std::size_t kQueryBytesMax = 1'000;

bool is_live(const std::optional<Phase>& phase) {
    return phase == Phase::pending || phase == Phase::processing;
}

/// What becomes of an agent that was at work when its task ended.
AgentState last_state(Phase phase) {
    if (phase == Phase::completed) return AgentState::completed;
    return phase == Phase::error ? AgentState::error : AgentState::idle;
}

std::uint64_t epoch_in(const json::object& snapshot) {
    const auto epoch = read_epoch(text_in(snapshot, "epoch"));
    return epoch ? *epoch : 0;
}

std::optional<Phase> end_of(std::string_view type) {
    if (type == event_type::kTaskCompleted) return Phase::completed;
    if (type == event_type::kTaskFailed || type == event_type::kTaskExpired) return Phase::error;
    if (type == event_type::kTaskCancelled) return Phase::cancelled;
    return std::nullopt;
}

std::string farewell_of(const NativeEvent& event) {
    const auto& fields = event.fields();
    const auto error = text_in(object_in(fields, "error"), "message");
    if (!error.empty()) return std::string(shortened(error));
    const auto reason = text_in(fields, "reason");
    if (!reason.empty()) return std::string(shortened(reason));
    if (event.type == event_type::kTaskCompleted) return "The task is completed";
    if (event.type == event_type::kTaskRetrying) return "Waits for another attempt";
    return event.type == event_type::kTaskCancelled ? "The task was cancelled" : "The task has failed";
}

}  // namespace

std::string_view to_string(Phase phase) {
    constexpr std::array<std::string_view, 5> kNames{"pending", "processing", "completed", "error", "cancelled"};
    return kNames[static_cast<std::size_t>(phase)];
}

Phase phase_of(std::string_view state) {
    if (state == "PENDING") return Phase::pending;
    if (state == "COMPLETED") return Phase::completed;
    if (state == "FAILED" || state == "EXPIRED") return Phase::error;
    return state == "CANCELLED" ? Phase::cancelled : Phase::processing;
}

std::string_view query_of(const json::object& task) {
    const auto& input = object_in(task, "input");
    for (const auto* name : {"requirement", "message"}) {
        const auto text = text_in(input, name);
        if (!text.empty()) return utf8_prefix(text, kQueryBytesMax);
    }
    return text_in(task, "kind");
}

SessionBook::Task* SessionBook::find(std::string_view id) const {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : found->second.get();
}

/// Null where there is no room.
SessionBook::Task* SessionBook::find_or_add(std::string_view id) {
    if (auto* const known = find(id)) return known;
    if (tasks_.size() >= options_.tasks_max && !make_room()) {
        has_left_out_ = true;
        return nullptr;
    }
    auto added = std::make_unique<Task>();
    added->id = id;
    auto* const task = added.get();
    tasks_.emplace(task->id, std::move(added));
    return task;
}

bool SessionBook::make_room() {
    if (quiet_.empty()) return false;
    forget(std::string(quiet_.begin()->second));
    return true;
}

void SessionBook::want(Task& task) {
    if (!std::exchange(task.is_wanted, true)) wanted_.push_back(task.id);
}

bool SessionBook::on_event(const NativeEvent& event, std::vector<AgentStatus>& farewells) {
    const bool is_new_here = find(event.task) == nullptr;
    auto* const task = find_or_add(event.task);
    if (task == nullptr) return true;
    if (task->epoch == event.epoch && event.offset <= task->offset) return false;
    const bool has_missed = !is_new_here && event.offset != task->offset + 1;
    task->epoch = event.epoch;
    task->offset = event.offset;
    fold(*task, event, farewells);
    if (has_missed || (is_new_here && !task->is_told)) want(*task);
    count(*task);
    return true;
}

void SessionBook::fold(Task& task, const NativeEvent& event, std::vector<AgentStatus>& farewells) {
    if (event.type == event_type::kTaskQueued) {
        task.phase = Phase::pending;
        task.ended_us = 0;
        clear_agents(task);
        if (!task.is_told && !text_in(event.fields(), "kind").empty()) {
            tell_origin(task, event.fields(), event.time_us);
        }
    } else if (event.type == event_type::kTaskStarted) {
        task.phase = Phase::processing;
        task.ended_us = 0;
        clear_agents(task);
    } else if (event.type == event_type::kTaskRetrying) {
        dismiss(task, AgentState::idle, event, farewells);
    } else if (const auto phase = end_of(event.type)) {
        dismiss(task, last_state(*phase), event, farewells);
        end(task, *phase, event.time_us);
    }
}

void SessionBook::end(Task& task, Phase phase, std::int64_t ended_us) {
    task.phase = phase;
    task.ended_us = ended_us;
    rest_agents(task, last_state(phase));
}

/// None of them is at work any more.
void SessionBook::rest_agents(Task& task, AgentState state) {
    for (auto& [name, agent] : task.agents) {
        if (!is_active(agent.state)) continue;
        agent.state = state;
        if (state == AgentState::completed) agent.progress = 100;
    }
    task.active = 0;
}

/// What it was started as: the fields of `task.queued`, or a snapshot.
void SessionBook::tell_origin(Task& task, const json::object& origin, std::int64_t created_us) {
    task.is_told = true;
    task.is_own = text_in(origin, "kind").starts_with(kOwnKinds);
    task.parent = text_in(origin, "parent");
    task.query = query_of(origin);
    task.created_us = created_us;
    settle(task);
}

void SessionBook::on_status(const AgentStatus& status) {
    auto* const task = find(status.task);
    if (task == nullptr) return;
    set_agent(*task, status);
    count(*task);
}

void SessionBook::set_agent(Task& task, const AgentStatus& status) {
    auto known = task.agents.find(status.agent);
    if (known == task.agents.end()) {
        if (task.agents.size() >= kAgentsPerTaskMax) return;
        known = task.agents.try_emplace(status.agent).first;
    }
    auto& agent = known->second;
    task.active -= is_active(agent.state) ? 1 : 0;
    agent.agent_id = status.agent_id;
    agent.state = status.state;
    agent.progress = status.progress;
    agent.eta_s = status.eta_s;
    task.active += is_active(agent.state) ? 1 : 0;
}

void SessionBook::clear_agents(Task& task) {
    task.agents.clear();
    task.active = 0;
}

void SessionBook::dismiss(Task& task, AgentState state, const NativeEvent& event, std::vector<AgentStatus>& farewells) {
    for (const auto& [name, agent] : task.agents) {
        if (!is_active(agent.state)) continue;
        const int progress = state == AgentState::completed ? 100 : agent.progress;
        farewells.push_back({agent.agent_id, name, state, progress, farewell_of(event), event.time_us, task.id, {}});
    }
    rest_agents(task, state);
}

void SessionBook::on_snapshot(const json::object& snapshot, std::int64_t now_us, std::vector<AgentStatus>& news) {
    const auto id = text_in(snapshot, "task");
    if (id.empty()) return;
    const auto phase = phase_of(text_in(snapshot, "state"));
    const auto ended_us = integer_in(snapshot, "ended_us");
    const bool is_long_gone = !is_live(phase) && ended_us + options_.ended_us <= now_us;
    if (is_long_gone && find(id) == nullptr) return;
    auto* const task = find_or_add(id);
    if (task == nullptr) return;
    task->was_listed = true;
    task->is_wanted = false;
    const auto epoch = epoch_in(snapshot);
    const auto offset = static_cast<std::uint64_t>(std::max<std::int64_t>(integer_in(snapshot, "offset"), 0));
    // Events may have overtaken it: what they have said is newer.
    const bool is_stale = task->epoch == epoch && offset < task->offset;
    if (!is_stale || !task->phase) {
        task->phase = phase;
        task->ended_us = is_live(phase) ? 0 : ended_us;
    }
    if (!is_stale) {
        task->epoch = epoch;
        task->offset = offset;
    }
    take_agents(*task, snapshot, is_stale, now_us, news);
    if (!task->is_told) tell_origin(*task, snapshot, integer_in(snapshot, "created_us"));
    count(*task);
}

void SessionBook::take_agents(Task& task, const json::object& snapshot, bool is_stale, std::int64_t now_us,
                              std::vector<AgentStatus>& news) {
    const bool has_ended = !is_live(task.phase);
    for (const auto& value : array_in(snapshot, "agents")) {
        if (!value.is_object()) continue;
        auto status = read_status(value.get_object(), task.id, has_ended ? task.ended_us : now_us);
        if (has_ended && is_active(status.state)) {
            status.state = last_state(*task.phase);
            if (status.state == AgentState::completed) status.progress = 100;
        }
        const auto known = task.agents.find(status.agent);
        const bool is_known = known != task.agents.end();
        if (is_known && is_stale) continue;
        const bool is_news =
            !is_known || known->second.state != status.state || known->second.progress != status.progress;
        set_agent(task, status);
        if (is_news && !status.agent.empty()) news.push_back(std::move(status));
    }
    if (has_ended) rest_agents(task, last_state(*task.phase));
}

/// Its children that are known to wait for it are the roots of what is left.
void SessionBook::on_unknown(const std::string& id) {
    auto* const task = find(id);
    if (task == nullptr) return;
    task->is_wanted = false;
    if (task->is_told) {
        end(*task, Phase::cancelled, std::max(task->created_us, task->ended_us));
        return count(*task);
    }
    const auto orphans = std::move(task->waits_here);
    erase(id);
    for (const auto& orphan : orphans) {
        auto* const child = find(orphan);
        if (child == nullptr) continue;
        child->parent.clear();
        settle(*child);
    }
}

void SessionBook::on_unanswered(const std::string& id) {
    auto* const task = find(id);
    if (task == nullptr) return;
    task->is_wanted = false;
    want(*task);
}

void SessionBook::begin_list() {
    for (const auto& [id, task] : tasks_) task->was_listed = false;
}

/// What lived and was not listed has ended meanwhile, or is gone.
void SessionBook::end_list() {
    for (const auto& [id, task] : tasks_) {
        if (!task->was_listed && is_live(task->phase)) want(*task);
    }
}

std::vector<std::string> SessionBook::take_wanted(std::size_t most) {
    std::vector<std::string> taken;
    while (taken.size() < most && !wanted_.empty()) {
        taken.push_back(std::move(wanted_.back()));
        wanted_.pop_back();
    }
    return taken;
}

/// Finds the session of a task whose origin is known, and then of those that waited for that.
void SessionBook::settle(Task& first) {
    std::vector<Task*> unsettled{&first};
    while (!unsettled.empty()) {
        auto& task = *unsettled.back();
        unsettled.pop_back();
        if (task.session != nullptr || !task.is_told) continue;
        if (task.parent.empty()) {
            auto& session = sessions_[task.id];
            session = std::make_unique<Session>();
            session->root = &task;
            join(task, *session);
        } else {
            const bool is_new = find(task.parent) == nullptr;
            auto* const parent = find_or_add(task.parent);
            if (parent == nullptr) continue;
            if (is_new) want(*parent);
            if (parent->session == nullptr) {
                parent->waits_here.push_back(task.id);
                continue;
            }
            join(task, *parent->session);
        }
        for (const auto& id : std::exchange(task.waits_here, {})) {
            if (auto* const child = find(id)) unsettled.push_back(child);
        }
    }
}

void SessionBook::join(Task& task, Session& session) {
    task.session = &session;
    session.tasks.push_back(&task);
    has_changed_ = has_changed_ || !session.root->is_own;
    count(task);
}

/// Brings the session up to date with its task.
void SessionBook::count(Task& task) {
    if (task.session == nullptr) return;
    auto& session = *task.session;
    const bool is_shown = session.root == &task && task.phase != task.counted_phase;
    const bool has_changed = is_shown || task.active != task.counted_active;
    session.live -= is_live(task.counted_phase) ? 1 : 0;
    session.live += is_live(task.phase) ? 1 : 0;
    session.active -= task.counted_active;
    session.active += task.active;
    task.counted_phase = task.phase;
    task.counted_active = task.active;
    if (session.quiet_us != 0) quiet_.erase({session.quiet_us, session.root->id});
    session.quiet_us = 0;
    if (session.live == 0) {
        session.quiet_us = 1;
        for (const auto* one : session.tasks) session.quiet_us = std::max(session.quiet_us, one->ended_us);
        quiet_.emplace(session.quiet_us, session.root->id);
    }
    has_changed_ = has_changed_ || (has_changed && !session.root->is_own);
}

void SessionBook::expire(std::int64_t now_us) {
    while (!quiet_.empty() && quiet_.begin()->first + options_.ended_us <= now_us) {
        forget(std::string(quiet_.begin()->second));
    }
}

std::optional<std::int64_t> SessionBook::next_expiry_us() const {
    if (quiet_.empty()) return std::nullopt;
    return quiet_.begin()->first + options_.ended_us;
}

void SessionBook::forget(const std::string& id) {
    const auto found = sessions_.extract(id);
    if (found.empty()) return;
    const auto& session = *found.mapped();
    quiet_.erase({session.quiet_us, id});
    has_changed_ = has_changed_ || !session.root->is_own;
    for (const auto* task : session.tasks) erase(task->id);
}

std::string_view SessionBook::session_of(std::string_view task) const {
    const auto* const known = find(task);
    return known == nullptr || known->session == nullptr ? std::string_view() : known->session->root->id;
}

std::optional<double> SessionBook::eta_s(std::string_view task, std::string_view agent) const {
    const auto* const known = find(task);
    if (known == nullptr) return std::nullopt;
    const auto found = known->agents.find(agent);
    return found == known->agents.end() ? std::nullopt : found->second.eta_s;
}

json::object SessionBook::list() const {
    std::vector<const Session*> newest;
    for (const auto& [id, session] : sessions_) {
        if (!session->root->is_own) newest.push_back(session.get());
    }
    const auto total = newest.size();
    const auto listed = std::min(total, options_.listed_max);
    std::partial_sort(newest.begin(), newest.begin() + static_cast<std::ptrdiff_t>(listed), newest.end(),
                      [](const Session* a, const Session* b) {
                          return std::pair(a->root->created_us, std::string_view(a->root->id)) >
                                 std::pair(b->root->created_us, std::string_view(b->root->id));
                      });
    json::array sessions;
    sessions.reserve(listed);
    for (std::size_t i = 0; i < listed; ++i) {
        const auto& root = *newest[i]->root;
        sessions.push_back({{"session_id", root.id},
                            {"query", root.query},
                            {"status", to_string(root.phase.value_or(Phase::pending))},
                            {"agents_active", newest[i]->active}});
    }
    return {{"total_sessions", total}, {"sessions", std::move(sessions)}};
}

}  // namespace longwire::edge::tracking
