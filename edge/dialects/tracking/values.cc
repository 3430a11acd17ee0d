#include "edge/dialects/tracking/values.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <cmath>

#include "protocol/utf8.h"

namespace longwire::edge::tracking {
namespace {

constexpr std::size_t kTextBytesMax = 4 << 10;
constexpr double kRounding = 1e-6;  // 0.29 * 100 is less than 29

}  // namespace

int percents(double share) {
    return static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * 100 + kRounding));
}

std::int64_t whole_seconds(double seconds) {
    return static_cast<std::int64_t>(std::ceil(seconds));
}

double seconds(std::int64_t time_us) {
    return static_cast<double>(time_us) / 1e6;
}

std::string_view shortened(std::string_view text) {
    return utf8_prefix(text, kTextBytesMax);
}

}  // namespace longwire::edge::tracking
