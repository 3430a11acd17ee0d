#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace longwire::edge::agui {

/// Where in a run a client is: at a part of what one native event has become. "EPOCH:OFFSET:PART" on the wire.
struct Place {
    static constexpr std::uint32_t kAllParts = std::numeric_limits<std::uint32_t>::max();

    std::string epoch;
    std::uint64_t offset = 0;
    std::uint32_t part = 0;  // from 1

    std::string text() const;
    static std::optional<Place> parse(std::string_view text);

    /// Whether the client has had this part.
    bool covers(std::uint64_t of, std::uint32_t one) const { return of < offset || (of == offset && one <= part); }
};

}  // namespace longwire::edge::agui
