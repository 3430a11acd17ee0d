#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/shared_slice.h"

namespace longwire::edge {

/// Consecutive events of one topic as they came from the broker, and as the native protocol shows them, rendered once
/// for all who watch. Never changed after it is made, so any number of threads and connections may hold it.
class EventBatch {
  public:
    /// Copies the envelopes; one that cannot be read becomes an event of type "unreadable" rather than a hole.
    static std::shared_ptr<const EventBatch> make(std::string path, std::uint64_t epoch, std::uint64_t first,
                                                  const std::vector<std::string_view>& envelopes);

    const std::string& path() const { return path_; }
    std::string_view realm() const;
    std::string_view topic() const;
    std::uint64_t epoch() const { return epoch_; }
    std::uint64_t first() const { return first_; }
    std::uint64_t last() const { return first_ + envelopes_.size() - 1; }
    std::size_t size() const { return envelopes_.size(); }

    const Envelope& envelope(std::size_t i) const { return envelopes_[i]; }

    /// One event as a JSON push of the native protocol.
    std::string_view json(std::size_t i) const;

    /// The events from number `i` of the batch on as WebSocket text frames, one after the other.
    SharedSlice json_frames(std::size_t i) const;

    std::size_t bytes() const { return bytes_->size() + json_frames_->size() + envelopes_.size() * sizeof(Envelope); }

  private:
    struct Place {
        std::size_t frame = 0;  // where its frame begins
        std::size_t json = 0;   // where its JSON begins, behind the frame's header
        std::size_t end = 0;
    };

    void render();

    std::string path_;
    std::uint64_t epoch_ = 0;
    std::uint64_t first_ = 0;
    std::shared_ptr<const std::string> bytes_;
    std::vector<Envelope> envelopes_;
    std::shared_ptr<const std::string> json_frames_;
    std::vector<Place> places_;
};

using EventBatchPtr = std::shared_ptr<const EventBatch>;

/// Appends an event as a JSON push of the native protocol.
void append_event_json(std::string_view topic, std::uint64_t offset, const Envelope& envelope, std::string& out);

}  // namespace longwire::edge
