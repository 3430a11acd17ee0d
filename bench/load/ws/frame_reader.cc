#include "bench/load/ws/frame_reader.h"

namespace longwire::load {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kOtherReserved = 0x30;
constexpr unsigned kMasked = 0x80;
constexpr std::uint64_t kControlBytesMax = 125;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// The header's length; 0 if it is not all there.
std::size_t read_length(std::string_view bytes, std::uint64_t& length) {
    length = byte_at(bytes, 1) & 0x7fU;
    const std::size_t more = length < 126 ? 0 : length == 126 ? 2 : 8;
    if (bytes.size() < 2 + more) return 0;
    if (more > 0) length = 0;
    for (std::size_t i = 0; i < more; ++i) length = (length << 8U) | byte_at(bytes, 2 + i);
    return 2 + more;
}

bool is_known(unsigned opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

FrameReader::Found FrameReader::next(std::string_view& bytes, Message& message) {
    while (bytes.size() >= 2) {
        const unsigned first = byte_at(bytes, 0);
        const bool is_final = (first & kFinal) != 0;
        const bool is_compressed = (first & kCompressed) != 0;
        const auto opcode = static_cast<Opcode>(first & 0x0fU);
        const bool is_control = opcode >= Opcode::close;
        const bool continues = opcode == Opcode::continuation;
        if ((first & kOtherReserved) != 0 || (byte_at(bytes, 1) & kMasked) != 0 || !is_known(first & 0x0fU)) {
            return Found::nonsense;
        }
        if (is_compressed && (is_control || continues)) return Found::nonsense;
        if (!is_control && continues != is_fragmented_) return Found::nonsense;

        std::uint64_t length = 0;
        const std::size_t header = read_length(bytes, length);
        if (header == 0) return Found::nothing;
        const std::uint64_t before = continues ? fragments_.size() : 0;
        if (length > kMessageBytesMax - before) return Found::nonsense;
        if (is_control && (!is_final || length > kControlBytesMax)) return Found::nonsense;
        if (bytes.size() - header < length) return Found::nothing;
        const auto payload = bytes.substr(header, length);
        bytes.remove_prefix(header + length);

        if (is_control || (is_final && !continues)) {
            message = {opcode, is_compressed, payload};
            return Found::message;
        }
        if (!continues) {
            opcode_ = opcode;
            is_compressed_ = is_compressed;
            fragments_.clear();
        }
        fragments_ += payload;
        is_fragmented_ = !is_final;
        if (is_final) {
            message = {opcode_, is_compressed_, fragments_};
            return Found::message;
        }
    }
    return Found::nothing;
}

}  // namespace longwire::load
