#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "protocol/link/producer_messages.h"
#include "protocol/link/subscriber_messages.h"
#include "tests/simulation/model.h"

namespace longwire::simulation {

/// What a broker may say, checked when it says it: nothing of what is not durable, and to no edge more than its credit.
class WireRules {
  public:
    explicit WireRules(Model& model) : model_(model) {}

    /// A new broker knows no session.
    void broker_began();

    void from_worker(const std::string& worker, std::string_view bytes);
    /// `now_us` is the broker's.
    void from_edge(const std::string& edge, std::string_view frame, std::int64_t now_us);
    void to_worker(const std::string& worker, std::string_view bytes);
    void to_edge(const std::string& edge, std::string_view frame, std::int64_t now_us);

  private:
    struct WorkerSessions {
        std::uint64_t incarnation = 0;     // of the worker as last welcomed
        std::deque<std::uint64_t> hellos;  // those of hellos that wait for their answers
    };
    struct EdgeCredit {
        std::uint64_t window_bytes = 0;
        std::uint64_t sent_bytes = 0;
        std::uint64_t confirmed_bytes = 0;
    };

    void from_edge(const std::string& edge, const link::EdgeToBroker& message, std::int64_t now_us);
    void to_edge(const std::string& edge, const link::Numbered<link::BrokerToEdge>& said, std::int64_t now_us);
    void on_answered(const std::string& worker, bool is_welcome);
    void check_committed(const std::string& worker, const std::vector<link::PartitionSequence>& positions);
    void check_assigned(const std::string& worker, const link::AttemptRef& attempt) const;
    void check_input(const link::TaskInput& input) const;
    void check_child(const link::ChildState& child);
    void check_events(const std::string& edge, const link::TopicEvents& events) const;
    void check_reply(const link::Reply& reply) const;
    void count_delivered(const std::string& edge, std::size_t bytes);

    Model& model_;
    std::map<std::string, WorkerSessions> workers_;
    std::map<std::string, EdgeCredit> edges_;
    std::map<std::string, std::string> children_;  // by parent, run and name
};

}  // namespace longwire::simulation
