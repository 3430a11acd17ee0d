#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/shared_slice.h"

/// Frames as a server sends them (RFC 6455, 5.2): unmasked, unfragmented. Pure; any thread.
namespace longwire::edge {

enum class WsOpcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// The longest header that append_ws_header can write.
inline constexpr std::size_t kWsHeaderBytesMax = 10;

/// The longest reason of a close frame: a control frame carries at most 125 bytes, two of them the code.
inline constexpr std::size_t kWsCloseReasonBytesMax = 123;

/// Appends the header of one frame; its payload of exactly `payload_bytes` must follow.
void append_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_bytes);

/// The same of a message whose payload is compressed (RFC 7692).
void append_deflated_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_bytes);

/// Of a payload from 126 to 65,535 bytes.
inline constexpr std::size_t kWsHeaderBytesUsual = 4;

/// Puts the header before what stands behind `start` and room of kWsHeaderBytesUsual.
void finish_ws_frame(std::string& out, std::size_t start, WsOpcode opcode);

/// Appends one whole message. Several in one string make up a batch for WsConnection::send_frames.
void append_ws_frame(std::string& out, std::string_view payload, bool binary);

/// The same of what `append_payload()` appends to `out`.
template <class AppendPayload>
void append_ws_frame_of(std::string& out, WsOpcode opcode, AppendPayload append_payload) {
    const auto start = out.size();
    out.append(kWsHeaderBytesUsual, '\0');
    append_payload();
    finish_ws_frame(out, start, opcode);
}

/// One whole message, ready for WsConnection::send_frames. `payload` must be valid UTF-8 unless `binary`.
SharedSlice make_ws_frame(std::string_view payload, bool binary);

/// What a whole frame carries, as append_ws_frame wrote it.
std::string_view ws_frame_payload(std::string_view frame);

/// A close frame. `reason` must be valid UTF-8; what exceeds the limit is cut at a character's start.
std::string make_ws_close_frame(std::uint16_t code, std::string_view reason);

}  // namespace longwire::edge
