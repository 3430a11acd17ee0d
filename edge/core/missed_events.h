#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace longwire::edge {

/// What filters of one client have matched while the client was too slow for it: to be told when there is room again.
///
/// Bound: `kTopicsMax` topics. What is missed of further ones, or in a second epoch of one, is only known to be missed.
/// Thread: one; pure.
class MissedEvents {
  public:
    static constexpr std::size_t kTopicsMax = 1'000;

    struct Range {
        std::uint64_t epoch = 0;
        std::uint64_t from = 0;
        std::uint64_t to = 0;
    };

    /// `epoch` 0 stands for whichever the topic has.
    void note(std::string_view topic, std::uint64_t epoch, std::uint64_t from, std::uint64_t to);

    bool empty() const { return ranges_.empty() && !has_more_; }

    /// All that was missed, by topic; `has_more` if that is not all. Forgets it.
    struct Missed {
        std::map<std::string, Range, std::less<>> ranges;
        bool has_more = false;
    };
    Missed take() { return {std::exchange(ranges_, {}), std::exchange(has_more_, false)}; }

  private:
    std::map<std::string, Range, std::less<>> ranges_;
    bool has_more_ = false;
};

}  // namespace longwire::edge
