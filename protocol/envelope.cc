#include "protocol/envelope.h"

#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire {
namespace {

constexpr std::uint32_t kElements = 9;

Status check_name_or_empty(std::string_view field, std::string_view name) {
    return name.empty() ? Status{} : check_name(field, name, kNameBytesMax);
}

Status check_size(std::string_view field, std::string_view bytes, std::size_t bytes_max) {
    if (bytes.size() <= bytes_max) return {};
    return Error{Errc::too_large, "is larger than " + std::to_string(bytes_max) + " bytes", std::string(field)};
}

}  // namespace

void write_envelope(const Envelope& envelope, std::string& out) {
    MsgpackWriter writer(out);
    writer.array(kElements);
    writer.string(envelope.producer);
    writer.unsigned_integer(envelope.incarnation);
    writer.unsigned_integer(envelope.sequence);
    writer.signed_integer(envelope.time_us);
    writer.string(envelope.type);
    writer.string_or_nil(envelope.task);
    writer.unsigned_integer(envelope.attempt);
    envelope.headers.empty() ? writer.nil() : writer.raw(envelope.headers);
    envelope.payload.empty() ? writer.nil() : writer.raw(envelope.payload);
}

Result<Envelope> read_envelope(MsgpackReader& reader) {
    Envelope envelope;
    const auto elements = reader.array();
    if (!reader.ok() || elements != kElements) {
        return bad_request("envelope", "must be an array of " + std::to_string(kElements));
    }
    envelope.producer = reader.string();
    envelope.incarnation = reader.unsigned_integer();
    envelope.sequence = reader.unsigned_integer();
    envelope.time_us = reader.signed_integer();
    envelope.type = reader.string();
    if (!reader.take_nil()) envelope.task = reader.string();
    const auto attempt = reader.unsigned_integer();
    if (!reader.take_nil()) {
        if (reader.peek() != MsgpackReader::Type::map) return bad_request("headers", "must be a map or nil");
        envelope.headers = reader.raw();
    }
    if (!reader.ok() || attempt > UINT32_MAX) return bad_request("envelope", "has a malformed header");
    envelope.attempt = static_cast<std::uint32_t>(attempt);
    envelope.payload = reader.raw();
    if (!reader.ok()) return bad_request("payload", "is not well-formed MessagePack of at most 64 levels");
    LW_TRY_STATUS(check_size("headers", envelope.headers, kHeadersBytesMax));
    LW_TRY_STATUS(check_size("payload", envelope.payload, kPayloadBytesMax));
    LW_TRY_STATUS(check_name("producer", envelope.producer, kNameBytesMax));
    LW_TRY_STATUS(check_event_type(envelope.type));
    LW_TRY_STATUS(check_name_or_empty("task", envelope.task));
    return envelope;
}

Result<Envelope> parse_envelope(std::string_view bytes) {
    MsgpackReader reader(bytes);
    auto envelope = read_envelope(reader);
    if (envelope && !reader.at_end()) return bad_request("envelope", "is followed by other bytes");
    return envelope;
}

Result<EnvelopeOrigin> read_envelope_origin(std::string_view bytes) {
    MsgpackReader reader(bytes);
    EnvelopeOrigin origin;
    reader.array();
    origin.producer = reader.string();
    origin.incarnation = reader.unsigned_integer();
    origin.sequence = reader.unsigned_integer();
    if (!reader.ok()) return bad_request("envelope", "does not begin with its producer, incarnation and sequence");
    return origin;
}

std::string_view envelope_header(const Envelope& envelope, std::string_view name) {
    if (envelope.headers.empty()) return {};
    const auto fields = MsgpackFields::parse(envelope.headers, "headers");
    if (!fields) return {};
    const auto text = fields->string_or(name, {});
    return text ? *text : std::string_view{};
}

Status check_event_type(std::string_view type) {
    return check_name("type", type, kNameBytesMax);
}

}  // namespace longwire
