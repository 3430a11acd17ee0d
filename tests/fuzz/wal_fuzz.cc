// Files of a write-ahead log: whatever they hold, the parts that are told add up.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/log/wal_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const auto state = longwire::broker::examine_wal(file);
    if (state.sound_bytes + state.torn_bytes > size) std::abort();
    if (state.torn_bytes == 0 && state.has_more_behind) std::abort();
    if (state.sound_bytes == 0 && state.records > 0) std::abort();
    // What was found sound is sound by itself.
    const auto again = longwire::broker::examine_wal(file.substr(0, state.sound_bytes));
    if (again.records != state.records || again.torn_bytes != 0) std::abort();
    return 0;
}
