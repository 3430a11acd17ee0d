#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longwire::load {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole message, or a control frame.
struct Message {
    Opcode opcode = Opcode::text;
    bool is_compressed = false;  // RFC 7692
    std::string_view payload;
};

/// Takes what a server sends (RFC 6455, 5.2) apart into messages. Pure.
class FrameReader {
  public:
    static constexpr std::uint64_t kMessageBytesMax = 64U << 20;

    enum class Found : std::uint8_t {
        message,   // `message` holds it, until the next call or until `bytes` go away
        nothing,   // more must come behind the bytes that are left
        nonsense,  // the server breaks the protocol, or a message is too long: the reader is of no more use
    };

    /// The next message of `bytes`, whose front it takes away.
    Found next(std::string_view& bytes, Message& message);

  private:
    bool is_fragmented_ = false;
    bool is_compressed_ = false;
    Opcode opcode_ = Opcode::text;
    std::string fragments_;
};

}  // namespace longwire::load
