#include "tests/simulation/disk.h"

#include <algorithm>
#include <utility>

#include "protocol/envelope.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kReadUsMax = 3'000;

longwire::Durability durability_of(const Scenario& scenario) {
    switch (scenario.durability) {
        case Durability::memory:
            return longwire::Durability::memory;
        case Durability::process:
            return longwire::Durability::os;
        default:
            return longwire::Durability::fsync;
    }
}

}  // namespace

void Disk::write(const broker::CommitBatch& batch) {
    for (const auto& record : *batch.records) {
        environment_.trace.tell("disk", [&] {
            const auto envelope = parse_envelope(record.envelope.bytes);
            return *record.path + " " + std::to_string(record.offset) + " " + std::string(envelope->type);
        });
        environment_.model.durable(record);
        auto& topic = topics_[*record.path];
        topic.epoch = record.epoch;
        topic.events.push_back(record.envelope);
    }
    for (const auto& [key, value] : batch.state) {
        if (value.empty()) {
            state_.erase(key);
        } else {
            state_[key] = value;
        }
    }
}

std::vector<broker::Trimmed> Disk::trim() {
    std::vector<broker::Trimmed> trimmed;
    const auto kept = environment_.scenario.events_kept;
    if (kept == 0) return trimmed;
    for (auto& [path, topic] : topics_) {
        // Some slack, as real logs drop whole batches or files.
        if (topic.events.size() <= kept + kept / 2) continue;
        while (topic.events.size() > kept) {
            topic.events.pop_front();
            ++topic.tail;
        }
        trimmed.push_back({path, topic.tail});
        environment_.model.trimmed(path, topic.tail);
    }
    return trimmed;
}

broker::ReadPage Disk::read(const broker::ReadRequest& request) const {
    broker::ReadPage page{request.token, request.path, request.after + 1, {}};
    const auto found = topics_.find(request.path);
    if (found == topics_.end()) return page;
    const auto& topic = found->second;
    page.first = std::max(page.first, topic.tail);
    std::size_t bytes = 0;
    for (auto offset = page.first; offset <= topic.head() && page.envelopes.size() < request.events_max; ++offset) {
        const auto& event = topic.events[offset - topic.tail];
        bytes += event.bytes.size();
        if (bytes > request.bytes_max && !page.envelopes.empty()) break;
        page.envelopes.push_back(event);
    }
    return page;
}

void Disk::wipe() {
    topics_.clear();
    state_.clear();
    environment_.model.wiped();
}

void Disk::visit_topics(const broker::CommitLog::VisitTopic& visit) const {
    for (const auto& [path, topic] : topics_) visit({path, topic.epoch, topic.head(), topic.tail});
}

void Disk::visit_state(const broker::CommitLog::VisitState& visit) const {
    for (const auto& [key, value] : state_) visit({key, value});
}

void DiskLog::after(std::int64_t delay_us, Schedule::Action action) {
    const auto due_us = std::max(environment_.schedule.now_us() + delay_us, stalled_until_us_);
    environment_.schedule.at(due_us, [is_alive = is_alive_, action = std::move(action)] {
        if (*is_alive) action();
    });
}

void DiskLog::append(broker::CommitBatch batch) {
    appended_.push_back(std::move(batch));
    if (group_.empty()) write_group();
}

void DiskLog::write_group() {
    group_ = std::exchange(appended_, {});
    is_written_ = false;
    after(environment_.random.between(20, environment_.scenario.write_us_max), [this] {
        is_written_ = true;
        if (environment_.scenario.durability != Durability::power) return group_is_durable();
        after(environment_.random.between(500, environment_.scenario.sync_us_max), [this] { group_is_durable(); });
    });
}

void DiskLog::group_is_durable() {
    for (const auto& batch : std::exchange(group_, {})) {
        disk_.write(batch);
        outcome_.committed.push_back({batch.ticket, {}, durability_of(environment_.scenario)});
    }
    for (auto& trimmed : disk_.trim()) outcome_.trimmed.push_back(std::move(trimmed));
    if (!appended_.empty()) write_group();
    wake_();
}

void DiskLog::read(broker::ReadRequest request) {
    const auto now_us = environment_.schedule.now_us();
    read_us_ = std::max(read_us_, now_us + environment_.random.between(20, kReadUsMax));
    after(read_us_ - now_us, [this, request = std::move(request)] {
        outcome_.pages.push_back(disk_.read(request));
        wake_();
    });
}

void DiskLog::die(bool with_power) {
    *is_alive_ = false;
    if (environment_.scenario.durability == Durability::memory) return disk_.wipe();
    // What is written has left the process, and what is not synced may be on the disk all the same: the first few
    // batches, whole ones. One that is torn is as none.
    const std::size_t sure = is_written_ && !with_power ? group_.size() : 0;
    const auto survive = sure + environment_.random.below(group_.size() - sure + 1);
    for (std::size_t i = 0; i < survive; ++i) disk_.write(group_[i]);
}

}  // namespace longwire::simulation
