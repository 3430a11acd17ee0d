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

std::uint64_t id_of(std::string_view payload) {
    const auto fields = MsgpackFields::parse(payload, "payload");
    const auto id = fields ? fields->integer_or("id", 0, 0, INT64_MAX) : Result<std::int64_t>(0);
    return id ? static_cast<std::uint64_t>(*id) : 0;
}

std::uint64_t id_of(const Envelope& envelope) {
    if (envelope.type != event_type::kTaskInput) return id_of(envelope.payload);
    const auto fields = MsgpackFields::parse(envelope.payload, "payload");
    return fields ? id_of(fields->raw("data")) : 0;
}

}  // namespace longwire::simulation
