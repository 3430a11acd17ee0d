#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "edge/dialects/native_event.h"
#include "edge/dialects/tracking/values.h"

namespace longwire::edge::tracking {

enum class AgentState : std::uint8_t { idle, analyzing, processing, collaborating, completed, error };

/// "PROCESSING"
std::string_view to_string(AgentState state);

/// What an agent calls its state: one of the words above in any case, or what other people say for it. A word that
/// nobody knows means that the agent is at work.
AgentState agent_state(std::string_view word);

/// Whether it is at work.
bool is_active(AgentState state);

/// What an agent says of itself.
struct AgentStatus {
    std::string agent_id;  // its name where it has no other
    std::string agent;
    AgentState state = AgentState::idle;
    int progress = 0;  // percents
    std::string message;
    std::int64_t time_us = 0;
    std::string task;
    std::optional<double> eta_s;
};

/// Of an `agent.status` event.
AgentStatus read_status(const NativeEvent& event);

/// One of the `agents` of a task's snapshot.
AgentStatus read_status(const json::object& agent, std::string_view task, std::int64_t time_us);

/// `agent_status`
json::object status_message(const AgentStatus& status);
json::object render_status(const NativeEvent& event);

/// `agent_collaboration`, of an `agent.handoff` event.
json::object render_handoff(const NativeEvent& event);

/// Lets each agent say its status once per interval at most. What it says in between waits for its time, and only the
/// newest of that, so that the last is never lost.
///
/// Times are rounded up to a grid of `kGridUs`, so that one wake serves many agents. Bound: `kAgentsMax` agents within
/// one interval; those beyond it are not held up.
class StatusPace {
  public:
    static constexpr std::int64_t kGridUs = 10'000;
    static constexpr std::size_t kAgentsMax = 10'000;

    explicit StatusPace(std::int64_t interval_us) : interval_us_(interval_us) {}

    /// Whether an agent's status may be sent now. If so it counts as sent; if not it is to be held.
    bool admit(const std::string& agent_id, std::int64_t now_us);
    void hold(AgentStatus status);

    /// Those whose time has come; they count as sent.
    std::vector<AgentStatus> take_due(std::int64_t now_us);

    /// When the next one's time comes; nothing if none waits.
    std::optional<std::int64_t> next_us() const;

  private:
    struct Agent {
        std::int64_t sent_us = 0;
        std::optional<AgentStatus> waiting;
    };

    void forget_quiet(std::int64_t now_us);

    std::int64_t interval_us_;
    std::unordered_map<std::string, Agent> agents_;
    std::map<std::int64_t, std::vector<std::string>> due_;  // agents, by the times of those that wait
    std::size_t sift_at_ = 256;                             // agents
    std::int64_t sift_us_ = 0;                              // and not before
};

}  // namespace longwire::edge::tracking
