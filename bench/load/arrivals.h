#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace longwire::load {

/// Holds what one watcher gets of its topic, whose events are numbered from 1, against what it must get: each once, in
/// order. Pure.
class Arrivals {
  public:
    enum class Kind : std::uint8_t {
        in_order,  // the first time, behind all that came before
        late,      // the first time, but a newer one was quicker
        doubled,   // again
        stale,     // of before begin_after()
    };

    Kind on_event(std::uint64_t number);

    /// From here on, all up to `number` are of no more interest, whether they have come or not.
    void begin_after(std::uint64_t number);

    /// How many of those up to `published` have not come.
    std::uint64_t missing(std::uint64_t published) const;

  private:
    /// Holes that are remembered. The oldest is written off where there are more: what still comes of it counts as
    /// doubled.
    static constexpr std::size_t kHolesMax = 1'024;

    struct Hole {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::uint64_t size() const { return to - from + 1; }
    };
    bool fill(std::uint64_t number);

    std::uint64_t begun_after_ = 0;
    std::uint64_t newest_ = 0;
    std::uint64_t written_off_ = 0;
    std::vector<Hole> holes_;  // by rising number
};

}  // namespace longwire::load
