#pragma once

#include <cstdint>

namespace longwire::exec {

/// Counts what a program writes, and says from where on it is too much.
class OutputBudget {
  public:
    explicit OutputBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    enum class Verdict { pass, first_drop, drop };

    /// The next line. After the first that doesn't fit, none does.
    Verdict take(std::uint64_t line_bytes) {
        const bool had_dropped = dropped_lines_ > 0;
        if (!had_dropped && bytes_ + line_bytes <= bytes_max_) {
            ++lines_;
            bytes_ += line_bytes;
            return Verdict::pass;
        }
        ++dropped_lines_;
        dropped_bytes_ += line_bytes;
        return had_dropped ? Verdict::drop : Verdict::first_drop;
    }

    std::uint64_t lines() const { return lines_; }
    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t dropped_lines() const { return dropped_lines_; }
    std::uint64_t dropped_bytes() const { return dropped_bytes_; }

  private:
    std::uint64_t bytes_max_;
    std::uint64_t lines_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t dropped_lines_ = 0;
    std::uint64_t dropped_bytes_ = 0;
};

}  // namespace longwire::exec
