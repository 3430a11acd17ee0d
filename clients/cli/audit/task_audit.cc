#include "clients/cli/audit/task_audit.h"

#include <algorithm>

#include "clients/cli/fields.h"
#include "clients/cli/task_view.h"
#include "protocol/event_types.h"

namespace longwire::cli {
namespace {

constexpr std::string_view kBroker = "broker";

}  // namespace

void TaskAudit::find_hole(std::uint64_t offset) {
    if (offset < next_) holes_.push_back("log: event " + std::to_string(offset) + " is out of order");
    if (offset > next_) {
        holes_.push_back("log: events " + std::to_string(next_) + " to " + std::to_string(offset - 1) + " are missing");
    }
}

void TaskAudit::on_event(const boost::json::object& event) {
    const auto offset = static_cast<std::uint64_t>(number_at(event, "offset").value_or(0));
    find_hole(offset);
    next_ = std::max(next_, offset + 1);

    const auto number = static_cast<std::uint32_t>(number_at(event, "attempt").value_or(0));
    if (number == 0) return;
    const auto type = text_at(event, "type");
    const auto* const data = object_at(event, "data");
    auto& attempt = attempts_[number];
    if (type == event_type::kTaskStarted && data != nullptr) attempt.worker = text_at(*data, "worker");
    if (end_of_push(event) || type == event_type::kTaskRetrying) {
        attempt.ended_by = type;
        if (const auto count = data == nullptr ? std::nullopt : number_at(*data, "events")) {
            attempt.produced = static_cast<std::uint64_t>(*count);
        }
    } else if (text_at(event, "source") != kBroker) {
        ++attempt.committed;
    }
}

void TaskAudit::on_head(std::uint64_t head) {
    if (next_ <= head) find_hole(head + 1);
}

std::vector<std::string> TaskAudit::differences() const {
    auto found = holes_;
    // Of the oldest attempt in a log that was trimmed, events may be gone by intent.
    const auto may_be_trimmed = [&](std::uint32_t number) { return !is_whole() && number == attempts_.begin()->first; };
    for (const auto& [number, attempt] : attempts_) {
        if (!attempt.produced || *attempt.produced == attempt.committed || may_be_trimmed(number)) continue;
        found.push_back("worker to log: attempt " + std::to_string(number) + " made " +
                        std::to_string(*attempt.produced) + " events, the log has " +
                        std::to_string(attempt.committed));
    }
    return found;
}

}  // namespace longwire::cli
