#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire {

/// One `key = value` line. A scalar is one text: a string's contents, or a number's or truth
/// value's own letters.
struct TomlEntry {
    std::string key;
    std::vector<std::string> values;  // one for a scalar
    bool is_array = false;
    std::size_t line = 0;  // from 1
};

/// Reads TOML 1.0 as far as settings go: keys with strings, numbers, truth values and lists of these; tables and dates
/// are refused. In the order of the file. Errors name the line.
Result<std::vector<TomlEntry>> parse_flat_toml(std::string_view text);

/// `text` as a TOML basic string, with its quotes.
std::string toml_string(std::string_view text);

}  // namespace longwire
