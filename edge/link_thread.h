#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "edge/core/link_router.h"
#include "protocol/wake_fd.h"

namespace longwire::edge {

/// The one thread that talks to the broker, for all shards of an edge: the sockets around a LinkRouter.
class LinkThread {
  public:
    struct Options {
        std::string broker;  // endpoint of the broker's edges' ROUTER
        std::string name;    // of this edge, unique
        std::size_t window_bytes = 16 << 20;
        std::size_t shards = 1;
    };
    /// Called on the link thread with what a shard is to be told; must not block.
    using Deliver = std::function<void(std::size_t shard, std::vector<FromLink> messages)>;

    explicit LinkThread(Options options) : options_(std::move(options)) {}
    ~LinkThread() { stop(); }

    /// Called on the link thread about once a second while there is a session; must not block.
    using Report = std::function<link::Prepared()>;

    /// Connects and starts the thread. Errors: the endpoint cannot be used.
    Status start(Deliver deliver, Report report);

    /// Says goodbye to the broker and joins the thread. From any thread but its own.
    void stop();

    /// Messages of a shard, in order. From any thread.
    void post(std::size_t shard, std::vector<ToLink> messages);

    /// Whether there is a session with the broker. From any thread.
    bool is_up() const { return is_up_.load(std::memory_order_relaxed); }

    struct Stats {
        std::uint64_t events = 0;  // received so far
        EventAges ages;            // of events when they had come
    };
    /// As of not long ago. From any thread.
    Stats stats() const {
        const std::lock_guard lock(mutex_);
        return stats_;
    }

  private:
    void run(const Deliver& deliver, const Report& report);

    Options options_;
    WakeFd wake_;
    mutable std::mutex mutex_;
    std::vector<std::pair<std::size_t, std::vector<ToLink>>> posted_;  // guarded by mutex_
    Stats stats_;                                                      // guarded by mutex_
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> is_up_{false};
    std::thread thread_;
};

}  // namespace longwire::edge
