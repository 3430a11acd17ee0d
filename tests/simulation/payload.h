#pragma once

#include <cstdint>
#include <string>

#include "protocol/envelope.h"

namespace longwire::simulation {

/// What the simulation's workers and clients put into their events: a number that no other event has, and padding.
std::string payload_of(std::uint64_t id, std::size_t padding_bytes);

/// A piece of text that no other is like, and what an agent does.
std::string text_payload_of(std::uint64_t id, std::size_t padding_bytes);
std::string status_payload_of(std::uint64_t id, std::uint64_t agent);

/// The number in an event's payload, or in the input that it carries; 0 where there is none.
std::uint64_t id_of(const Envelope& envelope);
std::uint64_t id_of(std::string_view payload);

}  // namespace longwire::simulation
