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

/// Reads the part of TOML 1.0 that settings need: bare and quoted keys, one-line strings, integers, floats,
/// booleans, arrays of these. Tables, dotted keys, dates and multi-line strings are refused, and so is a key
/// that comes twice. Errors name the line.
Result<std::vector<TomlEntry>> parse_flat_toml(std::string_view text);

/// `text` as a TOML basic string, with its quotes.
std::string toml_string(std::string_view text);

}  // namespace longwire
