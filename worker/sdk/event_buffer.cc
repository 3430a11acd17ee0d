#include "worker/sdk/event_buffer.h"

#include <utility>

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "protocol/utf8.h"

namespace longwire::worker {

void EventBatch::add(const Event& event) {
    bytes_.append(event.type).append(event.payload);
    entries_.push_back({event.time_us, static_cast<std::uint32_t>(event.type.size()),
                        static_cast<std::uint32_t>(event.payload.size()), event.is_last});
}

void EventBatch::clear() {
    bytes_.clear();
    entries_.clear();
    next_ = next_byte_ = 0;
}

EventBatch::Event EventBatch::front() const {
    const auto& entry = entries_[next_];
    const std::string_view bytes = bytes_;
    return {bytes.substr(next_byte_, entry.type_size), bytes.substr(next_byte_ + entry.type_size, entry.payload_size),
            entry.time_us, entry.is_last};
}

void EventBatch::pop() {
    const auto& entry = entries_[next_++];
    next_byte_ += entry.type_size + entry.payload_size;
}

EmitOutcome EventBuffer::wait_for_room(std::unique_lock<std::mutex>& lock, WhenFull when_full) {
    while (!closed_ && events_.bytes() + texts_.bytes() >= bytes_max_) {
        if (when_full == WhenFull::would_block) return EmitOutcome::would_block;
        ++waiting_;
        room_.wait(lock);
        --waiting_;
    }
    return closed_ ? EmitOutcome::revoked : EmitOutcome::queued;
}

EmitOutcome EventBuffer::push(const EventBatch::Event& event, WhenFull when_full) {
    bool first = false;
    {
        std::unique_lock lock(mutex_);
        if (!event.is_last) {
            const auto outcome = wait_for_room(lock, when_full);
            if (outcome != EmitOutcome::queued) return outcome;
        }
        if (closed_) return EmitOutcome::revoked;
        first = events_.bytes() == 0;
        add_all_texts(event.time_us);
        events_.add(event);
        if (event.is_last) closed_ = true;
    }
    if (first) doorbell_->ring(id_);
    return EmitOutcome::queued;
}

HeldTexts::Id EventBuffer::open_text(std::string stream, std::string agent, std::int64_t join_us) {
    const std::lock_guard lock(mutex_);
    return texts_.open(std::move(stream), std::move(agent), join_us);
}

EmitOutcome EventBuffer::write_text(HeldTexts::Id id, std::string_view text, std::int64_t now_us, WhenFull when_full) {
    bool first = false;
    {
        std::unique_lock lock(mutex_);
        const auto outcome = wait_for_room(lock, when_full);
        if (outcome != EmitOutcome::queued) return outcome;
        const bool was_empty = events_.bytes() == 0;
        do {
            const auto piece = utf8_prefix(text, HeldTexts::kPieceBytesMax);
            texts_.write(id, piece, now_us);
            text.remove_prefix(piece.size());
            add_due_texts(now_us);
        } while (!text.empty());
        first = was_empty && events_.bytes() > 0;
    }
    // What is held needs no ring: the loop has taken, or will take, the piece before it, and looks again by itself.
    if (first) doorbell_->ring(id_);
    return EmitOutcome::queued;
}

std::uint64_t EventBuffer::flush_text(HeldTexts::Id id, std::int64_t now_us) {
    bool first = false;
    std::uint64_t index = 0;
    {
        const std::lock_guard lock(mutex_);
        const bool was_empty = events_.bytes() == 0;
        if (!closed_) add_all_texts(now_us);
        first = was_empty && events_.bytes() > 0;
        index = texts_.index(id);
    }
    if (first) doorbell_->ring(id_);
    return index;
}

void EventBuffer::close_text(HeldTexts::Id id, std::int64_t now_us) {
    flush_text(id, now_us);
    const std::lock_guard lock(mutex_);
    texts_.close(id);
}

void EventBuffer::add_due_texts(std::int64_t now_us) {
    texts_.take_due(now_us, [&](const HeldTexts::Delta& delta) {
        std::string payload;
        MsgpackWriter writer(payload);
        writer.map(delta.agent.empty() ? 3 : 4);
        writer.field("stream", delta.stream);
        writer.field("index", delta.index);
        writer.field("text", delta.text);
        if (!delta.agent.empty()) writer.field("agent", delta.agent);
        events_.add({event_type::kTextDelta, payload, now_us, false});
    });
}

void EventBuffer::add_all_texts(std::int64_t now_us) {
    texts_.hasten();
    add_due_texts(now_us);
}

std::optional<std::int64_t> EventBuffer::take(EventBatch& batch, std::int64_t now_us) {
    batch.clear();
    const std::lock_guard lock(mutex_);
    if (!closed_) add_due_texts(now_us);
    std::swap(batch, events_);
    if (waiting_ > 0) room_.notify_all();
    return closed_ ? std::nullopt : texts_.look_again_us(now_us);
}

void EventBuffer::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
}

}  // namespace longwire::worker
