#include "protocol/json.h"

#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"
#include "protocol/msgpack_writer.h"

namespace longwire::bench {
namespace {

std::unique_ptr<Work> to_json(const std::string& msgpack) {
    return work_of([msgpack, json = std::string()]() mutable {
        json.clear();
        return append_json(msgpack, json).has_value() && !json.empty();
    });
}

std::unique_ptr<Work> to_msgpack(const std::string& json) {
    return work_of([json] { return json_to_msgpack(json).has_value(); });
}

std::string msgpack_of(std::string_view json) {
    return *json_to_msgpack(json);
}

/// What a program tells of itself: many short fields, some within others.
std::string object() {
    return R"({"step":12,"of":40,"ok":true,"loss":0.0625,"name":"epoch-12","tags":["train","gpu","fp16"],)"
           R"("usage":{"input":1024,"output":311,"cached":null},"model":{"name":"base","layers":24,"heads":16},)"
           R"("took_ms":[12,15,11,19,12],"eta_s":731,"host":"node-4","phase":"warm"})";
}

std::string numbers() {
    std::string json = "[0.5";
    for (int i = 1; i < 48; ++i) json += "," + std::to_string(i * 1000 + 7) + (i % 3 == 0 ? ".25" : "");
    return json + "]";
}

std::string text(std::string_view piece) {
    std::string bytes;
    while (bytes.size() + piece.size() <= kPayloadBytes) bytes += piece;
    std::string msgpack;
    MsgpackWriter(msgpack).string(bytes);
    return msgpack;
}

std::string blob() {
    std::string bytes;
    for (std::size_t i = 0; i < kPayloadBytes; ++i) bytes += static_cast<char>(i);
    std::string msgpack;
    MsgpackWriter(msgpack).binary(bytes);
    return msgpack;
}

}  // namespace

void add_json(HotFunctions& all) {
    const auto add = [&](const std::string& name, const std::string& what, auto make, const std::string& input) {
        all.push_back({name, what, 1, [make, input] { return make(input); }});
    };
    add("json.of_event_data", "MessagePack to JSON: the data of the events above", to_json, payload());
    add("json.of_object", "MessagePack to JSON: an object of 20 short fields", to_json, msgpack_of(object()));
    add("json.of_numbers", "MessagePack to JSON: 48 numbers, a third of them fractions", to_json,
        msgpack_of(numbers()));
    add("json.of_text", "MessagePack to JSON: 256 bytes of plain text", to_json, text("plain and simple, "));
    add("json.of_unicode", "MessagePack to JSON: 256 bytes of text beyond ASCII", to_json,
        text("\u00e4\u4e2d\U0001f600"));
    add("json.of_escapes", "MessagePack to JSON: 256 bytes of text, half of which is escaped", to_json, text("a\"b\n"));
    add("json.of_binary", "MessagePack to JSON: 256 bytes of binary", to_json, blob());
    add("json.to_msgpack", "JSON to MessagePack: the same object", to_msgpack, object());
}

}  // namespace longwire::bench
