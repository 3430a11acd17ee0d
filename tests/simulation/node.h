#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "tests/simulation/environment.h"

namespace longwire::simulation {

/// A process: lives and dies, has a clock of its own, and does its work in turns, as the product's loops do. The
/// scheduler of the machine may forget it for a while: then it wakes up to a world that has gone on without it.
class Node {
  public:
    Node(Environment& environment, std::string name) : environment_(environment), name_(std::move(name)) {}
    virtual ~Node() = default;

    const std::string& name() const { return name_; }
    bool is_alive() const { return is_alive_; }

    virtual void start() = 0;

    /// At once and without a last word.
    virtual void crash() = 0;

    void freeze(std::int64_t for_us);
    void thaw();

    /// Its clock jumps. Within a life a process's clock never goes back.
    void step_clock(std::int64_t by_us) { clock_us_ += by_us; }

  protected:
    virtual void turn() = 0;

    /// A turn soon, for there is something to do.
    void wake();
    void wake_in(std::int64_t delay_us);

    void begin_life(std::int64_t clock_step_us);
    void end_life();

    std::int64_t now_us() const { return environment_.schedule.now_us() + clock_us_; }

    template <class What>
    void tell(What what) {
        environment_.trace.tell(name_, what);
    }

    /// Happens unless this life is over by then.
    void in(std::int64_t delay_us, Schedule::Action action);

    Environment& environment_;

  private:
    std::string name_;
    bool is_alive_ = false;
    std::uint64_t life_ = 0;
    std::int64_t clock_us_ = 1'700'000'000'000'000;
    std::int64_t frozen_until_us_ = 0;
    std::int64_t due_us_ = INT64_MAX;  // the next turn
};

}  // namespace longwire::simulation
