#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/link/producer_messages.h"

namespace longwire::simulation {

/// One event that a worker's session has taken.
struct Emitted {
    std::string path;
    std::uint32_t attempt = 0;
    std::uint64_t id = 0;    // in its payload
    bool may_retry = false;  // an end that the broker may make a retry of
    bool is_durable = false;
};

/// Rule 2: what an emit was acknowledged for is in the log, once and in the worker's order.
class Emissions {
  public:
    /// Whether an attempt is in charge, as the log says.
    using IsOpen = std::function<bool(const std::string& path, std::uint32_t attempt)>;

    explicit Emissions(IsOpen is_open) : is_open_(std::move(is_open)) {}

    void emitted(const std::string& worker, std::uint64_t incarnation, std::uint32_t partition, Emitted event);

    /// An event of a worker has become durable.
    void logged(const std::string& path, std::uint32_t partition, const Envelope& envelope);

    /// The broker says so to this life of the worker.
    void acknowledged(const std::string& worker, std::uint64_t incarnation, const link::PartitionSequence& at);

    /// The log is gone, and with it what was acknowledged. From now on an attempt may be in charge twice: tasks that
    /// nobody remembers are made again, with the same names.
    void wipe() { log_is_whole_ = false; }

  private:
    struct Stream {
        std::vector<Emitted> events;  // sequence 1, 2, 3, …
        std::uint64_t logged = 0;
        std::uint64_t acknowledged = 0;
    };
    using Key = std::tuple<std::string, std::uint64_t, std::uint32_t>;

    bool may_be_lost(const Emitted& event) const { return !log_is_whole_ || !is_open_(event.path, event.attempt); }

    IsOpen is_open_;
    std::map<Key, Stream> streams_;
    bool log_is_whole_ = true;
};

}  // namespace longwire::simulation
