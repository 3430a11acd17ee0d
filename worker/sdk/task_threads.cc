#include "worker/sdk/task_threads.h"

#include <algorithm>
#include <utility>

namespace longwire::worker {

TaskThreads::TaskThreads(std::size_t threads_max) : threads_max_(threads_max) {}

TaskThreads::~TaskThreads() {
    finish(std::chrono::milliseconds(0));
}

bool TaskThreads::run(Work work) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->idle > shared_->work.size()) {
            shared_->work.push_back(std::move(work));
            shared_->work_came.notify_one();
            return true;
        }
        if (shared_->threads >= threads_max_) return false;
        shared_->work.push_back(std::move(work));
        ++shared_->threads;
        ++shared_->idle;
    }
    threads_.emplace_back([shared = shared_] { serve(shared); });
    return true;
}

void TaskThreads::serve(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->work_came.wait(lock, [&] { return shared->closing || !shared->work.empty(); });
        if (shared->work.empty()) break;
        auto work = std::move(shared->work.front());
        shared->work.pop_front();
        --shared->idle;
        lock.unlock();
        work();
        work = nullptr;  // with all that it holds, before the thread counts as idle
        lock.lock();
        ++shared->idle;
    }
    --shared->idle;
    --shared->threads;
    shared->left.push_back(std::this_thread::get_id());
    // Under the lock: the last to leave must not touch what finish() may already have given up.
    shared->thread_left.notify_all();
}

bool TaskThreads::finish(std::chrono::milliseconds patience) {
    std::unique_lock lock(shared_->mutex);
    shared_->closing = true;
    shared_->work_came.notify_all();
    shared_->thread_left.wait_for(lock, patience, [this] { return shared_->threads == 0; });
    // A thread that is only on its way out has nothing of anybody's in its hands.
    const bool has_ended = shared_->threads == shared_->idle && shared_->work.empty();
    const auto left = std::exchange(shared_->left, {});
    lock.unlock();
    for (auto& thread : threads_) {
        const bool has_left = std::find(left.begin(), left.end(), thread.get_id()) != left.end();
        has_left ? thread.join() : thread.detach();  // a handler may never return
    }
    threads_.clear();
    return has_ended;
}

}  // namespace longwire::worker
