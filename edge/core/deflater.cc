#include "edge/core/deflater.h"

#include <zlib.h>

#include <new>

#include "edge/core/ws_frame.h"

namespace longwire::edge {
namespace {

constexpr int kLevel = 3;        // a third of the time of zlib's own choice, for a few per cent more bytes
constexpr int kMemoryLevel = 6;  // 48 KiB in all, with this window

/// A flushed block ends so, and RFC 7692 leaves it out.
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};

}  // namespace

struct Deflater::State {
    z_stream stream{};
};

Deflater::Deflater() : state_(std::make_unique<State>()) {
    constexpr int kRaw = -kWindowBits;  // without zlib's header
    if (::deflateInit2(&state_->stream, kLevel, Z_DEFLATED, kRaw, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
}

Deflater::~Deflater() {
    ::deflateEnd(&state_->stream);
}

Deflater& Deflater::of_this_thread() {
    thread_local Deflater deflater;
    return deflater;
}

std::string_view Deflater::deflate(std::string_view message) {
    auto& stream = state_->stream;
    ::deflateReset(&stream);
    // zlib takes a pointer to what it does not change.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream.avail_in = static_cast<uInt>(message.size());
    std::size_t filled = 0;
    do {
        deflated_.resize(filled + ::deflateBound(&stream, stream.avail_in) + kTail.size() + 1);
        stream.next_out = reinterpret_cast<Bytef*>(deflated_.data() + filled);
        stream.avail_out = static_cast<uInt>(deflated_.size() - filled);
        ::deflate(&stream, Z_SYNC_FLUSH);
        filled = deflated_.size() - stream.avail_out;
    } while (stream.avail_out == 0);
    return std::string_view(deflated_).substr(0, filled - kTail.size());
}

void Deflater::append_frame(std::string_view payload, bool binary, std::string& out) {
    if (payload.size() < kBytesMin) return append_ws_frame(out, payload, binary);
    const auto deflated = deflate(payload);
    if (deflated.size() >= payload.size()) return append_ws_frame(out, payload, binary);
    append_deflated_ws_header(out, binary ? WsOpcode::binary : WsOpcode::text, deflated.size());
    out += deflated;
}

}  // namespace longwire::edge
