#include "tests/simulation/task_history.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/task_facts.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

std::uint64_t number(const MsgpackFields& fields, std::string_view name) {
    return static_cast<std::uint64_t>(fields.integer_or(name, 0, 0, INT64_MAX).value());
}

bool is_by_worker(const Envelope& envelope) {
    return envelope.sequence != 0;
}

}  // namespace

void TaskHistory::require_it(bool is_kept, const char* what, const Envelope& envelope) const {
    require(is_kept, [&] {
        return path_ + " offset " + std::to_string(offset_) + ", " + std::string(envelope.type) + " of attempt " +
               std::to_string(envelope.attempt) + ": " + what;
    });
}

void TaskHistory::append(std::uint64_t offset, const Envelope& envelope) {
    offset_ = offset;
    if (is_by_worker(envelope)) {
        require_it(is_open(envelope.attempt), "of an attempt that is not in charge", envelope);
        require_it(envelope.producer == worker_ && envelope.incarnation == incarnation_,
                   "by another worker than the attempt was given to", envelope);
    }
    const auto type = envelope.type;
    if (type == event_type::kTaskQueued) {
        on_queued(envelope);
    } else {
        require_it(!has_ended_, "after the end of its run", envelope);
    }
    if (type == event_type::kTaskStarted) {
        on_started(envelope);
    } else if (type == event_type::kTaskInput) {
        inputs_.insert(offset);
    } else if (type == event_type::kTaskRetrying) {
        require_it(is_open(envelope.attempt), "gives up an attempt that is not in charge", envelope);
        open_ = 0;
    } else if (ends_run(type)) {
        end(envelope);
    }
    states_.push_back(state_);
}

void TaskHistory::on_queued(const Envelope& envelope) {
    const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
    require_it(has_ended_, "though its run has not ended", envelope);
    require_it(number(fields, "run") == run_ + 1, "is not the next run", envelope);
    ++run_;
    has_ended_ = false;
    state_ = "PENDING";
    inputs_.clear();
}

std::uint64_t TaskHistory::input_after(std::uint64_t offset) const {
    const auto next = inputs_.upper_bound(offset);
    return next == inputs_.end() ? 0 : *next;
}

void TaskHistory::on_started(const Envelope& envelope) {
    const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
    require_it(open_ == 0, "while another attempt is in charge", envelope);
    require_it(envelope.attempt > newest_, "has the number of an earlier attempt", envelope);
    open_ = newest_ = envelope.attempt;
    state_ = "RUNNING";
    worker_ = fields.string("worker").value();
    incarnation_ = number(fields, "incarnation");
}

void TaskHistory::end(const Envelope& envelope) {
    has_ended_ = true;
    state_ = state_after(envelope.type);
    open_ = 0;
}

}  // namespace longwire::simulation
