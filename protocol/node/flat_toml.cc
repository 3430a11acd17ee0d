#include "protocol/node/flat_toml.h"

#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "protocol/json.h"
#include "protocol/node/setting.h"

namespace longwire {
namespace {

std::string text_of(const toml::node& value) {
    if (const auto* text = value.as_string()) return text->get();
    if (const auto* flag = value.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* whole = value.as_integer()) return std::to_string(whole->get());
    return show_real(value.as_floating_point()->get());
}

bool is_scalar(const toml::node& value) {
    return value.is_string() || value.is_integer() || value.is_floating_point() || value.is_boolean();
}

Error fault(std::size_t line, const std::string& what) {
    return bad_request("line " + std::to_string(line), what);
}

Result<TomlEntry> read_entry(std::string key, const toml::node& value) {
    TomlEntry entry;
    entry.key = std::move(key);
    entry.line = value.source().begin.line;
    entry.is_array = value.is_array();
    if (is_scalar(value)) {
        entry.values.push_back(text_of(value));
        return entry;
    }
    if (!entry.is_array) return fault(entry.line, "tables and dates are not settings: " + entry.key);
    for (const auto& element : *value.as_array()) {
        if (!is_scalar(element)) return fault(entry.line, "a list may hold only strings, numbers and truth values");
        entry.values.push_back(text_of(element));
    }
    return entry;
}

}  // namespace

Result<std::vector<TomlEntry>> parse_flat_toml(std::string_view text) {
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return fault(error.source().begin.line, std::string(error.description()));
    }
    std::vector<TomlEntry> entries;
    for (const auto& [key, value] : table) {
        LW_TRY(TomlEntry entry, read_entry(std::string(key.str()), value));
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    return entries;
}

std::string toml_string(std::string_view text) {
    // TOML's basic strings have JSON's escapes.
    std::string quoted;
    append_json_string(text, quoted);
    return quoted;
}

}  // namespace longwire
