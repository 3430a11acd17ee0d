// What a model may have calculated.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "worker/agent/core/calculator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = longwire::agent::calculate({reinterpret_cast<const char*>(data), size});
    if (value && (!std::isfinite(*value) || longwire::agent::number_text(*value).empty())) std::abort();
    return 0;
}
