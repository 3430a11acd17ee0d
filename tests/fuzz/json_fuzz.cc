// JSON: what is accepted becomes one MessagePack value, which shown as JSON and read again is shown the same. But for
// fractions: Boost.JSON may read one of 17 digits a unit of its last place off.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/json.h"
#include "protocol/msgpack_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    const auto first = json_to_msgpack({reinterpret_cast<const char*>(data), size});
    if (!first) return 0;
    if (!is_one_msgpack_value(*first)) std::abort();
    std::string json;
    if (!append_json(*first, json)) std::abort();
    const auto second = json_to_msgpack(json);
    if (!second) std::abort();
    std::string again;
    if (!append_json(*second, again)) std::abort();
    const bool may_hold_a_fraction = first->find('\xCB') != std::string::npos;
    if (again != json && !may_hold_a_fraction) std::abort();
    return 0;
}
