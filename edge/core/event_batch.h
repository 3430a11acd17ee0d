#pragma once

#include <cstdint>
#include <memory>
#include <mutex>  // tidy: allow(include) shards share a batch, and whoever wants a form first renders it
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/shared_slice.h"

namespace longwire::edge {

/// Events in one form, one after the other in one piece of memory, of which any number of clients hold parts.
class Rendering {
  public:
    /// The events from number `i` on.
    SharedSlice from(std::size_t i) const { return {bytes_, std::string_view(*bytes_).substr(starts_[i])}; }

    /// Event number `i` alone.
    std::string_view at(std::size_t i) const;

    /// Whether any event has more than so many bytes.
    bool has_longer(std::size_t bytes) const;

    std::size_t bytes() const { return bytes_->size() + starts_.size() * sizeof(starts_[0]); }

    /// Calls `append(i, out)` for each of `count` events.
    template <class Append>
    static Rendering of(std::size_t count, std::size_t bytes_expected, Append append);

  private:
    SharedBytes bytes_;
    std::vector<std::uint32_t> starts_;  // a batch is smaller than one message of a link
};

/// Consecutive events of one topic as they came from the broker, and in the forms in which clients get them, each
/// rendered once for all who watch. Never seen to change after it is made, so any number of threads and connections may
/// hold it.
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

    /// One event as a push of the native protocol, in JSON and in MessagePack.
    std::string_view json(std::size_t i) const;
    std::string_view msgpack(std::size_t i) const;

    /// The events from number `i` of the batch on as WebSocket frames, one after the other: JSON in text frames, and
    /// MessagePack in binary ones.
    SharedSlice json_frames(std::size_t i) const { return json_.from(i); }
    SharedSlice msgpack_frames(std::size_t i) const { return rendered_msgpack().from(i); }

    /// The same for clients who take compressed messages: the longer ones are.
    SharedSlice deflated_json_frames(std::size_t i) const;
    SharedSlice deflated_msgpack_frames(std::size_t i) const;

    /// The events from number `i` on as messages of an event stream over this topic alone, with "epoch:offset" as ids.
    SharedSlice event_stream(std::size_t i) const { return rendered_event_stream().from(i); }

    /// The memory of what every batch has. The other forms are rendered when a first client wants them and come on top,
    /// each about as large.
    std::size_t bytes() const { return bytes_->size() + json_.bytes() + envelopes_.size() * sizeof(Envelope); }

  private:
    const Rendering& rendered_msgpack() const;
    const Rendering& rendered_event_stream() const;
    const Rendering& rendered_deflated_json() const;
    const Rendering& rendered_deflated_msgpack() const;

    std::string path_;
    std::uint64_t epoch_ = 0;
    std::uint64_t first_ = 0;
    SharedBytes bytes_;
    std::vector<Envelope> envelopes_;
    Rendering json_;
    mutable std::once_flag msgpack_once_;
    mutable Rendering msgpack_;
    mutable std::once_flag event_stream_once_;
    mutable Rendering event_stream_;
    mutable std::once_flag deflated_json_once_;
    mutable Rendering deflated_json_;
    mutable std::once_flag deflated_msgpack_once_;
    mutable Rendering deflated_msgpack_;
};

using EventBatchPtr = std::shared_ptr<const EventBatch>;

/// Who an event is from, for people: the user who published it, or the producer.
std::string_view source_of(const Envelope& envelope);

/// The task an event belongs to, which its topic may say; empty for others.
std::string_view task_of(std::string_view topic, const Envelope& envelope);

/// Appends an event as a push of the native protocol.
void append_event_json(std::string_view topic, std::uint64_t offset, const Envelope& envelope, std::string& out);
void append_event_msgpack(std::string_view topic, std::uint64_t offset, const Envelope& envelope, std::string& out);

}  // namespace longwire::edge
