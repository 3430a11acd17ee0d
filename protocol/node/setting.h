#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire {

/// Where a setting can be given.
enum class Reach : std::uint8_t { everywhere, flag_and_variable, flag };

/// One setting as its program declares it.
struct Setting {
    std::string name;             // "data-dir": flag --data-dir, variable LONGWIRE_DATA_DIR, key data_dir
    std::string help;             // what it is for, with its unit
    std::string value_name = {};  // how --help calls its value
    char letter = 0;              // short flag, where there is one
    bool secret = false;          // never printed
    Reach reach = Reach::everywhere;
};

/// Says what is accepted, when it refuses.
using TextCheck = std::function<Status(const std::string& value)>;

enum class SettingShape : std::uint8_t { value, toggle, list };

/// A setting with what Config needs to read and show it; the typed part is inside the functions.
struct SettingSlot {
    Setting setting;
    SettingShape shape = SettingShape::value;
    bool quoted = true;                                            // a string in TOML, rather than a number
    std::string accepted;                                          // "a whole number from 1 to 64"
    std::function<Status(const std::vector<std::string>&)> store;  // sets the variable; error: message only
    std::function<std::vector<std::string>()> show;                // the variable's present value
    std::vector<std::string> initial;                              // the same, before anything was read
};

std::string flag_of(const Setting& setting);      // "--data-dir"
std::string variable_of(const Setting& setting);  // "LONGWIRE_DATA_DIR"
std::string key_of(const Setting& setting);       // "data_dir"

/// Reads a whole number, all of `text`. Errors: what is accepted, without naming a setting.
Result<std::int64_t> read_number(std::string_view text, std::int64_t least, std::int64_t most);
Result<double> read_real(std::string_view text, double least, double most);
Result<bool> read_toggle(std::string_view text);

std::string accepted_number(std::int64_t least, std::int64_t most);
std::string accepted_real(double least, double most);
std::string show_real(double value);

/// "a, b or c".
std::string any_of_text(const std::vector<std::string>& words);

/// The word of `known` that `word` was probably meant to be, or an empty string.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace longwire
