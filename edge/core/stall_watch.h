#pragma once

#include <cstddef>
#include <cstdint>

namespace longwire::edge {

/// Tells a connection that takes nothing of what waits for it from one that takes it slowly.
class StallWatch {
  public:
    explicit StallWatch(std::int64_t now_us) : moved_us_(now_us) {}

    /// Whether nothing has been accepted for `patience_ms` although something was unsent. To be asked regularly;
    /// `sent_bytes` are those that the connection has accepted since its beginning.
    bool is_stalled(std::size_t unsent_bytes, std::uint64_t sent_bytes, std::int64_t now_us, std::int64_t patience_ms) {
        if (unsent_bytes == 0 || sent_bytes != sent_bytes_) {
            sent_bytes_ = sent_bytes;
            moved_us_ = now_us;
        }
        return now_us - moved_us_ >= patience_ms * 1000;
    }

  private:
    std::int64_t moved_us_;
    std::uint64_t sent_bytes_ = 0;
};

}  // namespace longwire::edge
