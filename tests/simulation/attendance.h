#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/link/subscriber_messages.h"
#include "tests/simulation/holders.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/task_facts.h"

namespace longwire::simulation {

/// Who is there, for tasks that are to end without anybody (decision 0009), and as members of topics: neither must be
/// given up before its time of grace is over, nor be kept beyond it.
///
/// Time: the broker's.
class Attendance {
  public:
    explicit Attendance(const Scenario& scenario) : scenario_(scenario) {}

    // What the broker hears and says, in this order.

    void broker_began(std::int64_t now_us);
    void from_edge(const std::string& edge, const link::EdgeToBroker& message, std::int64_t now_us);
    void to_edge(const std::string& edge, const link::BrokerToEdge& message, std::int64_t now_us);
    void unreachable(const std::string& edge, std::int64_t now_us);
    void stalled(std::int64_t for_us) { members_.stalled(for_us); }

    // What it decides: an event that is folded into its task, if it is about one, behind this call.

    void decide(const std::string& path, const Envelope& envelope, const TaskFacts* task);
    void end_step(std::int64_t now_us);
    void check_deadlines(const AllFacts& tasks, std::int64_t now_us) const;

    // As the log has it.

    void durable(const std::string& path, const Envelope& envelope);
    void wiped() { durable_.clear(); }

    using Members = std::set<std::pair<std::string, std::string>>;  // path and member
    const Members& members() const { return durable_; }

    /// A task is given up because nobody is there for it.
    std::function<void(const std::string& path)> when_abandoned;

  private:
    void on_request(const std::string& edge, const link::Request& request, std::int64_t now_us);
    void on_reply(const std::string& edge, const link::Reply& reply);
    void edge_gone(const std::string& edge, bool is_certain, std::int64_t now_us);
    void check_abandoned(const TaskFacts& task, std::int64_t now_us) const;
    void on_join(const std::string& path, const Envelope& envelope);
    void on_leave(const std::string& path, const Envelope& envelope);

    const Scenario& scenario_;
    Holders attached_;  // to tasks, by the paths of their topics
    Holders members_;   // by path and member
    Members decided_;
    Members durable_;
    std::map<std::string, std::int64_t> lost_us_;   // of members, by path and member, until they join again
    std::map<std::string, std::int64_t> heard_us_;  // of edges
    std::set<std::string> greeting_;                // edges that have said hello in this step
};

}  // namespace longwire::simulation
