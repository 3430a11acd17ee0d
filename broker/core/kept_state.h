#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/core/record.h"
#include "broker/core/task.h"
#include "protocol/link/producer_messages.h"

/// What the broker keeps beside the events, so that a restart need not read them all: two entries for each task, since
/// most of it never changes and would be written again with every change of the rest, one for each input of a task that
/// has not ended, each producer's positions, each publish key and each member of a topic. The form of keys and values
/// is in docs/operations/data-directory.md.
namespace longwire::broker {

/// What the task was started as: kept once.
StatePut keep_origin(const Task& task);
/// The task as it is. Its origin and its inputs are entries of their own.
StatePut keep_task(const Task& task);
std::vector<StatePut> drop_task(const Task& task);

StatePut keep_input(const Task& task, const KeptInput& input);
StatePut drop_input(const Task& task, std::uint64_t offset);

StatePut keep_position(std::string_view producer, std::uint64_t incarnation, const link::PartitionSequence& at);

/// A producer's positions in partitions that follow each other, in one entry: one event in each of them writes it once.
inline constexpr std::uint32_t kPositionsPerEntry = 16;
/// From a multiple of kPositionsPerEntry on; as many sequences at most, 0 where there is none.
StatePut keep_positions(std::string_view producer, std::uint64_t incarnation, std::uint32_t first_partition,
                        std::span<const std::uint64_t> sequences);

StatePut keep_publish_key(std::string_view path, std::string_view key, std::uint64_t offset);
StatePut drop_publish_key(std::string_view path, std::string_view key);

StatePut keep_member(std::string_view path, std::string_view member, std::string_view info_raw, std::int64_t since_us);
StatePut drop_member(std::string_view path, std::string_view member);

struct RestoredOrigin {
    std::string realm;
    std::string task;
    TaskOrigin origin;
};
/// All but its origin and its inputs.
struct RestoredTask {
    Task task;
};
struct RestoredInput {
    std::string realm;
    std::string task;
    KeptInput input;
};
struct RestoredPositions {
    std::string producer;
    std::uint64_t incarnation = 0;
    std::vector<link::PartitionSequence> at;
};
struct RestoredPublishKey {
    std::string path;
    std::string key;
    std::uint64_t offset = 0;
};
struct RestoredMember {
    std::string path;
    std::string member;
    std::string info_raw;
    std::int64_t since_us = 0;
};
using RestoredState =
    std::variant<RestoredOrigin, RestoredTask, RestoredInput, RestoredPositions, RestoredPublishKey, RestoredMember>;

/// Reads an entry back. Errors: one that is not of our making.
Result<RestoredState> read_state(const StatePut& entry);

}  // namespace longwire::broker
