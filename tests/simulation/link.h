#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>

#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"

namespace longwire::simulation {

/// Who of a link's two ends: the one that connects, or the one that is connected to.
enum class End : std::uint8_t { dialler, listener };

inline End other(End end) {
    return end == End::dialler ? End::listener : End::dialler;
}

/// One TCP connection between two nodes, and the next one after it has broken.
///
/// What ZeroMQ and WebSockets promise, and no more: within a connection everything arrives once and in order, however
/// late. When it breaks, what is under way is lost, each end learns of it in its own time, and may go on sending into
/// the void until it does.
class Link {
  public:
    using OnChange = std::function<void(bool is_open)>;

    Link(Schedule& schedule, Random& random, std::int64_t latency_us_max, OnChange at_dialler, OnChange at_listener);

    /// `arrive` happens at the other end, or never. False when this end knows that there is no connection.
    bool send(End from, Schedule::Action arrive);

    /// The dialler wants a connection from now on, and will try until it has one, each time it has lost one.
    void dial();

    /// The process at this end is there to be connected to, or begins to be.
    void listen();

    /// The process at this end is gone. What it had sent may still arrive.
    void end(End end);

    /// The connection breaks.
    void cut();

    /// Nothing arrives for a time; then all of it, unless the connection is cut.
    void stall(std::int64_t for_us);

    bool is_open(End end) const { return at(open_, end); }

    /// Counts the connections.
    std::uint64_t connection() const { return connection_; }

  private:
    template <class T>
    static T& at(std::array<T, 2>& both, End end) {
        return both[static_cast<std::size_t>(end)];
    }
    template <class T>
    static const T& at(const std::array<T, 2>& both, End end) {
        return both[static_cast<std::size_t>(end)];
    }

    void try_to_connect(std::int64_t delay_us);
    void connect();
    void lose(End towards);
    void notice(End end, std::int64_t delay_us);
    void arrive(End at_end, std::uint64_t life, Schedule::Action action);
    void set_open(End end, bool is_open);

    Schedule& schedule_;
    Random& random_;
    std::int64_t latency_us_max_;
    std::array<OnChange, 2> on_change_;

    bool is_up_ = false;
    bool is_dialling_ = false;
    bool is_listening_ = true;
    bool is_trying_ = false;
    std::uint64_t connection_ = 0;
    std::array<bool, 2> open_{};                // as each end knows
    std::array<std::uint64_t, 2> life_{};       // of what is under way towards each end
    std::array<std::int64_t, 2> arrived_us_{};  // when the newest message towards each end arrives
    std::int64_t stalled_until_us_ = 0;
    std::deque<Schedule::Action> stalled_;
};

}  // namespace longwire::simulation
