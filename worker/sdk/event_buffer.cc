#include "worker/sdk/event_buffer.h"

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

EmitOutcome EventBuffer::push(const EventBatch::Event& event, WhenFull when_full) {
    bool first = false;
    {
        std::unique_lock lock(mutex_);
        while (!closed_ && !event.is_last && events_.bytes() >= bytes_max_) {
            if (when_full == WhenFull::would_block) return EmitOutcome::would_block;
            ++waiting_;
            room_.wait(lock);
            --waiting_;
        }
        if (closed_) return EmitOutcome::revoked;
        first = events_.bytes() == 0;
        events_.add(event);
        if (event.is_last) closed_ = true;
    }
    if (first) doorbell_->ring(id_);
    return EmitOutcome::queued;
}

void EventBuffer::take(EventBatch& batch) {
    batch.clear();
    const std::lock_guard lock(mutex_);
    std::swap(batch, events_);
    if (waiting_ > 0) room_.notify_all();
}

void EventBuffer::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
}

}  // namespace longwire::worker
