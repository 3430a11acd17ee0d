#include "bench/load/ws/frame_writer.h"

#include <cstring>

namespace longwire::load {
namespace {

void append_length(std::string& out, std::uint64_t length) {
    constexpr unsigned kMasked = 0x80;
    const unsigned bytes = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
    const auto shown = bytes == 0 ? static_cast<unsigned>(length) : bytes == 2 ? 126U : 127U;
    out += static_cast<char>(kMasked | shown);
    for (unsigned left = bytes; left > 0; --left) out += static_cast<char>((length >> (8 * (left - 1))) & 0xffU);
}

/// Eight bytes at a time: a publisher masks hundreds of megabytes in a second.
void mask_bytes(char* data, std::size_t size, std::uint32_t mask) {
    const std::uint64_t wide = (std::uint64_t{mask} << 32U) | mask;
    std::size_t at = 0;
    for (; at + sizeof wide <= size; at += sizeof wide) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + at, sizeof word);
        word ^= wide;
        std::memcpy(data + at, &word, sizeof word);
    }
    char key[sizeof mask];
    std::memcpy(key, &mask, sizeof mask);
    for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ key[at % sizeof mask]);
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
    constexpr unsigned kFinal = 0x80;
    out += static_cast<char>(kFinal | static_cast<unsigned>(opcode));
    append_length(out, payload.size());
    char key[sizeof mask];
    std::memcpy(key, &mask, sizeof mask);
    out.append(key, sizeof key);
    const auto begin = out.size();
    out += payload;
    mask_bytes(out.data() + begin, payload.size(), mask);
}

}  // namespace longwire::load
