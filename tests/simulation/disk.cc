#include "tests/simulation/disk.h"

#include <algorithm>
#include <utility>

#include "protocol/envelope.h"
#include "protocol/overloaded.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kReadUsMax = 3'000;
constexpr std::int64_t kLookForRoomUs = 20'000;
constexpr std::uint64_t kDamagedMax = 6;

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
        const std::string path(*record.path);
        environment_.trace.tell("disk", [&] {
            const auto envelope = parse_envelope(record.envelope.bytes);
            return path + " " + std::to_string(record.offset) + " " + std::string(envelope->type);
        });
        environment_.model.durable(record);
        auto& topic = topics_[path];
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

void Disk::trim(const std::vector<broker::Trimmed>& trims) {
    for (const auto& [path, tail] : trims) {
        auto& topic = topics_.at(path);
        while (topic.tail < tail && !topic.events.empty()) {
            topic.events.pop_front();
            ++topic.tail;
        }
        environment_.trace.tell("disk",
                                [&, p = path] { return "drops " + p + " before " + std::to_string(topic.tail); });
        environment_.model.trimmed_after_end(path, tail);
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

std::variant<broker::ReadPage, broker::FailedRead> Disk::read(const broker::ReadRequest& request) const {
    broker::ReadPage page{request.token, request.path, request.after + 1, {}};
    const auto found = topics_.find(request.path);
    if (found == topics_.end()) return page;
    const auto& topic = found->second;
    page.first = std::max(page.first, topic.tail);
    std::size_t bytes = 0;
    for (auto offset = page.first; offset <= topic.head() && page.envelopes.size() < request.events_max; ++offset) {
        if (damaged_.contains({request.path, offset})) {
            if (page.envelopes.empty()) return failed_read(request, offset, topic.head());
            break;
        }
        const auto& event = topic.events[offset - topic.tail];
        bytes += event.bytes.size();
        if (bytes > request.bytes_max && !page.envelopes.empty()) break;
        page.envelopes.push_back(event);
    }
    return page;
}

broker::FailedRead Disk::failed_read(const broker::ReadRequest& request, std::uint64_t damaged,
                                     std::uint64_t head) const {
    environment_.trace.tell("disk", [&] { return "cannot read " + request.path + " " + std::to_string(damaged); });
    auto next = damaged;
    for (; next <= head && damaged_.contains({request.path, next}); ++next) {
        environment_.model.failed_to_read(request.path, next);
    }
    return {request.token, {Errc::internal, "damaged"}, request.path, next <= head ? next : 0};
}

void Disk::damage() {
    if (topics_.empty()) return;
    auto& random = environment_.random;
    const auto& [path, topic] = *std::next(topics_.begin(), static_cast<std::ptrdiff_t>(random.below(topics_.size())));
    if (topic.events.empty()) return;
    const auto first = topic.tail + random.below(topic.events.size());
    const auto last = std::min(topic.head(), first + random.below(kDamagedMax));
    environment_.trace.tell("disk", [&, p = path] {
        return "is damaged: " + p + " " + std::to_string(first) + " to " + std::to_string(last);
    });
    for (auto offset = first; offset <= last; ++offset) damaged_.emplace(path, offset);
}

Status Disk::no_room() {
    return Error{Errc::unavailable, "the disk is full", {}, 1000};
}

void Disk::wipe() {
    topics_.clear();
    state_.clear();
    damaged_.clear();
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
    after(environment_.random.between(20, environment_.scenario.write_us_max), [this] { write_when_there_is_room(); });
}

void DiskLog::write_when_there_is_room() {
    if (!disk_.can_write()) return after(kLookForRoomUs, [this] { write_when_there_is_room(); });
    is_written_ = true;
    if (environment_.scenario.durability != Durability::power) return group_is_durable();
    after(environment_.random.between(500, environment_.scenario.sync_us_max), [this] { group_is_durable(); });
}

broker::LogOutcome DiskLog::poll() {
    if (std::exchange(has_told_full_, disk_.is_full()) != disk_.is_full()) {
        outcome_.room = disk_.is_full() ? Disk::no_room() : Status();
    }
    return std::exchange(outcome_, {});
}

void DiskLog::group_is_durable() {
    for (const auto& batch : std::exchange(group_, {})) {
        disk_.write(batch);
        disk_.trim(batch.trims);
        outcome_.committed.push_back({batch.ticket, {}, durability_of(environment_.scenario)});
        outcome_.trimmed.insert(outcome_.trimmed.end(), batch.trims.begin(), batch.trims.end());
    }
    for (auto& trimmed : disk_.trim()) outcome_.trimmed.push_back(std::move(trimmed));
    if (!appended_.empty()) write_group();
    wake_();
}

void DiskLog::read(broker::ReadRequest request) {
    const auto now_us = environment_.schedule.now_us();
    read_us_ = std::max(read_us_, now_us + environment_.random.between(20, kReadUsMax));
    after(read_us_ - now_us, [this, request = std::move(request)] {
        std::visit(Overloaded{[&](broker::ReadPage&& page) { outcome_.pages.push_back(std::move(page)); },
                              [&](broker::FailedRead&& failed) { outcome_.failed_reads.push_back(std::move(failed)); }},
                   disk_.read(request));
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
    for (std::size_t i = 0; i < survive; ++i) {
        disk_.write(group_[i]);
        disk_.trim(group_[i].trims);
    }
}

}  // namespace longwire::simulation
