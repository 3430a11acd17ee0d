#include "tests/simulation/decisions.h"

#include <algorithm>

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"
#include "tests/simulation/limit_rules.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kLookUs = 20'000;

}  // namespace

TaskFacts& Decisions::facts_of(AllFacts& all, const std::string& path) {
    const auto [facts, is_new] = all.try_emplace(path);
    if (is_new) {
        facts->second.path = path;
        facts->second.age = ++created_;
    }
    return facts->second;
}

void Decisions::decide(const std::vector<broker::Record>& records) {
    TreeRules tree(decided_);
    for (const auto& record : records) {
        const auto envelope = parse_envelope(record.envelope.bytes).value();
        const std::string path(*record.path);
        const bool is_about_task = !task_of_topic(split_path(path).topic).empty();
        if (!is_about_task) {
            attendance_.decide(path, envelope, nullptr);
            continue;
        }
        auto& facts = facts_of(decided_, path);
        attendance_.decide(path, envelope, &facts);
        tree.before(facts, envelope);
        check_before(facts, envelope);
        fold(facts, envelope);
        if (envelope.type == event_type::kTaskQueued) check_queued(scenario_, decided_, facts);
        tree.after(facts, envelope);
    }
    tree.check_end_of_step();
}

void Decisions::check_before(const TaskFacts& task, const Envelope& envelope) const {
    if (envelope.type != event_type::kTaskStarted) return;
    const auto worker = MsgpackFields::parse(envelope.payload, "payload").value().string("worker").value();
    const auto waiting = most_waiting_.find(worker);
    const auto room = scenario_.capacity + (waiting == most_waiting_.end() ? 0 : waiting->second);
    check_handed_out(scenario_, decided_, task, {worker, room}, envelope.time_us);
}

void Decisions::waiting(const std::string& worker, std::uint32_t count) {
    auto& most = most_waiting_[worker];
    most = std::max(most, count);
}

/// What is due stays so until it is done, so that it does to look now and then.
void Decisions::check_end_of_step(std::int64_t now_us) {
    attendance_.end_step(now_us);
    if (now_us - looked_us_ < kLookUs) return;
    looked_us_ = now_us;
    attendance_.check_deadlines(decided_, now_us);
    check_deadlines(scenario_, decided_, now_us);
}

void Decisions::broker_began(std::int64_t now_us) {
    decided_ = durable_;
    attendance_.broker_began(now_us);
    most_waiting_.clear();
    looked_us_ = 0;
}

void Decisions::durable(const std::string& path, const Envelope& envelope) {
    attendance_.durable(path, envelope);
    if (!task_of_topic(split_path(path).topic).empty()) fold(facts_of(durable_, path), envelope);
}

void Decisions::wiped() {
    decided_.clear();
    durable_.clear();
    attendance_.wiped();
}

const TaskFacts* Decisions::task(std::string_view path) const {
    const auto found = durable_.find(path);
    return found == durable_.end() ? nullptr : &found->second;
}

}  // namespace longwire::simulation
