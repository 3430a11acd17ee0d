#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/ws/frame_reader.h"

namespace longwire::load {

/// Appends one whole message as a client sends it (RFC 6455, 5.2 and 5.3): masked, with the bytes of `mask`.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

}  // namespace longwire::load
