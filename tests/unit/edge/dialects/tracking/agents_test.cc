#include "edge/dialects/tracking/agents.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tracking/dashboard.h"

namespace longwire::edge {
namespace {

TEST_F(TrackingTest, AnAgentsStatusIsFlatAndHasEveryField) {
    open();
    begin("t");
    host.time_us += 123'456;
    host.event(
        "task/t", "agent.status",
        R"({"agent":"Technical Integration Specialist","agent_id":"tech-1","status":"PROCESSING","progress":0.65,)"
        R"("message":"Analyzing webhook signature validation...","eta_s":29.2,"emoji":"x"})");
    const auto statuses = heard("agent_status");
    ASSERT_EQ(statuses.size(), 1U);
    EXPECT_EQ(json::serialize(statuses[0]),
              R"({"type":"agent_status","agent_id":"tech-1","agent_name":"Technical Integration Specialist",)"
              R"("status":"PROCESSING","progress":65,"message":"Analyzing webhook signature validation...",)"
              R"("timestamp":"2023-11-14T22:13:20.123Z","metadata":{"task_id":"t","estimated_completion":30}})");
}

TEST_F(TrackingTest, AnAgentSaysEachOfTheSixStatuses) {
    open();
    begin("t");
    for (const auto* word : {"IDLE", "ANALYZING", "PROCESSING", "COLLABORATING", "COMPLETED", "ERROR"}) {
        status("t", "a", word);
        EXPECT_EQ(heard("agent_status").at(0).at("status"), word);
        host.pass_ms(100);
    }
}

TEST_F(TrackingTest, OtherPeoplesWordsForAStatusAreUnderstood) {
    open();
    begin("t");
    const std::vector<std::pair<const char*, const char*>> words{{"thinking", "ANALYZING"}, {"working", "PROCESSING"},
                                                                 {"done", "COMPLETED"},     {"Failed", "ERROR"},
                                                                 {"waiting", "IDLE"},       {"whatever", "PROCESSING"}};
    for (const auto& [word, expected] : words) {
        status("t", "a", word);
        EXPECT_EQ(heard("agent_status").at(0).at("status"), expected) << word;
        host.pass_ms(100);
    }
}

TEST_F(TrackingTest, ProgressIsWholePercentsAnd100IsComplete) {
    open();
    begin("t");
    const std::vector<std::pair<double, int>> shares{{0, 0}, {0.29, 29}, {0.999, 99}, {1, 100}, {7, 100}, {-1, 0}};
    for (const auto& [share, percents] : shares) {
        status("t", "a", "PROCESSING", share);
        EXPECT_EQ(heard("agent_status").at(0).at("progress"), percents) << share;
        host.pass_ms(100);
    }
    host.event("task/t", "agent.status", R"({"agent":"B","status":"COMPLETED"})");
    EXPECT_EQ(heard("agent_status").at(0).at("progress"), 100);
}

TEST_F(TrackingTest, AnAgentWithoutAnIdGoesByItsName) {
    open();
    begin("t");
    host.event("task/t", "agent.status", R"({"agent":"Ann","status":"IDLE"})");
    const auto statuses = heard("agent_status");
    EXPECT_EQ(statuses.at(0).at("agent_id"), "Ann");
    EXPECT_EQ(statuses.at(0).at("agent_name"), "Ann");
    EXPECT_FALSE(statuses.at(0).at("metadata").as_object().contains("estimated_completion"));
    host.event("task/t", "agent.status", R"({"status":"IDLE"})");
    EXPECT_EQ(heard("agent_status").at(0).at("agent_name"), "worker-1");
}

TEST_F(TrackingTest, AnAgentSpeaksOncePer100MsTheNewestWinsAndTheLastIsNeverLost) {
    open();
    begin("t");
    std::vector<std::int64_t> times_us;
    std::vector<json::object> statuses;
    for (int i = 1; i <= 100; ++i) {
        status("t", "a", "PROCESSING", i / 100.0);
        for (auto& message : heard("agent_status")) {
            times_us.push_back(host.time_us);
            statuses.push_back(std::move(message));
        }
        host.pass_ms(7);
    }
    for (std::size_t i = 1; i < times_us.size(); ++i) EXPECT_GE(times_us[i] - times_us[i - 1], 93'000) << i;
    EXPECT_EQ(statuses.front().at("progress"), 1);
    EXPECT_GE(statuses.size(), 6U);
    EXPECT_LE(statuses.size(), 8U);
    host.pass_ms(110);
    const auto last = heard("agent_status");
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(last[0].at("progress"), 100);
    host.pass_ms(1'000);
    EXPECT_EQ(heard("agent_status").size(), 0U);
}

TEST_F(TrackingTest, AgentsDoNotHoldEachOtherUp) {
    open();
    begin("t");
    for (const auto* agent : {"a", "b", "c"}) status("t", agent, "PROCESSING");
    EXPECT_EQ(heard("agent_status").size(), 3U);
}

TEST_F(TrackingTest, AgentsWhoseTaskHasEndedAreNotAtWork) {
    const std::vector<std::tuple<const char*, const char*, const char*, const char*>> ends{
        {"task.completed", "{}", "COMPLETED", "The task is completed"},
        {"task.failed", R"({"error":{"code":"x","message":"Out of paper"}})", "ERROR", "Out of paper"},
        {"task.expired", "{}", "ERROR", "The task has failed"},
        {"task.cancelled", R"({"reason":"enough"})", "IDLE", "enough"},
        {"task.retrying", "{}", "IDLE", "Waits for another attempt"}};
    open();
    for (const auto& [type, data, word, message] : ends) {
        const std::string id = type;
        begin(id);
        status(id, "busy" + id, "PROCESSING");
        status(id, "done" + id, "COMPLETED", 1);
        host.heard();
        host.event("task/" + id, type, data);
        host.pass_ms(110);
        const auto statuses = heard("agent_status");
        ASSERT_EQ(statuses.size(), 1U) << type;
        EXPECT_EQ(statuses[0].at("agent_id").as_string(), "busy" + id);
        EXPECT_EQ(statuses[0].at("status"), word);
        EXPECT_EQ(statuses[0].at("message"), message);
    }
}

TEST_F(TrackingTest, WhoComesLateIsToldHowAgentsAreDoing) {
    connect();
    host.reply("subscribe", "{}");
    const auto agents = std::string(R"(,"agents":[{"agent":"Ann","agent_id":"ann-1","status":"PROCESSING",)"
                                    R"("progress":0.5,"message":"reads"}])");
    list("", task("t", "RUNNING", agents));
    const auto statuses = heard("agent_status");
    ASSERT_EQ(statuses.size(), 1U);
    EXPECT_EQ(statuses[0].at("agent_id"), "ann-1");
    EXPECT_EQ(statuses[0].at("status"), "PROCESSING");
}

TEST_F(TrackingTest, WhatAnAgentSaidOfItsLastTaskIsHowItIsDoing) {
    connect();
    host.reply("subscribe", "{}");
    const auto ann = [](const char* word, const char* ended_us) {
        return std::string(R"(,"agents":[{"agent":"Ann","agent_id":"ann-1","status":")") + word +
               R"(","progress":1}],"ended_us":)" + ended_us;
    };
    list("", "",
         task("young", "FAILED", ann("PROCESSING", "1699999960000000")) + "," +
             task("late", "COMPLETED", ann("COMPLETED", "1699999990000000")) + "," +
             task("early", "COMPLETED", ann("IDLE", "1699999970000000")));
    host.pass_ms(500);
    const auto statuses = heard("agent_status");
    ASSERT_EQ(statuses.size(), 1U);
    EXPECT_EQ(statuses[0].at("metadata").at("task_id"), "late");
    EXPECT_EQ(statuses[0].at("status"), "COMPLETED");
}

TEST_F(TrackingTest, AnAgentOfATaskThatEndedMeanwhileIsNotAtWork) {
    connect();
    host.reply("subscribe", "{}");
    const auto agents = std::string(R"(,"ended_us":1699999990000000,"agents":[{"agent":"Ann","status":"PROCESSING"}])");
    list("", "", task("t", "FAILED", agents));
    EXPECT_EQ(heard("agent_status").at(0).at("status"), "ERROR");
}

TEST_F(TrackingTest, AHandoffIsACollaboration) {
    open();
    begin("t");
    host.time_us += 456'000;
    host.event("task/t", "agent.handoff",
               R"({"agent":"Technical Integration Specialist","agent_id":"x","to":"Security Specialist",)"
               R"("reason":"Requires security expertise","collaboration":"handoff"})");
    EXPECT_EQ(json::serialize(heard("agent_collaboration").at(0)),
              R"({"type":"agent_collaboration","primary_agent":"Technical Integration Specialist",)"
              R"("secondary_agent":"Security Specialist","collaboration_type":"handoff",)"
              R"("reason":"Requires security expertise","timestamp":"2023-11-14T22:13:20.456Z"})");
    host.event("task/t", "agent.handoff", R"({"agent":"A","to":"B"})");
    EXPECT_EQ(heard("agent_collaboration").at(0).at("collaboration_type"), "handoff");
    host.event("task/t", "agent.handoff", R"({"agent":"A","to":"B","collaboration":"consultation"})");
    EXPECT_EQ(heard("agent_collaboration").at(0).at("collaboration_type"), "consultation");
}

TEST(StatusPace, BeyondItsBoundNobodyIsHeldUp) {
    tracking::StatusPace pace(100'000);
    for (std::size_t i = 0; i < tracking::StatusPace::kAgentsMax; ++i) {
        EXPECT_TRUE(pace.admit("agent-" + std::to_string(i), 1));
    }
    EXPECT_FALSE(pace.admit("agent-0", 2));
    EXPECT_TRUE(pace.admit("one more", 2));
    EXPECT_TRUE(pace.admit("one more", 3));
    // Those that have been quiet for long enough make room.
    EXPECT_TRUE(pace.admit("one more", 200'000));
    EXPECT_FALSE(pace.admit("one more", 200'001));
}

TEST_F(TrackingTest, KeepsItsRatesUnder500Agents) {
    constexpr int kAgents = 500;
    constexpr int kUpdates = 40;  // 20 a second, for two seconds
    constexpr int kPerTask = 10;
    open();
    for (int task = 0; task < kAgents / kPerTask; ++task) begin("t" + std::to_string(task));
    host.heard();
    std::map<std::string, std::vector<std::int64_t>> heard_us;
    std::map<std::string, int> progress;
    const auto hear = [&] {
        for (const auto& message : heard("agent_status")) {
            const std::string agent(message.at("agent_id").as_string());
            heard_us[agent].push_back(host.time_us);
            progress[agent] = message.at("progress").to_number<int>();
        }
    };
    for (int update = 1; update <= kUpdates; ++update) {
        for (int agent = 0; agent < kAgents; ++agent) {
            if (agent % 100 == 0) {
                hear();
                host.pass_ms(10);
            }
            status("t" + std::to_string(agent / kPerTask), "a" + std::to_string(agent), "PROCESSING",
                   update == kUpdates ? 1.0 : update / 100.0);
        }
    }
    for (int i = 0; i < 20; ++i) {
        hear();
        host.pass_ms(10);
    }
    ASSERT_EQ(heard_us.size(), static_cast<std::size_t>(kAgents));
    for (const auto& [agent, times] : heard_us) {
        EXPECT_EQ(progress[agent], 100) << agent;
        EXPECT_GE(times.size(), 17U) << agent;
        EXPECT_LE(times.size(), 22U) << agent;
        for (std::size_t i = 1; i < times.size(); ++i) ASSERT_GE(times[i] - times[i - 1], 90'000) << agent;
    }
}

}  // namespace
}  // namespace longwire::edge
