#pragma once

#include <cstddef>
#include <cstdint>
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
    void broker_began() { edges_.clear(); }

    void from_worker(const std::string& worker, std::string_view bytes);
    void from_edge(const std::string& edge, std::string_view bytes);
    void to_worker(const std::string& worker, std::string_view bytes);
    void to_edge(const std::string& edge, std::string_view bytes);

  private:
    struct EdgeCredit {
        std::uint64_t window_bytes = 0;
        std::uint64_t sent_bytes = 0;
        std::uint64_t confirmed_bytes = 0;
    };

    void check_committed(const std::string& worker, const std::vector<link::PartitionSequence>& positions);
    void check_assigned(const std::string& worker, const link::AttemptRef& attempt) const;
    void check_input(const link::TaskInput& input) const;
    void check_events(const std::string& edge, const link::TopicEvents& events) const;
    void check_reply(const link::Reply& reply) const;
    void count_delivered(const std::string& edge, std::size_t bytes);

    Model& model_;
    std::map<std::string, std::uint64_t> incarnations_;  // the newest that each worker has said hello in
    std::map<std::string, EdgeCredit> edges_;
};

}  // namespace longwire::simulation
