#include "broker/core/kept_state.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/msgpack_writer.h"

namespace longwire::broker {
namespace {

Task task_with_an_agent() {
    Task task;
    task.realm = "dev";
    task.id = "t";
    task.kind = "demo";
    task.agents.push_back({"Ann", "BUSY", "reads", 0.5, "ann-1"});
    return task;
}

TEST(KeptState, KeepsWhatAnAgentSaidOfItself) {
    const auto read = read_state(keep_task(task_with_an_agent()));
    ASSERT_TRUE(read);
    const auto& agents = std::get<RestoredTask>(*read).task.agents;
    ASSERT_EQ(agents.size(), 1U);
    EXPECT_EQ(agents[0].agent, "Ann");
    EXPECT_EQ(agents[0].status, "BUSY");
    EXPECT_EQ(agents[0].message, "reads");
    EXPECT_EQ(agents[0].progress, 0.5);
    EXPECT_EQ(agents[0].agent_id, "ann-1");
}

TEST(KeptState, AnAgentThatWasKeptWithoutAnIdIsRead) {
    auto entry = keep_task(task_with_an_agent());
    std::string with_id;
    MsgpackWriter(with_id).string("ann-1");
    const auto at = entry.value.find(with_id);
    ASSERT_NE(at, std::string::npos);
    entry.value.erase(at, with_id.size());
    std::string five;
    std::string four;
    std::string name;
    MsgpackWriter(name).string("Ann");
    MsgpackWriter(five).array(5);
    MsgpackWriter(four).array(4);
    const auto agent = entry.value.find(five + name);
    ASSERT_NE(agent, std::string::npos);
    entry.value.replace(agent, five.size(), four);
    const auto read = read_state(entry);
    ASSERT_TRUE(read);
    const auto& agents = std::get<RestoredTask>(*read).task.agents;
    ASSERT_EQ(agents.size(), 1U);
    EXPECT_EQ(agents[0].agent, "Ann");
    EXPECT_EQ(agents[0].agent_id, "");
}

TEST(KeptState, KeepsPositionsInPartitionsThatFollowEachOther) {
    const auto put = keep_positions("worker-1", 7, 16, std::vector<std::uint64_t>{5, 0, 9});
    const auto read = read_state(put);
    ASSERT_TRUE(read);
    const auto* restored = std::get_if<RestoredPositions>(&*read);
    ASSERT_NE(restored, nullptr);
    EXPECT_EQ(restored->producer, "worker-1");
    EXPECT_EQ(restored->incarnation, 7U);
    std::vector<std::pair<std::uint32_t, std::uint64_t>> at;
    for (const auto& position : restored->at) at.emplace_back(position.partition, position.sequence);
    EXPECT_EQ(at, (std::vector<std::pair<std::uint32_t, std::uint64_t>>{{16, 5}, {17, 0}, {18, 9}}));
}

TEST(KeptState, APositionOfAnOlderBrokerIsRead) {
    const auto read = read_state(keep_position("worker-1", 7, {3, 40}));
    ASSERT_TRUE(read);
    const auto* restored = std::get_if<RestoredPositions>(&*read);
    ASSERT_NE(restored, nullptr);
    ASSERT_EQ(restored->at.size(), 1U);
    EXPECT_EQ(restored->at[0].partition, 3U);
    EXPECT_EQ(restored->at[0].sequence, 40U);
}

TEST(KeptState, PositionsThatAreDamagedAreRefused) {
    auto put = keep_positions("worker-1", 7, 0, std::vector<std::uint64_t>(kPositionsPerEntry + 1, 1));
    EXPECT_FALSE(read_state(put)) << "too many";
    put = keep_positions("worker-1", 7, 0, std::vector<std::uint64_t>{1, 2});
    put.value.pop_back();
    EXPECT_FALSE(read_state(put)) << "cut";
}

}  // namespace
}  // namespace longwire::broker
