#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/msgpack_reader.h"
#include "protocol/result.h"

namespace longwire {

/// An event as its producer wrote it, and as it is kept and carried for ever after: the broker puts its place
/// (topic, epoch, offset) beside these bytes and never rewrites them. Layout: protocol/spec/envelope.md.
///
/// The views are into the bytes that were read; the payload is one MessagePack value, found but not decoded.
struct Envelope {
    std::string_view producer;      // who wrote it: a worker, an edge, or the broker
    std::uint64_t incarnation = 0;  // which life of the producer; a later life has the higher number
    std::uint64_t sequence = 0;     // from 1, per (producer, incarnation, partition); 0: not sequenced
    std::int64_t time_us = 0;       // of the producer's clock, since the Unix epoch
    std::string_view type;
    std::string_view task;      // empty where the topic says it, or where there is none
    std::uint32_t attempt = 0;  // of the task, 0 outside of one
    std::string_view headers;   // a MessagePack map or empty; "key" makes a repeated publish one event
    std::string_view payload;
};

/// Appends an envelope's bytes. An empty payload becomes nil.
void write_envelope(const Envelope& envelope, std::string& out);

/// Reads one envelope, which may be followed by others: a published frame holds one or more, back to back.
/// Checks the form of each part, that the payload is well-formed and within limits, and nothing of its meaning.
Result<Envelope> read_envelope(MsgpackReader& reader);

/// Reads bytes that hold exactly one envelope.
Result<Envelope> parse_envelope(std::string_view bytes);

/// By whom an envelope is, and under which number.
struct EnvelopeOrigin {
    std::string_view producer;
    std::uint64_t incarnation = 0;
    std::uint64_t sequence = 0;
};

/// Reads no more than that much of an envelope, so that one which read_envelope() refuses can be refused to its
/// producer.
Result<EnvelopeOrigin> read_envelope_origin(std::string_view bytes);

/// A header's text; empty if there is none of that name.
std::string_view envelope_header(const Envelope& envelope, std::string_view name);

/// Event types: 1 to 128 of letters, digits, '.', '_' and '-'.
Status check_event_type(std::string_view type);

}  // namespace longwire
