#include "tests/simulation/truth.h"

#include "tests/simulation/violation.h"

namespace longwire::simulation {

std::uint64_t digest(const Envelope& envelope) {
    std::uint64_t mixed = std::hash<std::string_view>{}(envelope.payload);
    const auto mix = [&](std::uint64_t number) { mixed = (mixed ^ number) * 0x9e3779b97f4a7c15 + (mixed >> 29); };
    mix(std::hash<std::string_view>{}(envelope.producer));
    mix(std::hash<std::string_view>{}(envelope.type));
    mix(envelope.incarnation);
    mix(envelope.sequence);
    mix(static_cast<std::uint64_t>(envelope.time_us));
    mix(envelope.attempt);
    return mixed;
}

void Truth::append(const broker::Record& record, const Envelope& envelope) {
    const auto& path = *record.path;
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
    current->digests.push_back(digest(envelope));
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

void Truth::check(std::string_view who, std::string_view path, std::uint64_t epoch, std::uint64_t offset,
                  const Envelope& envelope) const {
    const auto place = [&] {
        return std::string(who) + " was given " + std::string(path) + " offset " + std::to_string(offset) + " (" +
               std::string(envelope.type) + ")";
    };
    const auto* topic = find(path, epoch);
    require(topic != nullptr && offset >= 1 && offset <= topic->head(),
            [&] { return place() + ", which is not durable"; });
    require(topic->digests[offset - 1] == digest(envelope),
            [&] { return place() + ", which is another event than the one in the log"; });
}

}  // namespace longwire::simulation
