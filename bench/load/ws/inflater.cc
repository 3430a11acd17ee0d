#include "bench/load/ws/inflater.h"

#include <zlib.h>

#include <new>

#include "bench/load/ws/frame_reader.h"

namespace longwire::load {

struct Inflater::State {
    z_stream stream{};
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
    constexpr int kRawOfLargestWindow = -15;
    if (::inflateInit2(&state_->stream, kRawOfLargestWindow) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() {
    ::inflateEnd(&state_->stream);
}

Status Inflater::feed(std::string_view compressed) {
    constexpr std::size_t kStepBytes = 16'384;
    auto& stream = state_->stream;
    // zlib takes a pointer to what it does not change.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    do {
        const auto filled = message_.size();
        if (filled > FrameReader::kMessageBytesMax) return Error{Errc::too_large, "a compressed message is too long"};
        message_.resize(filled + kStepBytes);
        stream.next_out = reinterpret_cast<Bytef*>(message_.data() + filled);
        stream.avail_out = kStepBytes;
        const int status = ::inflate(&stream, Z_SYNC_FLUSH);
        message_.resize(filled + kStepBytes - stream.avail_out);
        if (status == Z_STREAM_END) ::inflateReset(&stream);
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
            return bad_request("", "a compressed message can't be read");
        }
    } while (stream.avail_in > 0 || stream.avail_out == 0);
    return {};
}

Result<std::string_view> Inflater::inflate(std::string_view compressed) {
    // How a flushed block ends, which messages leave out.
    constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};
    message_.clear();
    LW_TRY_STATUS(feed(compressed));
    LW_TRY_STATUS(feed(kTail));
    return std::string_view(message_);
}

}  // namespace longwire::load
