#include "bench/frame_counter.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "protocol/msgpack_reader.h"

namespace longwire::bench {
namespace {

constexpr std::size_t kHeadBytes = 96;  // the topic and the offset are the first fields of an event

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

/// The bytes of a frame's header that begins so.
std::size_t header_size(std::string_view header) {
    if (header.size() < 2) return 2;
    const auto length = static_cast<unsigned char>(header[1]) & 0x7F;
    return length < 126 ? 2 : length == 126 ? 4 : 10;
}

/// 0: the message is no event.
std::uint64_t offset_of(std::string_view head) {
    constexpr std::string_view kJson = R"("offset":)";
    if (head.starts_with(R"({"topic":)")) {
        const auto found = head.find(kJson);
        std::uint64_t offset = 0;
        if (found != std::string_view::npos) {
            std::from_chars(head.data() + found + kJson.size(), head.data() + head.size(), offset);
        }
        return offset;
    }
    MsgpackReader reader(head);
    if (head.starts_with('{') || reader.map() == 0 || reader.string() != "topic") return 0;
    reader.string();
    return reader.string() == "offset" ? reader.unsigned_integer() : 0;
}

}  // namespace

void FrameCounter::take(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!in_payload_) {
            bytes.remove_prefix(take_header(bytes));
            if (!in_payload_) continue;
        }
        const auto piece = bytes.substr(0, left_);
        if (head_.size() < kHeadBytes) head_ += piece.substr(0, kHeadBytes - head_.size());
        left_ -= piece.size();
        bytes.remove_prefix(piece.size());
        if (left_ == 0) end_frame();
    }
}

/// Returns how many bytes belonged to it.
std::size_t FrameCounter::take_header(std::string_view bytes) {
    std::size_t used = 0;
    while (header_.size() < header_size(header_)) {
        if (used == bytes.size()) return used;
        header_ += bytes[used++];
    }
    left_ = header_.size() == 2 ? static_cast<unsigned char>(header_[1]) : big_endian(header_.substr(2));
    header_.clear();
    in_payload_ = left_ > 0;
    return used;
}

void FrameCounter::end_frame() {
    const auto offset = offset_of(head_);
    head_.clear();
    in_payload_ = false;
    if (offset == 0) {
        ++replies_;
        return;
    }
    if (offset != last_offset_ + 1) {
        throw std::runtime_error("event " + std::to_string(offset) + " came after " + std::to_string(last_offset_));
    }
    last_offset_ = offset;
    ++events_;
}

}  // namespace longwire::bench
