#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/core/record.h"
#include "broker/core/task.h"
#include "protocol/link/producer_messages.h"

/// What the broker keeps beside the events, so that a restart need not read them all: one entry for each task, each
/// input of a task that has not ended, each producer's position and each publish key. The form of keys and values is in
/// docs/operations/data-directory.md.
namespace longwire::broker {

/// The task as it is. Its inputs are entries of their own.
StatePut keep_task(const Task& task);
StatePut drop_task(std::string_view realm, std::string_view task);

StatePut keep_input(const Task& task, const KeptInput& input);
StatePut drop_input(const Task& task, std::uint64_t offset);

StatePut keep_position(std::string_view producer, std::uint64_t incarnation, const link::PartitionSequence& at);

StatePut keep_publish_key(std::string_view path, std::string_view key, std::uint64_t offset);
StatePut drop_publish_key(std::string_view path, std::string_view key);

struct RestoredInput {
    std::string realm;
    std::string task;
    KeptInput input;
};
struct RestoredPosition {
    std::string producer;
    std::uint64_t incarnation = 0;
    link::PartitionSequence at;
};
struct RestoredPublishKey {
    std::string path;
    std::string key;
    std::uint64_t offset = 0;
};
using RestoredState = std::variant<Task, RestoredInput, RestoredPosition, RestoredPublishKey>;

/// Reads an entry back. Errors: one that is not of our making.
Result<RestoredState> read_state(const StatePut& entry);

}  // namespace longwire::broker
