#pragma once

#include <cstdint>

namespace longwire {

/// What one hop of the way has done with consecutive offsets of a topic. `due` comes of where the hop stands, the rest
/// of what it has handed on, so that the two can be held against each other.
struct Tally {
    std::uint64_t due = 0;     // offsets moved past
    std::uint64_t events = 0;  // handed on
    std::uint64_t merged = 0;  // not handed on, and an event that was stands for them
    std::uint64_t gap = 0;     // told not to come

    bool adds_up() const { return due == events + merged + gap; }

    Tally& operator+=(const Tally& other) {
        due += other.due;
        events += other.events;
        merged += other.merged;
        gap += other.gap;
        return *this;
    }
    bool operator==(const Tally&) const = default;
};

}  // namespace longwire
