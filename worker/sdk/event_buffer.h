#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/sdk/core/held_texts.h"
#include "worker/sdk/doorbell.h"
#include "worker/sdk/task.h"

namespace longwire::worker {

/// Events in the order they were emitted, back to back in one piece of memory.
class EventBatch {
  public:
    struct Event {
        std::string_view type;
        std::string_view payload;
        std::int64_t time_us = 0;
        bool is_last = false;
    };

    void add(const Event& event);
    void clear();

    /// What an event counts as against the bound.
    std::size_t bytes() const { return bytes_.size() + entries_.size() * sizeof(Entry); }

    bool at_end() const { return next_ == entries_.size(); }
    /// The first event not yet taken. Not at the end.
    Event front() const;
    void pop();

  private:
    struct Entry {
        std::int64_t time_us = 0;
        std::uint32_t type_size = 0;
        std::uint32_t payload_size = 0;
        bool is_last = false;
    };

    std::string bytes_;
    std::vector<Entry> entries_;
    std::size_t next_ = 0;
    std::size_t next_byte_ = 0;
};

/// Takes the events of one attempt from its handler's thread to the worker's loop. Pieces of texts that come quickly
/// are held back for a moment and joined; no event overtakes a piece that was written before it.
///
/// Bound:  `bytes_max`; the event that crosses it is still taken, the next one waits or is turned away.
/// Thread: take() and close() the loop; the others any.
class EventBuffer {
  public:
    EventBuffer(AttemptId id, std::size_t bytes_max, std::shared_ptr<Doorbell> doorbell)
        : id_(id), bytes_max_(bytes_max), doorbell_(std::move(doorbell)) {}

    /// The last event is taken however full the buffer is; what comes after it is not.
    EmitOutcome push(const EventBatch::Event& event, WhenFull when_full);

    HeldTexts::Id open_text(std::string stream, std::string agent, std::int64_t join_us);
    /// A text that is longer than one piece may be becomes several, cut between characters.
    EmitOutcome write_text(HeldTexts::Id id, std::string_view text, std::int64_t now_us, WhenFull when_full);
    /// Sends what is held; returns how many pieces there were of this text.
    std::uint64_t flush_text(HeldTexts::Id id, std::int64_t now_us);
    void close_text(HeldTexts::Id id, std::int64_t now_us);

    /// Moves everything that is not held into `batch`, which must have been read to its end. Returns when to do so
    /// again for what is held, even if the doorbell does not ring.
    std::optional<std::int64_t> take(EventBatch& batch, std::int64_t now_us);

    /// Nothing is taken from now on, and what waits for room is told so.
    void close();

  private:
    EmitOutcome wait_for_room(std::unique_lock<std::mutex>& lock, WhenFull when_full);
    void add_due_texts(std::int64_t now_us);
    void add_all_texts(std::int64_t now_us);

    const AttemptId id_;
    const std::size_t bytes_max_;
    const std::shared_ptr<Doorbell> doorbell_;

    std::mutex mutex_;
    std::condition_variable room_;
    EventBatch events_;
    HeldTexts texts_;
    std::size_t waiting_ = 0;
    bool closed_ = false;
};

}  // namespace longwire::worker
