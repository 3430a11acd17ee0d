#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace longwire::worker {

/// Threads for handlers, made when first needed and used again.
///
/// Bound:  `threads_max`; run() says no beyond it.
/// Thread: one at a time.
class TaskThreads {
  public:
    using Work = std::function<void()>;

    explicit TaskThreads(std::size_t threads_max);
    ~TaskThreads();
    TaskThreads(const TaskThreads&) = delete;
    TaskThreads& operator=(const TaskThreads&) = delete;

    /// Begins `work` at once, which must not throw. False if every thread is busy.
    bool run(Work work);

    /// Waits for all work to end. False if some has not within `patience`: its threads go on by themselves, so that
    /// what they use must belong to them.
    bool finish(std::chrono::milliseconds patience);

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable work_came;
        std::condition_variable thread_left;
        std::deque<Work> work;
        std::size_t threads = 0;
        std::size_t idle = 0;
        bool closing = false;
        std::vector<std::thread::id> left;
    };
    static void serve(const std::shared_ptr<Shared>& shared);

    const std::size_t threads_max_;
    std::vector<std::thread> threads_;
    const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace longwire::worker
