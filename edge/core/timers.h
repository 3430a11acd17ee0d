#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace longwire::edge {

/// Whoever wants to be called at a time: one time each. Gives its time up when it is destroyed.
class TimerClient {
  public:
    TimerClient() = default;
    virtual ~TimerClient();
    TimerClient(const TimerClient&) = delete;
    TimerClient& operator=(const TimerClient&) = delete;

    /// The time has come; it is not set any more.
    virtual void on_time() = 0;

  private:
    friend class Timers;

    class Timers* timers_ = nullptr;  // where its time is set
    std::int64_t due_us_ = 0;
};

/// The times that one shard's clients wait for. Outlives them. Thread: the shard's.
class Timers {
  public:
    /// Instead of the client's time before, if it had one.
    void set(TimerClient& client, std::int64_t due_us);
    void cancel(TimerClient& client);

    /// Calls those that are due, the earliest first. One that sets itself anew for a time that has come is called at
    /// the next run.
    void run(std::int64_t now_us);

    /// The next time; nothing if none is set.
    std::optional<std::int64_t> next_us() const;

  private:
    std::set<std::pair<std::int64_t, TimerClient*>> due_;
    std::set<std::pair<std::int64_t, TimerClient*>> running_;  // those still to be called by run()
};

}  // namespace longwire::edge
