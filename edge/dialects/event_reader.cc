#include "edge/dialects/event_reader.h"

#include <functional>
#include <memory>
#include <string>

#include "protocol/json_value.h"

namespace longwire::edge {

NativeEvent EventReader::read_one(const EventBatch& batch, std::size_t index, std::string_view payload) {
    const auto& envelope = batch.envelope(index);
    auto data = msgpack_to_json_value(payload.empty() ? envelope.payload : payload);
    return {batch.topic(),
            batch.epoch(),
            batch.first() + index,
            envelope.type,
            envelope.time_us,
            source_of(envelope),
            task_of(batch.topic(), envelope),
            envelope.attempt,
            data ? std::move(*data) : boost::json::value()};
}

const std::vector<NativeEvent>& EventReader::read(const EventBatchPtr& batch) {
    if (batch == batch_) return events_;
    forget();
    batch_ = batch;
    events_.reserve(batch->size());
    for (std::size_t i = 0; i < batch->size(); ++i) events_.push_back(read_one(*batch, i, {}));
    return events_;
}

SharedBytes EventReader::rendered(const NativeEvent& event, RenderEvent render) {
    const auto make = [&] { return std::make_shared<const std::string>(json_text(render(event))); };
    const std::less<> before;
    const bool is_kept = !events_.empty() && !before(&event, events_.data()) && !before(&events_.back(), &event);
    if (!is_kept) return make();
    auto& text = texts_[{static_cast<std::size_t>(&event - events_.data()), render}];
    if (!text) text = make();
    return text;
}

void EventReader::forget() {
    batch_.reset();
    events_.clear();
    texts_.clear();
}

}  // namespace longwire::edge
