#include "tests/simulation/truth.h"

#include "tests/simulation/violation.h"

namespace longwire::simulation {

void Truth::append(const broker::Record& record, const Envelope& envelope) {
    const std::string path(*record.path);
    auto& current = current_[path];
    if (current == nullptr) {
        const auto [log, is_new] = all_.try_emplace({path, record.epoch});
        require(is_new, [&] { return path + " began anew under an epoch that it has had before"; });
        log->second.epoch = record.epoch;
        current = &log->second;
    }
    require(record.epoch == current->epoch, [&] { return path + " changed its epoch though its log goes on"; });
    require(record.offset == current->head() + 1, [&] {
        return path + " has event " + std::to_string(record.offset) + " behind event " +
               std::to_string(current->head());
    });
    current->events.push_back(known_event(envelope));
    current->events.back().number = ++events_;
    current->events.back().envelope = record.envelope;
}

const TopicTruth* Truth::find(std::string_view path) const {
    const auto found = current_.find(path);
    return found == current_.end() ? nullptr : found->second;
}

const TopicTruth* Truth::find(std::string_view path, std::uint64_t epoch) const {
    const auto* current = find(path);
    if (current != nullptr && current->epoch == epoch) return current;
    const auto found = all_.find(std::pair(std::string(path), epoch));
    return found == all_.end() ? nullptr : &found->second;
}

std::uint64_t Truth::head(std::string_view path) const {
    const auto* topic = find(path);
    return topic == nullptr ? 0 : topic->head();
}

std::optional<std::uint64_t> Truth::epoch_of(std::string_view path, std::uint64_t offset, std::uint64_t shown) const {
    for (auto log = all_.lower_bound(std::pair(std::string(path), std::uint64_t{0}));
         log != all_.end() && log->first.first == path; ++log) {
        const auto& topic = log->second;
        const bool is_there = offset >= 1 && offset <= topic.head() && topic.at(offset).shown == shown;
        if (is_there) return topic.epoch;
    }
    return std::nullopt;
}

void Truth::check(std::string_view who, std::string_view path, std::uint64_t epoch, std::uint64_t offset,
                  const Envelope& envelope) const {
    const auto place = [&] {
        return std::string(who) + " was given " + std::string(path) + " offset " + std::to_string(offset) + " (" +
               std::string(envelope.type) + ")";
    };
    const auto* topic = find(path, epoch);
    require(topic != nullptr && offset >= 1 && offset <= topic->head(),
            [&] { return place() + ", which is not durable"; });
    require(topic->at(offset).digest == digest(envelope),
            [&] { return place() + ", which is another event than the one in the log"; });
}

}  // namespace longwire::simulation
