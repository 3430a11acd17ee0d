#include "tests/simulation/model.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"
#include "tests/simulation/payload.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

/// A key is one among the children of its task, or among the tasks that are nobody's child.
std::string key_of(std::string_view parent, std::string_view key) {
    return std::string(parent).append(1, '\n').append(key);
}

}  // namespace

Model::Model(const Scenario& scenario)
    : partitions_(scenario.partitions),
      decisions_(scenario),
      emissions_([this](const std::string& path, std::uint32_t attempt) {
          const auto* history = task(path);
          return history != nullptr && history->is_open(attempt);
      }) {}

const TaskHistory* Model::task(std::string_view path) const {
    const auto found = tasks_.find(path);
    return found == tasks_.end() ? nullptr : &found->second;
}

std::string Model::open_task() const {
    for (const auto& [path, history] : tasks_) {
        if (!history.has_ended()) return path;
    }
    return {};
}

std::string Model::open_task_without_input() const {
    for (const auto& [path, history] : tasks_) {
        if (!history.has_ended() && history.input_after(0) == 0) return path;
    }
    return {};
}

void Model::durable(const broker::Record& record) {
    const auto envelope = parse_envelope(record.envelope.bytes);
    const std::string path(*record.path);
    require(envelope.has_value(), [&] { return path + " holds an event that is none"; });
    truth_.append(record, *envelope);
    decisions_.durable(path, *envelope);
    if (!task_of_topic(split_path(path).topic).empty()) {
        by_task(record, *envelope);
    } else if (!envelope->type.starts_with("presence.")) {
        by_client(record, *envelope);
    }
}

void Model::by_task(const broker::Record& record, const Envelope& envelope) {
    const std::string path(*record.path);
    // An event's attempt is lost after it and not before: what it says of its worker is looked at first.
    if (envelope.sequence != 0) emissions_.logged(path, partition_of(path, partitions_), envelope);
    tasks_.try_emplace(path, path).first->second.append(record.offset, envelope);
    if (envelope.type == event_type::kTaskInput) by_client(record, envelope);
    if (envelope.type != event_type::kTaskQueued) return;
    const auto fields = MsgpackFields::parse(envelope.payload, "payload").value();
    const auto key = fields.string_or("key", {}).value();
    if (key.empty()) return;
    const auto [started, is_new] = started_.try_emplace(key_of(fields.string_or("parent", {}).value(), key), path);
    require(is_new || started->second == path,
            [&] { return "two tasks were started with the key " + std::string(key); });
}

void Model::by_client(const broker::Record& record, const Envelope& envelope) {
    const auto id = id_of(envelope);
    const std::string path(*record.path);
    require(!refused_.contains(id), [&] {
        return "what a client was refused, number " + std::to_string(id) + ", is stored at offset " +
               std::to_string(record.offset) + " of " + path;
    });
    const auto [place, is_new] = places_.try_emplace(id, path, record.offset);
    require(is_new, [&] {
        return "what a client sent once, number " + std::to_string(id) + ", is stored twice: at offset " +
               std::to_string(place->second.second) + " and " + std::to_string(record.offset) + " of " + path;
    });
}

/// It is dropped up to the end of a run and no further.
void Model::trimmed_after_end(const std::string& path, std::uint64_t tail) {
    const auto* topic = truth_.find(path);
    require(topic != nullptr && tail >= 2 && topic->at(tail - 1).ends_run, [&] {
        return path + " was dropped before offset " + std::to_string(tail) + ", which is not where a run has ended";
    });
    if (tail > topic->tail) truth_.trim(path, tail);
}

void Model::wiped() {
    ++wipes_;
    truth_.wipe();
    decisions_.wiped();
    emissions_.wipe();
    tasks_.clear();
    places_.clear();
    started_.clear();
}

void Model::check_input(const std::string& path, std::uint32_t attempt, std::uint64_t last, std::uint64_t offset,
                        std::uint64_t id) const {
    const auto* history = task(path);
    if (history == nullptr || !history->is_open(attempt)) return;  // one that has lost its task hears old things
    check_stored(id, path, offset);
    require(history->input_after(last) == offset, [&] {
        return "attempt " + std::to_string(attempt) + " of " + path + " was given the input at offset " +
               std::to_string(offset) + " behind that at " + std::to_string(last) + ", and the next one is at " +
               std::to_string(history->input_after(last));
    });
}

void Model::check_stored(std::uint64_t id, std::string_view path, std::uint64_t offset) const {
    const auto place = places_.find(id);
    require(place != places_.end() && place->second.first == path && place->second.second == offset, [&] {
        return "a client was told that its number " + std::to_string(id) + " is at offset " + std::to_string(offset) +
               " of " + std::string(path) + ", where it is not";
    });
}

void Model::check_refused(std::uint64_t id) {
    require(!places_.contains(id),
            [&] { return "a client was refused its number " + std::to_string(id) + ", which is stored"; });
    refused_.insert(id);
}

void Model::check_started(std::string_view key, std::string_view parent, std::string_view task) const {
    const auto started = started_.find(key_of(parent, key));
    require(started != started_.end() && task_of_topic(split_path(started->second).topic) == task, [&] {
        return "a client was told that its key " + std::string(key) + " started the task " + std::string(task) +
               ", which it did not";
    });
}

}  // namespace longwire::simulation
