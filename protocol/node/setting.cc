#include "protocol/node/setting.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "protocol/ascii.h"

namespace longwire {
namespace {

Error refused(std::string_view text, const std::string& accepted) {
    return bad_request("", "'" + std::string(text) + "' is not " + accepted);
}

/// Edits (insert, drop, change, swap neighbours) that lead from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    return above[b.size()];
}

}  // namespace

std::string flag_of(const Setting& setting) {
    return "--" + setting.name;
}
std::string variable_of(const Setting& setting) {
    return "LONGWIRE_" + upper_case(key_of(setting));
}

std::string key_of(const Setting& setting) {
    std::string key = setting.name;
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

Result<std::int64_t> read_number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || value < least || value > most) return refused(text, accepted_number(least, most));
    return value;
}

Result<double> read_real(std::string_view text, double least, double most) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
    if (!whole || value < least || value > most) return refused(text, accepted_real(least, most));
    return value;
}

Result<bool> read_toggle(std::string_view text) {
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off"}) {
        if (text == no) return false;
    }
    return refused(text, "true or false");
}

std::string accepted_number(std::int64_t least, std::int64_t most) {
    if (most == std::numeric_limits<std::int64_t>::max()) {
        return "a whole number of at least " + std::to_string(least);
    }
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

std::string accepted_real(double least, double most) {
    return "a number from " + show_real(least) + " to " + show_real(most);
}

std::string show_real(double value) {
    std::array<char, 32> digits;
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

std::string any_of_text(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
    std::string nearest;
    std::size_t least = word.size() < 6 ? 2 : 3;  // one edit in a short word, two in a long one
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace longwire
