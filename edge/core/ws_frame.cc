#include "edge/core/ws_frame.h"

#include <utility>

namespace longwire::edge {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kDeflated = 0x40;  // the first reserved bit

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned shift = bytes * 8; shift > 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> (shift - 8)) & 0xff));
    }
}

void append_header(std::string& out, unsigned first, std::size_t payload_bytes) {
    out.push_back(static_cast<char>(first));
    if (payload_bytes < 126) {
        out.push_back(static_cast<char>(payload_bytes));
    } else if (payload_bytes <= 0xffff) {
        out.push_back(static_cast<char>(126));
        append_big_endian(out, payload_bytes, 2);
    } else {
        out.push_back(static_cast<char>(127));
        append_big_endian(out, payload_bytes, 8);
    }
}

std::string_view cut_reason(std::string_view reason) {
    if (reason.size() <= kWsCloseReasonBytesMax) return reason;
    std::size_t end = kWsCloseReasonBytesMax;
    const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(reason[at]) & 0xc0) == 0x80; };
    while (end > 0 && continues(end)) --end;
    return reason.substr(0, end);
}

}  // namespace

void append_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_bytes) {
    append_header(out, kFinal | static_cast<unsigned>(opcode), payload_bytes);
}

void append_deflated_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_bytes) {
    append_header(out, kFinal | kDeflated | static_cast<unsigned>(opcode), payload_bytes);
}

void append_ws_frame(std::string& out, std::string_view payload, bool binary) {
    append_ws_header(out, binary ? WsOpcode::binary : WsOpcode::text, payload.size());
    out.append(payload);
}

void finish_ws_frame(std::string& out, std::size_t start, WsOpcode opcode) {
    std::string header;
    append_ws_header(header, opcode, out.size() - start - kWsHeaderBytesUsual);
    out.replace(start, kWsHeaderBytesUsual, header);
}

SharedSlice make_ws_frame(std::string_view payload, bool binary) {
    std::string frame;
    frame.reserve(kWsHeaderBytesMax + payload.size());
    append_ws_frame(frame, payload, binary);
    return SharedSlice::of(std::move(frame));
}

std::string_view ws_frame_payload(std::string_view frame) {
    const auto length = static_cast<unsigned char>(frame[1]);
    frame.remove_prefix(length < 126 ? 2 : length == 126 ? 4 : 10);
    return frame;
}

std::string make_ws_close_frame(std::uint16_t code, std::string_view reason) {
    const auto kept = cut_reason(reason);
    std::string frame;
    append_ws_header(frame, WsOpcode::close, 2 + kept.size());
    append_big_endian(frame, code, 2);
    frame.append(kept);
    return frame;
}

}  // namespace longwire::edge
