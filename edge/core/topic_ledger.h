#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/tally.h"

namespace longwire::edge {

/// What came of a topic, from the broker, and what became of it, on the way to those who watch it here. Filters are
/// not counted.
struct TopicLedger {
    std::uint64_t offset = 0;  // of the newest that came
    std::uint64_t watches = 0;
    Tally received;
    Tally given;  // each watch counted

    TopicLedger& operator+=(const TopicLedger& other);
};

/// As an entry of the answer to `ledger`: a MessagePack map.
std::string write_ledger(const TopicLedger& ledger, std::string_view edge);

}  // namespace longwire::edge
