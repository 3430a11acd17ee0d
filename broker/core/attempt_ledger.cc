#include "broker/core/attempt_ledger.h"

#include <limits>

#include "protocol/msgpack_fields.h"

namespace longwire::broker {

void AttemptLedger::count(const Task& task) {
    const auto found = counts_.find(&task);
    if (found != counts_.end() && found->second.attempt == task.attempt) ++found->second.events;
}

std::optional<Tally> AttemptLedger::end(const Task& task, std::string_view payload) {
    const auto ended = counts_.extract(&task);
    if (ended.empty() || ended.mapped().attempt != task.attempt) return std::nullopt;
    const auto fields = MsgpackFields::parse(payload, "data");
    if (!fields || !fields->has("events")) return std::nullopt;
    const auto made = fields->integer_or("events", 0, 0, std::numeric_limits<std::int64_t>::max());
    if (!made) return std::nullopt;
    return Tally{.due = static_cast<std::uint64_t>(*made), .events = ended.mapped().events};
}

}  // namespace longwire::broker
