#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <mutex>  // tidy: allow(include) the connections of all shards are counted together
#include <optional>
#include <string>

namespace longwire::edge {

/// What `GET /api/ws/health` tells of this edge's connections. Thread: any.
class SessionsHealth {
  public:
    /// A connection's name here, until it is closed.
    using Id = std::uint64_t;

    Id open(const std::string& realm, const std::string& endpoint);
    void close(Id id);

    /// A connection that was opened before it was known who it is.
    void rename(Id id, const std::string& realm);

    void count_in(std::int64_t now_us);
    void count_out(std::int64_t now_us);

    /// Since when a ping has not been answered; nothing if all are.
    void pinged(Id id, std::optional<std::int64_t> since_us);

    boost::json::object report(std::int64_t now_us) const;

  private:
    static constexpr std::size_t kSeconds = 10;

    struct Connection {
        std::string realm;
        std::string endpoint;
        std::optional<std::int64_t> pinged_us;
    };
    /// How many there were in each of the last seconds.
    struct Rate {
        struct Second {
            std::int64_t number = 0;
            std::uint64_t count = 0;
        };
        std::array<Second, kSeconds + 1> seconds{};

        void count(std::int64_t now_us);
        double per_second(std::int64_t now_us) const;
    };

    mutable std::mutex mutex_;
    std::map<Id, Connection> connections_;
    Id last_ = 0;
    Rate in_;
    Rate out_;
};

}  // namespace longwire::edge
