#include "edge/dialects/tracking/agents.h"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <utility>

#include "protocol/ascii.h"
#include "protocol/utc_text.h"

namespace longwire::edge::tracking {
namespace {

constexpr double kEtaSMax = 1e9;

struct Word {
    std::string_view word;
    AgentState state;
};
constexpr std::array kWords{
    Word{"idle", AgentState::idle},
    Word{"waiting", AgentState::idle},
    Word{"paused", AgentState::idle},
    Word{"cancelled", AgentState::idle},
    Word{"stopped", AgentState::idle},
    Word{"analyzing", AgentState::analyzing},
    Word{"thinking", AgentState::analyzing},
    Word{"planning", AgentState::analyzing},
    Word{"processing", AgentState::processing},
    Word{"collaborating", AgentState::collaborating},
    Word{"completed", AgentState::completed},
    Word{"complete", AgentState::completed},
    Word{"done", AgentState::completed},
    Word{"finished", AgentState::completed},
    Word{"error", AgentState::error},
    Word{"failed", AgentState::error},
};

bool is_same_word(std::string_view word, std::string_view other) {
    return std::equal(word.begin(), word.end(), other.begin(), other.end(),
                      [](char a, char b) { return a == lower_case(b); });
}

std::string_view first_of(std::string_view a, std::string_view b) {
    return a.empty() ? b : a;
}

AgentStatus read(const json::object& fields, std::string_view fallback_name) {
    AgentStatus status;
    const auto name = text_in(fields, "agent");
    const auto id = text_in(fields, "agent_id");
    status.agent = shortened(first_of(first_of(name, id), fallback_name));
    status.agent_id = shortened(first_of(id, status.agent));
    status.state = agent_state(text_in(fields, "status"));
    const bool is_complete = status.state == AgentState::completed;
    status.progress = percents(number_in(fields, "progress").value_or(is_complete ? 1 : 0));
    status.message = shortened(text_in(fields, "message"));
    if (const auto eta_s = number_in(fields, "eta_s"); eta_s && *eta_s >= 0 && *eta_s <= kEtaSMax) status.eta_s = eta_s;
    return status;
}

}  // namespace

std::string_view to_string(AgentState state) {
    constexpr std::array<std::string_view, 6> kNames{"IDLE",          "ANALYZING", "PROCESSING",
                                                     "COLLABORATING", "COMPLETED", "ERROR"};
    return kNames[static_cast<std::size_t>(state)];
}

AgentState agent_state(std::string_view word) {
    const auto* const known =
        std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return is_same_word(one.word, word); });
    return known == kWords.end() ? AgentState::processing : known->state;
}

bool is_active(AgentState state) {
    return state == AgentState::analyzing || state == AgentState::processing || state == AgentState::collaborating;
}

AgentStatus read_status(const NativeEvent& event) {
    auto status = read(event.fields(), event.source);
    status.time_us = event.time_us;
    status.task = event.task;
    return status;
}

AgentStatus read_status(const json::object& agent, std::string_view task, std::int64_t time_us) {
    auto status = read(agent, {});
    status.time_us = time_us;
    status.task = task;
    return status;
}

json::object status_message(const AgentStatus& status) {
    json::object metadata{{"task_id", status.task}};
    if (status.eta_s) metadata["estimated_completion"] = whole_seconds(*status.eta_s);
    return {{"type", "agent_status"},
            {"agent_id", status.agent_id},
            {"agent_name", status.agent},
            {"status", to_string(status.state)},
            {"progress", status.progress},
            {"message", status.message},
            {"timestamp", utc_text(status.time_us)},
            {"metadata", std::move(metadata)}};
}

json::object render_status(const NativeEvent& event) {
    return status_message(read_status(event));
}

json::object render_handoff(const NativeEvent& event) {
    const auto& fields = event.fields();
    const auto from = first_of(first_of(text_in(fields, "agent"), text_in(fields, "agent_id")), event.source);
    const auto to = first_of(text_in(fields, "to"), text_in(fields, "to_id"));
    return {{"type", "agent_collaboration"},
            {"primary_agent", shortened(from)},
            {"secondary_agent", shortened(to)},
            {"collaboration_type", shortened(first_of(text_in(fields, "collaboration"), "handoff"))},
            {"reason", shortened(text_in(fields, "reason"))},
            {"timestamp", utc_text(event.time_us)}};
}

bool StatusPace::admit(const std::string& agent_id, std::int64_t now_us) {
    const auto known = agents_.find(agent_id);
    if (known != agents_.end()) {
        auto& agent = known->second;
        if (agent.waiting || now_us < agent.sent_us + interval_us_) return false;
        agent.sent_us = now_us;
        return true;
    }
    if (agents_.size() >= sift_at_ && now_us >= sift_us_) forget_quiet(now_us);
    if (agents_.size() < kAgentsMax) agents_[agent_id].sent_us = now_us;
    return true;
}

void StatusPace::hold(AgentStatus status) {
    auto& agent = agents_[status.agent_id];
    if (!agent.waiting) {
        const auto earliest_us = agent.sent_us + interval_us_;
        due_[(earliest_us + kGridUs - 1) / kGridUs * kGridUs].push_back(status.agent_id);
    }
    agent.waiting = std::move(status);
}

std::vector<AgentStatus> StatusPace::take_due(std::int64_t now_us) {
    std::vector<AgentStatus> taken;
    while (!due_.empty() && due_.begin()->first <= now_us) {
        for (const auto& agent_id : due_.begin()->second) {
            auto& agent = agents_[agent_id];
            agent.sent_us = now_us;
            taken.push_back(std::move(*std::exchange(agent.waiting, std::nullopt)));
        }
        due_.erase(due_.begin());
    }
    return taken;
}

std::optional<std::int64_t> StatusPace::next_us() const {
    if (due_.empty()) return std::nullopt;
    return due_.begin()->first;
}

void StatusPace::forget_quiet(std::int64_t now_us) {
    std::erase_if(agents_, [&](const auto& entry) {
        const auto& agent = entry.second;
        return !agent.waiting && agent.sent_us + interval_us_ <= now_us;
    });
    sift_us_ = now_us + interval_us_;
    sift_at_ = std::min(kAgentsMax, std::max<std::size_t>(256, agents_.size() * 2));
}

}  // namespace longwire::edge::tracking
