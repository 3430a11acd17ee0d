#include "protocol/epoch.h"

#include <charconv>

namespace longwire {

std::string epoch_text(std::uint64_t epoch) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(16, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, epoch >>= 4) *digit = kDigits[epoch & 0xF];
    return text;
}

Result<std::uint64_t> read_epoch(std::string_view text) {
    std::uint64_t epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch, 16);
    if (error != std::errc{} || end != text.data() + text.size() || text.size() != 16 || epoch == 0) {
        return bad_request("epoch", "must be the 16 hex digits of an earlier reply");
    }
    return epoch;
}

}  // namespace longwire
