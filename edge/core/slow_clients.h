#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace longwire::edge {

/// How far behind a client is: what there is for it and it has not been given, because it takes too slowly.
struct Lag {
    std::size_t topics = 0;  // none: it is not behind
    std::uint64_t events = 0;
    std::int64_t since_us = 0;
};

struct SlowClient {
    std::string connection;
    std::string realm;
    std::string user;
    std::string address;
    Lag lag;
    std::size_t unsent_bytes = 0;
};

/// Those who are furthest behind. Bound: kMax.
class SlowClients {
  public:
    static constexpr std::size_t kMax = 32;

    /// Whether somebody so far behind is among them.
    bool wants(const Lag& lag) const {
        return lag.topics > 0 && (clients_.size() < kMax || lag.events > clients_.front().lag.events);
    }

    /// One that it wants().
    void add(SlowClient client) {
        if (clients_.size() == kMax) {
            std::pop_heap(clients_.begin(), clients_.end(), is_further);
            clients_.pop_back();
        }
        clients_.push_back(std::move(client));
        std::push_heap(clients_.begin(), clients_.end(), is_further);
    }

    /// Those furthest behind first; none are left.
    std::vector<SlowClient> take() {
        std::sort(clients_.begin(), clients_.end(), is_further);
        return std::exchange(clients_, {});
    }

  private:
    static bool is_further(const SlowClient& one, const SlowClient& other) { return one.lag.events > other.lag.events; }

    std::vector<SlowClient> clients_;  // a heap, the one least behind in front
};

}  // namespace longwire::edge
