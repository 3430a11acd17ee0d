#include "worker/agent/core/steering.h"

#include <charconv>
#include <optional>

namespace longwire::agent {
namespace {

constexpr double kSecondsMax = 3600;
constexpr std::size_t kWordsMax = 100'000;
constexpr std::size_t kNameBytesMax = 64;

template <class Number>
std::optional<Number> number(std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value >= least && value <= most ? std::optional(value) : std::nullopt;
}

void obey(std::string_view word, Steering& steering) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    if (name == "@seconds") steering.seconds = number<double>(value, 0, kSecondsMax).value_or(steering.seconds);
    if (name == "@words") steering.words = number<std::size_t>(value, 1, kWordsMax).value_or(steering.words);
    if (name == "@tool" && value.size() <= kNameBytesMax) steering.tool = value;
    if (name == "@with") steering.with = value;
    if (word == "@ask") steering.ask = true;
    if (word == "@fail") steering.fail = true;
    if (name == "@fail") steering.fail_tries = number<int>(value, 1, 100).value_or(steering.fail_tries);
}

}  // namespace

Steering read_steering(std::string_view message) {
    constexpr std::string_view kBlanks = " \t\r\n";
    Steering steering;
    while (!message.empty()) {
        const auto end = message.find_first_of(kBlanks);
        obey(message.substr(0, end), steering);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    }
    return steering;
}

}  // namespace longwire::agent
