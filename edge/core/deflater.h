#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace longwire::edge {

/// Compresses messages for permessage-deflate (RFC 7692), each by itself: without context takeover, so that one result
/// does for every client, and none costs the edge a compressor of its own.
///
/// Thread: one at a time.
class Deflater {
  public:
    /// Of the window, in bits: what is told to clients, who need 4 KiB for it.
    static constexpr int kWindowBits = 12;

    /// Shorter messages are sent as they are: there is little to be had from them, for nearly the same time.
    static constexpr std::size_t kBytesMin = 1'024;

    Deflater();
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    /// One for all who compress on this thread.
    static Deflater& of_this_thread();

    /// The payload of a compressed message (RFC 7692, 7.2.1). Valid until the next call.
    std::string_view deflate(std::string_view message);

    /// Appends one whole message as a frame: compressed where that makes it smaller.
    void append_frame(std::string_view payload, bool binary, std::string& out);

  private:
    struct State;
    std::unique_ptr<State> state_;
    std::string deflated_;
};

}  // namespace longwire::edge
