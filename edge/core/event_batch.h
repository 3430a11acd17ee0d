#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>  // tidy: allow(include) shards share a batch, and whoever wants a form first renders it
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/shared_slice.h"
#include "protocol/shared_text.h"

namespace longwire::edge {

/// Events in one form, one after the other in one piece of memory, of which any number of clients hold parts. There is
/// at least one, and where there is no other it has no memory beside its bytes.
class Rendering {
  public:
    /// The events from number `i` on.
    SharedSlice from(std::size_t i) const { return {all_.owner, all_.bytes.substr(start(i))}; }

    /// Event number `i` alone.
    std::string_view at(std::size_t i) const;

    /// Whether any event has more than so many bytes.
    bool has_longer(std::size_t bytes) const;

    std::size_t size() const { return 1 + later_starts_.size(); }
    std::size_t bytes() const { return all_.bytes.size() + later_starts_.size() * sizeof(later_starts_[0]); }

    /// What `append(i, out)` appends for each of `count` events. It must not render anything itself.
    template <class Append>
    static Rendering of(std::size_t count, Append append);

  private:
    std::size_t start(std::size_t i) const { return i == 0 ? 0 : later_starts_[i - 1]; }

    SharedSlice all_;
    std::vector<std::uint32_t> later_starts_;  // of all but the first; a batch is smaller than one message of a link
};

/// Consecutive events of one topic as they came from the broker, and in the forms in which clients get them, each
/// rendered once for all who watch. Never seen to change after it is made, so any number of threads and connections may
/// hold it.
class EventBatch {
  public:
    /// Copies the envelopes, of which there is at least one; one that cannot be read becomes an event of type
    /// "unreadable" rather than a hole.
    static std::shared_ptr<const EventBatch> make(SharedText path, std::uint64_t epoch, std::uint64_t first,
                                                  const std::vector<std::string_view>& envelopes);

    std::string_view path() const { return *path_; }
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

    /// The memory of what every batch has for itself. The other forms are rendered when a first client wants them and
    /// come on top, each about as large.
    std::size_t bytes() const {
        const auto later_envelopes = (size() - 1) * sizeof(Envelope);
        return sizeof(EventBatch) + bytes_.size() + later_envelopes + json_.bytes();
    }

  private:
    struct Form {
        std::once_flag once;
        Rendering rendering;
    };
    struct OtherForms {
        Form msgpack;
        Form event_stream;
        Form deflated_json;
        Form deflated_msgpack;
    };

    template <class Render>
    const Rendering& rendered(Form OtherForms::*form, Render render) const;
    const Rendering& rendered_msgpack() const;
    const Rendering& rendered_event_stream() const;

    SharedText path_;
    std::uint64_t epoch_ = 0;
    std::uint64_t first_ = 0;
    std::string bytes_;
    boost::container::small_vector<Envelope, 1> envelopes_;  // most batches are of one event
    Rendering json_;
    mutable std::once_flag other_forms_once_;
    mutable std::unique_ptr<OtherForms> other_forms_;
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
