#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/link/subscriber_messages.h"

namespace longwire::broker {

/// How an edge is doing, as it last said.
///
/// Bound: kSlowClientsMax slow clients, with names of kNameBytesMax; what a report has beyond that is passed over.
class EdgeStanding {
  public:
    static constexpr std::size_t kSlowClientsMax = 32;

    struct SlowClient {
        std::string connection;
        std::string realm;
        std::string user;
        std::string address;
        std::uint64_t topics = 0;
        std::uint64_t events = 0;
        std::uint64_t unsent_bytes = 0;
        std::int64_t since_us = 0;
    };

    void take(const link::EdgeReport& report, std::int64_t now_us);

    std::int64_t reported_us() const { return reported_us_; }  // 0: not yet
    const std::string& program() const { return program_; }
    const link::EdgeFigures& figures() const { return figures_; }
    const std::vector<SlowClient>& slow() const { return slow_; }

  private:
    std::int64_t reported_us_ = 0;
    std::string program_;
    link::EdgeFigures figures_;
    std::vector<SlowClient> slow_;
};

}  // namespace longwire::broker
