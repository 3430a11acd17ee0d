#include "broker/core/task_outputs.h"

#include <utility>

#include "protocol/event_types.h"

namespace longwire::broker {
namespace {

constexpr std::uint32_t kChangesPerMeasure = 32;  // an output is bounded by itself, so its size need not be exact
constexpr std::size_t kEntryBytes = 256;

}  // namespace

void TaskOutputs::fold(std::string_view path, std::uint64_t offset, const Envelope& envelope) {
    if (!shows_output(envelope.type)) return;
    if (envelope.type == event_type::kTaskQueued) return forget(path);  // nobody shows anything yet
    if (begins_output(envelope.type)) return put(path, {});
    const auto found = outputs_.find(path);
    if (found == outputs_.end()) return;
    auto& entry = found->second;
    broker::fold(entry.output, offset, envelope);
    use(entry);
    if (++entry.changes < kChangesPerMeasure) return;
    measure(entry);
    make_room();
}

const TaskOutput* TaskOutputs::find(std::string_view path) {
    const auto found = outputs_.find(path);
    if (found == outputs_.end()) return nullptr;
    use(found->second);
    return &found->second.output;
}

void TaskOutputs::put(std::string_view path, TaskOutput output) {
    const auto [place, is_new] = outputs_.try_emplace(std::string(path));
    auto& entry = place->second;
    if (is_new) {
        entry.used = by_use_.insert(by_use_.end(), &place->first);
    } else {
        use(entry);
    }
    entry.output = std::move(output);
    measure(entry);
    make_room();
}

void TaskOutputs::forget(std::string_view path) {
    const auto found = outputs_.find(path);
    if (found != outputs_.end()) erase(found);
}

void TaskOutputs::measure(Entry& entry) {
    bytes_ -= entry.bytes;
    entry.bytes = entry.output.bytes() + kEntryBytes;
    bytes_ += entry.bytes;
    entry.changes = 0;
}

/// The newest stays, whatever its size.
void TaskOutputs::make_room() {
    while (bytes_ > bytes_max_ && by_use_.size() > 1) erase(outputs_.find(*by_use_.front()));
}

void TaskOutputs::erase(Outputs::iterator entry) {
    bytes_ -= entry->second.bytes;
    by_use_.erase(entry->second.used);
    outputs_.erase(entry);
}

}  // namespace longwire::broker
