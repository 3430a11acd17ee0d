#include "worker/agent/core/retry_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace longwire::agent {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

/// Days since 1970 of a date of the Gregorian calendar.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
    const auto y = month <= 2 ? year - 1 : year;
    const auto era = y / 400;
    const auto of_era = y - era * 400;
    const auto of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", in seconds since 1970; the two older forms of dates are not read.
std::optional<std::int64_t> http_date_s(std::string_view text) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    const auto month = kMonths.find(text.substr(8, 3));
    const auto day = number(text.substr(5, 2));
    const auto year = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2));
    const auto minute = number(text.substr(20, 2));
    const auto second = number(text.substr(23, 2));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    if (!day || !year || !hour || !minute || !second || *year < 1970) return std::nullopt;
    const auto days = days_of(*year, static_cast<std::int64_t>(month / 3 + 1), *day);
    return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace

std::optional<std::int64_t> RetryPolicy::wait_ms(const Error& error, int tries, double chance) const {
    if (error.code != Errc::unavailable && error.code != Errc::rate_limited) return std::nullopt;
    if (tries >= tries_max || error.retry_after_ms > longest_ms) return std::nullopt;
    auto wait = first_ms;
    for (int i = 1; i < tries && wait < longest_ms; ++i) wait *= 2;
    wait = std::min(wait, longest_ms);
    wait -= static_cast<std::int64_t>(static_cast<double>(wait) / 2 * std::clamp(chance, 0.0, 1.0));
    return std::max(wait, error.retry_after_ms);
}

Error error_of_status(unsigned status, std::string_view said, std::int64_t retry_after_ms) {
    auto text = "the model server answered " + std::to_string(status);
    if (!said.empty()) text.append(": ").append(said);
    const auto error = [&](Errc code) { return Error{code, text, {}, retry_after_ms}; };
    if (status == 401) return error(Errc::unauthorized);
    if (status == 403) return error(Errc::forbidden);
    if (status == 404) return error(Errc::not_found);
    if (status == 413) return error(Errc::too_large);
    if (status == 429) return error(Errc::rate_limited);
    if (status == 408 || status == 409 || status == 425 || status >= 500) return error(Errc::unavailable);
    return error(Errc::bad_request);
}

std::int64_t parse_retry_after_ms(std::string_view value, std::int64_t now_us) {
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    if (const auto seconds = number(value)) return std::min(*seconds, kDayMs / 1000) * 1000;
    const auto date_s = http_date_s(value);
    if (!date_s) return 0;
    return std::clamp<std::int64_t>(*date_s * 1000 - now_us / 1000, 0, kDayMs);
}

}  // namespace longwire::agent
