#include "tests/simulation/limit_rules.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

/// When a task that has not started yet has waited too long; never: INT64_MAX.
std::int64_t expires_us(const Scenario& scenario, const TaskFacts& task) {
    const auto from_us = std::max(task.queued_us, task.not_before_us);
    auto at_us = INT64_MAX;
    for (const auto wait_ms : {task.ttl_ms, scenario.queue_age_max_ms}) {
        if (wait_ms > 0) at_us = std::min(at_us, from_us + wait_ms * 1000);
    }
    return at_us;
}

auto place_of(const TaskFacts& task) {
    return std::tuple(-task.priority, task.queued_us, task.age);
}

template <class Is>
std::size_t count(const AllFacts& all, Is is) {
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& t) { return is(t.second); }));
}

void check_order(const AllFacts& all, const TaskFacts& task, std::int64_t now_us) {
    for (const auto& [path, other] : all) {
        const bool is_kept_by_others =
            !other.lock.empty() && (other.lock != task.lock || other.lock_limit != task.lock_limit);
        const bool may_start = other.is_waiting() && other.kind == task.kind && other.not_before_us <= now_us;
        const bool is_first = may_start && !is_kept_by_others && place_of(other) < place_of(task);
        require(!is_first,
                [&, &p = path] { return task.path + " was handed out before " + p + ", whose turn it was"; });
    }
}

}  // namespace

/// Those that wait for a time of their own, or for another attempt, are not among those that there must be room for.
void check_queued(const Scenario& scenario, const AllFacts& all, const TaskFacts& task) {
    const auto queued = count(all, [&](const TaskFacts& other) {
        return other.is_waiting() && other.kind == task.kind && other.started_us == 0 && other.not_before_us == 0;
    });
    require(queued <= scenario.queued_max, [&] { return "the queue of " + task.kind + " is longer than it may be"; });
}

void check_handed_out(const Scenario& scenario, const AllFacts& all, const TaskFacts& task, std::string_view worker,
                      std::int64_t now_us) {
    const auto require_it = [&](bool is_kept, std::string_view what) {
        require(is_kept, [&] { return task.path + " was handed out " + std::string(what); });
    };
    require_it(task.not_before_us <= now_us, "before its time");
    require_it(task.started_us != 0 || now_us < expires_us(scenario, task), "after it had waited too long");
    const auto of_kind = count(all, [&](const TaskFacts& t) { return t.is_running() && t.kind == task.kind; });
    const auto with_lock = count(all, [&](const TaskFacts& t) { return t.is_running() && t.lock == task.lock; });
    const auto at_worker = count(all, [&](const TaskFacts& t) { return t.is_running() && t.worker == worker; });
    const bool is_limited = task.kind == kLimitedKind && scenario.kind_limit > 0;
    require_it(!is_limited || of_kind < scenario.kind_limit, "beyond the limit of its kind");
    require_it(task.lock.empty() || with_lock < task.lock_limit, "beyond the limit of its concurrency key");
    require_it(at_worker < scenario.capacity, "to a worker that has no room");
    check_order(all, task, now_us);
}

void check_deadlines(const Scenario& scenario, const AllFacts& all, std::int64_t now_us) {
    for (const auto& [path, task] : all) {
        if (!task.is_open) continue;
        const auto require_it = [&, &p = path](bool is_kept, std::string_view what) {
            require(is_kept, [&] { return p + " goes on, though it " + std::string(what); });
        };
        const bool is_over_asked = task.is_cancelling && now_us >= task.cancel_asked_us + kCancelGraceMs * 1000;
        const bool is_over_run =
            task.started_us != 0 && task.timeout_ms > 0 && now_us >= task.started_us + task.timeout_ms * 1000;
        require_it(!is_over_asked, "was asked to end, and its time for that is over");
        require_it(!is_over_run, "has run longer than its timeout");
        require_it(task.started_us != 0 || now_us < expires_us(scenario, task), "has waited too long");
    }
}

}  // namespace longwire::simulation
