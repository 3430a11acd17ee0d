#include "edge/dialects/agui/place.h"

#include <charconv>

#include "protocol/epoch.h"

namespace longwire::edge::agui {
namespace {

template <class Number>
bool read(std::string_view text, Number& number) {
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end;
}

}  // namespace

std::string Place::text() const {
    return epoch + ":" + std::to_string(offset) + ":" + std::to_string(part);
}

std::optional<Place> Place::parse(std::string_view text) {
    const auto first = text.find(':');
    const auto last = text.rfind(':');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    Place place{std::string(text.substr(0, first)), 0, 0};
    const bool is_read = read_epoch(place.epoch) && read(text.substr(first + 1, last - first - 1), place.offset) &&
                         read(text.substr(last + 1), place.part);
    return is_read ? std::optional(std::move(place)) : std::nullopt;
}

}  // namespace longwire::edge::agui
