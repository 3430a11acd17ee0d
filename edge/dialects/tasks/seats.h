#pragma once

#include <cstddef>
#include <memory>
#include <mutex>  // tidy: allow(include) clients of all shards share the seats
#include <string>
#include <unordered_map>
#include <utility>

namespace longwire::edge::tasks {

/// How many watch each task at this edge, over all its shards. Thread: any.
class Seats : public std::enable_shared_from_this<Seats> {
  public:
    /// One watcher's, given back when it is destroyed.
    class Seat {
      public:
        Seat(std::shared_ptr<Seats> seats, std::string task) : seats_(std::move(seats)), task_(std::move(task)) {}
        ~Seat() { seats_->give_back(task_); }
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;

      private:
        std::shared_ptr<Seats> seats_;
        std::string task_;
    };

    /// Nothing where `most` watch the task already.
    std::unique_ptr<Seat> take(const std::string& task, std::size_t most);

  private:
    void give_back(const std::string& task);

    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> taken_;
};

}  // namespace longwire::edge::tasks
