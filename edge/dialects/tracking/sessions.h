#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edge/dialects/tracking/agents.h"

namespace longwire::edge::tracking {

enum class Phase : std::uint8_t { pending, processing, completed, error, cancelled };

/// "processing"
std::string_view to_string(Phase phase);

/// That of a task's `state`.
Phase phase_of(std::string_view state);

/// What a task was asked to do: `requirement` or `message` of its input, and else its kind.
std::string_view query_of(const json::object& task);

/// What one dashboard knows of its realm's tasks: which trees they make, and how each is doing. A tree is a session,
/// and its root says what the session is. Learns from events and snapshots in whatever order they come, and says of
/// which tasks it needs a snapshot.
///
/// A session is known until so long after the last task of its tree has ended. Bound: `tasks_max` tasks; for room the
/// session that ended first goes early, and if none has ended what is new is left out until there is room.
class SessionBook {
  public:
    struct Options {
        std::int64_t ended_us = 60'000'000;  // how long a session stays when it has ended
        std::size_t tasks_max = 20'000;
        std::size_t listed_max = 1'000;  // sessions in a list
    };

    explicit SessionBook(Options options) : options_(options) {}

    /// What an event says of its task. False if its place has been passed: it has come before. `farewells` gets the
    /// last statuses of agents that are not at work any more because their task is not.
    bool on_event(const NativeEvent& event, std::vector<AgentStatus>& farewells);

    /// An agent's status, behind on_event of its event.
    void on_status(const AgentStatus& status);

    /// A task's snapshot. One that has ended too long ago to be listed is passed over, unless its tree is known. `news`
    /// gets the statuses of its agents that are not known.
    void on_snapshot(const json::object& snapshot, std::int64_t now_us, std::vector<AgentStatus>& news);

    /// There is no such task.
    void on_unknown(const std::string& task);

    /// Its snapshot could not be had: it is wanted again.
    void on_unanswered(const std::string& task);

    /// Between these two come the snapshots of all tasks that have not ended.
    void begin_list();
    void end_list();

    /// Tasks of which a snapshot is needed, each named once until its snapshot has come.
    std::vector<std::string> take_wanted(std::size_t most);

    /// Forgets the sessions whose time has come.
    void expire(std::int64_t now_us);
    std::optional<std::int64_t> next_expiry_us() const;

    /// The root of a task's tree; empty while it is not known.
    std::string_view session_of(std::string_view task) const;

    /// How long an agent of a task will still take, if it has said so.
    std::optional<double> eta_s(std::string_view task, std::string_view agent) const;

    /// Whether the list is another one since the last call.
    bool take_change() { return std::exchange(has_changed_, false); }

    /// `data` of `active_sessions`: the newest sessions first.
    json::object list() const;

    std::size_t sessions() const { return sessions_.size(); }
    std::size_t tasks() const { return tasks_.size(); }
    /// Whether there were tasks that found no room.
    bool has_left_out() const { return has_left_out_; }
    bool is_full() const { return tasks_.size() >= options_.tasks_max && quiet_.empty(); }

  private:
    static constexpr std::size_t kAgentsPerTaskMax = 256;  // as many as a snapshot has

    struct Agent {
        std::string agent_id;
        AgentState state = AgentState::idle;
        int progress = 0;
        std::optional<double> eta_s;
    };
    struct Session;
    struct Task {
        std::string id;
        std::string parent;
        std::string query;
        bool is_told = false;  // what it was started as is known
        bool is_own = false;   // the cluster's
        bool is_wanted = false;
        std::optional<Phase> phase;
        std::uint64_t epoch = 0;
        std::uint64_t offset = 0;  // of what was folded in last
        std::int64_t created_us = 0;
        std::int64_t ended_us = 0;
        bool was_listed = false;
        Session* session = nullptr;
        std::map<std::string, Agent, std::less<>> agents;
        std::size_t active = 0;               // of them
        std::size_t counted_active = 0;       // in the session
        std::optional<Phase> counted_phase;   // in the session
        std::vector<std::string> waits_here;  // children that know their session when this one does
    };
    struct Session {
        Task* root = nullptr;
        std::vector<Task*> tasks;
        std::size_t live = 0;  // tasks
        std::size_t active = 0;
        std::int64_t quiet_us = 0;  // since when none lives; 0 while one does
    };

    Task* find(std::string_view id) const;
    void erase(std::string_view id) { tasks_.erase(tasks_.find(id)); }
    Task* find_or_add(std::string_view id);
    void want(Task& task);
    bool make_room();
    void tell_origin(Task& task, const json::object& origin, std::int64_t created_us);
    void fold(Task& task, const NativeEvent& event, std::vector<AgentStatus>& farewells);
    void end(Task& task, Phase phase, std::int64_t ended_us);
    void dismiss(Task& task, AgentState state, const NativeEvent& event, std::vector<AgentStatus>& farewells);
    void take_agents(Task& task, const json::object& snapshot, bool is_stale, std::int64_t now_us,
                     std::vector<AgentStatus>& news);
    void set_agent(Task& task, const AgentStatus& status);
    void clear_agents(Task& task);
    static void rest_agents(Task& task, AgentState state);
    void settle(Task& task);
    void join(Task& task, Session& session);
    void count(Task& task);
    void forget(const std::string& session);

    Options options_;
    std::unordered_map<std::string_view, std::unique_ptr<Task>> tasks_;  // the key lives in the task
    std::unordered_map<std::string, std::unique_ptr<Session>> sessions_;
    std::set<std::pair<std::int64_t, std::string>> quiet_;  // sessions, by the time since when they are
    std::vector<std::string> wanted_;
    bool has_changed_ = false;
    bool has_left_out_ = false;
};

}  // namespace longwire::edge::tracking
