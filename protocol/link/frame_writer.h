#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocol/link/link_codec.h"

namespace longwire::link {

/// Puts the messages of one direction of a subscriber link into frames, as many into each as it holds well: what it
/// costs to send and receive is counted in frames.
///
/// Bound: none of its own; what is added in a turn is to be taken in that turn. Thread: one at a time; no locks inside.
class FrameWriter {
  public:
    static constexpr std::size_t kFrameBytes = 64 << 10;  // a larger message has a frame to itself

    /// Gives the message's size in bytes. `bytes_expected` spares a large one from growing step by step.
    template <class Message>
    std::size_t add(std::uint64_t number, const Message& message, std::size_t bytes_expected = 0) {
        return add_as([&](std::string& frame) { write_message(number, message, frame); }, bytes_expected);
    }

    std::size_t add(std::uint64_t number, const Prepared& message) {
        return add_as([&](std::string& frame) { write_message(number, message, frame); }, message.body.size());
    }

    /// All frames, in order.
    std::vector<std::string> take() { return std::exchange(frames_, {}); }

    void clear() { frames_.clear(); }

  private:
    template <class Write>
    std::size_t add_as(Write write, std::size_t bytes_expected) {
        if (frames_.empty() || frames_.back().size() + bytes_expected > kFrameBytes) frames_.emplace_back();
        auto& frame = frames_.back();
        const auto start = frame.size();
        if (bytes_expected > frame.capacity() - start)
            frame.reserve(std::max(2 * frame.capacity(), start + bytes_expected));
        write(frame);
        const auto bytes = frame.size() - start;
        if (start == 0 || frame.size() <= kFrameBytes) return bytes;
        auto own = frame.substr(start);
        frame.resize(start);
        frames_.push_back(std::move(own));
        return bytes;
    }

    std::vector<std::string> frames_;
};

}  // namespace longwire::link
