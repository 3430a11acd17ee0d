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

    /// Connects and starts the thread. Errors: the endpoint cannot be used.
    Status start(Deliver deliver);

    /// Says goodbye to the broker and joins the thread. From any thread but its own.
    void stop();

    /// Messages of a shard, in order. From any thread.
    void post(std::size_t shard, std::vector<ToLink> messages);

    /// Whether there is a session with the broker. From any thread.
    bool is_up() const { return is_up_.load(std::memory_order_relaxed); }

    /// Events received so far. From any thread.
    std::uint64_t events() const { return events_.load(std::memory_order_relaxed); }

  private:
    void run(const Deliver& deliver);

    Options options_;
    WakeFd wake_;
    std::mutex mutex_;
    std::vector<std::pair<std::size_t, std::vector<ToLink>>> posted_;  // guarded by mutex_
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> is_up_{false};
    std::atomic<std::uint64_t> events_{0};
    std::thread thread_;
};

}  // namespace longwire::edge
