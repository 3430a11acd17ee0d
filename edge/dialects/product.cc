#include "edge/dialects/product.h"

#include <charconv>

namespace longwire::edge {

std::string_view Opening::find(const Values& values, std::string_view name) {
    for (const auto& [known, value] : values) {
        if (known == name) return value;
    }
    return {};
}

Result<std::int64_t> read_number(std::string_view name, std::string_view text, std::int64_t fallback,
                                 std::int64_t least, std::int64_t most) {
    if (text.empty()) return fallback;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number >= least && number <= most) return number;
    return bad_request(std::string(name),
                       "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

}  // namespace longwire::edge
