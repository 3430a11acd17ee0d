#include "protocol/utc_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace longwire {

std::string utc_text(std::int64_t time_us) {
    std::int64_t milliseconds = time_us / 1000;
    if (time_us % 1000 < 0) --milliseconds;
    std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::int64_t rest = milliseconds % 1000;
    if (rest < 0) {
        rest += 1000;
        --seconds;
    }
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text;
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const int tail = std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(rest));
    return std::string(text.data(), size + static_cast<std::size_t>(tail));
}

}  // namespace longwire
