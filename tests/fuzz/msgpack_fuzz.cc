// MessagePack: skipping and showing as JSON agree on what is well-formed, and no input makes the JSON explode.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/json.h"
#include "protocol/json_value.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const bool is_one = is_one_msgpack_value(input);
    std::string json;
    const bool is_shown = append_json(input, json).has_value();
    if (is_shown && !is_one) std::abort();
    // A byte becomes at most six characters (\u0000), and twice that and a quote within a key.
    if (json.size() > 16 * size + 64) std::abort();
    if (is_shown) {
        if (!json_to_msgpack(json)) std::abort();
    }
    if (!input.empty() && msgpack_to_json_value(input).has_value() != is_shown) std::abort();
    if (const auto fields = MsgpackFields::parse(input, "input")) {
        const auto changed = with_text_field(input, "key", "value");
        const auto again = MsgpackFields::parse(changed, "changed");
        if (!again || again->raw("key") != "\xA5value") std::abort();
        for (const auto& [name, value] : fields->all()) {
            static_cast<void>(fields->integer_or(name, 0, INT64_MIN, INT64_MAX));
            static_cast<void>(fields->number_or(name, 0, -1, 1));
        }
    }
    return 0;
}
