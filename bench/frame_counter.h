#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longwire::bench {

/// Follows the frames that a server sends on /v1/ws, in pieces as they come, and looks at no more of them than it must
/// to see that events come without a hole.
class FrameCounter {
  public:
    /// Throws std::runtime_error where an event is not the one behind the last.
    void take(std::string_view bytes);

    std::uint64_t replies() const { return replies_; }
    std::uint64_t events() const { return events_; }
    std::uint64_t last_offset() const { return last_offset_; }

    /// The next event is to be the one behind this.
    void expect_after(std::uint64_t offset) { last_offset_ = offset; }

  private:
    std::size_t take_header(std::string_view bytes);
    void end_frame();

    std::string header_;
    std::string head_;      // of the payload
    std::size_t left_ = 0;  // bytes of the payload to come
    bool in_payload_ = false;
    std::uint64_t replies_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t last_offset_ = 0;
};

}  // namespace longwire::bench
