#include "edge/core/epoch.h"

#include <charconv>

#include "protocol/hex.h"

namespace longwire::edge {

std::string epoch_text(std::uint64_t epoch) {
    return hex_digits(epoch);
}

Result<std::uint64_t> read_epoch(std::string_view text) {
    std::uint64_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch, 16);
    if (error != std::errc{} || end != text.data() + text.size() || text.size() != 16 || epoch == 0) {
        return bad_request("epoch", "must be the 16 hex digits of an earlier reply");
    }
    return epoch;
}

}  // namespace longwire::edge
