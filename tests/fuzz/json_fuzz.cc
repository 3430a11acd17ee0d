// JSON: what is accepted becomes one MessagePack value, which shown as JSON and read again gives the same bytes.

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
    if (!append_json(*second, again) || again != json) std::abort();
    return 0;
}
