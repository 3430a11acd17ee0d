#include "tests/simulation/payload.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"

namespace longwire::simulation {

std::string payload_of(std::uint64_t id, std::size_t padding_bytes) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(padding_bytes == 0 ? 1 : 2);
    writer.field("id", id);
    if (padding_bytes > 0) writer.field("padding", std::string_view(std::string(padding_bytes, '.')));
    return payload;
}

std::string text_payload_of(std::uint64_t id, std::size_t padding_bytes) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(2);
    writer.field("text", std::string_view(std::to_string(id) + " " + std::string(padding_bytes, '.')));
    writer.field("index", id);
    return payload;
}

std::string status_payload_of(std::uint64_t id, std::uint64_t agent) {
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(3);
    writer.field("id", id);
    writer.field("agent", std::string_view("agent-" + std::to_string(agent)));
    writer.field("status", "busy");
    return payload;
}

std::uint64_t id_of(std::string_view payload) {
    const auto fields = MsgpackFields::parse(payload, "payload");
    if (!fields) return 0;
    const auto id = fields->integer_or(fields->has("id") ? "id" : "index", 0, 0, INT64_MAX);
    return id ? static_cast<std::uint64_t>(*id) : 0;
}

std::uint64_t id_of(const Envelope& envelope) {
    if (envelope.type != event_type::kTaskInput) return id_of(envelope.payload);
    const auto fields = MsgpackFields::parse(envelope.payload, "payload");
    return fields ? id_of(fields->raw("data")) : 0;
}

}  // namespace longwire::simulation
