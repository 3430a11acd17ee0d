#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace longwire::broker {

struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// A hash map by text that is searched with a view, without making a string of it.
template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

}  // namespace longwire::broker
