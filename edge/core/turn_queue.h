#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace longwire::edge {

/// Watches that wait for their turn, first come, first served. An empty one owns no memory.
class TurnQueue {
  public:
    void push(std::uint64_t watch) { watches_.push_back(watch); }

    bool empty() const { return first_ == watches_.size(); }

    /// All that wait, in order.
    std::span<const std::uint64_t> waiting() const { return std::span(watches_).subspan(first_); }

    /// Of a queue that is not empty.
    std::uint64_t front() const { return watches_[first_]; }

    void pop() {
        ++first_;
        if (empty()) {
            watches_ = {};
            first_ = 0;
        } else if (first_ * 2 >= watches_.size()) {
            // Half of all, so that each is moved once on average.
            watches_.erase(watches_.begin(), watches_.begin() + static_cast<std::ptrdiff_t>(first_));
            first_ = 0;
        }
    }

  private:
    std::vector<std::uint64_t> watches_;
    std::size_t first_ = 0;
};

}  // namespace longwire::edge
