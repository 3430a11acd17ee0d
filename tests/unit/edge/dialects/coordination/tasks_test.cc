#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/coordination/fixture.h"

// Tasks that an agent assigns to workers.
namespace longwire::edge {
namespace {

constexpr auto kAssignment = R"({"type":"task_assignment","payload":{"task_id":"G-001","instruction":"Research"},)"
                             R"("metadata":{"recipient":"chat","message_id":"m-1"}})";

struct CoordinationTasksTest : CoordinationTest {
    void SetUp() override { be_welcome(); }

    /// The task G-001 is assigned to `chat`, and followed.
    void assign() {
        host.say(kAssignment);
        host.reply("workers", R"({"workers":[{"worker":"w","kinds":["agent.chat"],"draining":false}]})");
        host.reply("start", R"({"task":"G-001","topic":"task/G-001","state":"PENDING","created":true})");
        host.reply("subscribe", R"({"topic":"task/G-001","offset":0,"head":1,"tail":1,"resumed":true})");
        host.heard();
        host.commands();
    }
};

TEST_F(CoordinationTasksTest, AnAssignmentToAnAgentThatAWorkerServesStartsTheTask) {
    host.say(kAssignment);
    EXPECT_EQ(host.commands(), "workers {}");
    host.reply("workers", R"({"workers":[{"worker":"w","kinds":["demo.count","agent.chat"],"draining":false}]})");
    EXPECT_EQ(host.commands(), R"(start {"kind":"agent.chat","input":{"task_id":"G-001","instruction":"Research",)"
                               R"("message":"Research",)"
                               R"("requirement":"Research"},"task":"G-001","key":"print-CLINE-1\nm-1"})");
    host.reply("start", R"({"task":"G-001","topic":"task/G-001","state":"PENDING","created":true})");
    EXPECT_TRUE(host.commands().starts_with(R"(subscribe {"topic":"task/G-001","from":"start","conflate_ms":0})"));
    host.reply("subscribe", R"({"topic":"task/G-001","offset":0,"head":1,"tail":1,"resumed":true})");
    EXPECT_EQ(heard(), R"(ack {"message_id":"m-1","offset":1,"delivered":true,"task":"G-001"})");
}

TEST_F(CoordinationTasksTest, AKindOfTheAgentsOwnNameServesToo) {
    host.say(R"({"type":"task_assignment","payload":{"task_id":"a task","instruction":"go"},)"
             R"("metadata":{"recipient":"demo.count"}})");
    host.reply("workers", R"({"workers":[{"worker":"w","kinds":["demo.count"],"draining":false}]})");
    // A name that no task can have is left to the broker.
    EXPECT_EQ(host.commands(),
              "workers {}\n"
              R"(start {"kind":"demo.count","input":{"task_id":"a task","instruction":"go","message":"go",)"
              R"("requirement":"go"}})");
}

TEST_F(CoordinationTasksTest, WithoutAWorkerTheAssignmentWaitsInTheInbox) {
    host.say(kAssignment);
    host.reply("workers", R"({"workers":[{"worker":"w","kinds":["agent.chat"],"draining":true},{"kinds":[]}]})");
    EXPECT_NE(host.commands().find(R"(publish {"topic":"agent/chat","type":"message")"), std::string::npos);
    logged(3);
    EXPECT_EQ(heard(), R"(ack {"delivered":false,"offset":3,"message_id":"m-1"})");
}

TEST_F(CoordinationTasksTest, AConnectedAgentGetsTheAssignmentAsAMessage) {
    host.say(R"({"type":"task_assignment","payload":{"task_id":"G-1","instruction":"go"},)"
             R"("metadata":{"recipient":"GEMINI"}})");
    EXPECT_NE(host.commands().find(R"(publish {"topic":"agent/GEMINI","type":"message")"), std::string::npos);
}

TEST_F(CoordinationTasksTest, WhatIsSaidBehindAnAssignmentStaysBehindIt) {
    host.say(kAssignment);
    host.say(R"({"type":"vote","payload":{}})");
    EXPECT_EQ(host.commands(), "workers {}");
    host.reply("workers", R"({"workers":[]})");
    const auto said = host.commands();
    EXPECT_LT(said.find("agent/chat"), said.find("room/coordination"));
    EXPECT_NE(said.find("room/coordination"), std::string::npos);
}

TEST_F(CoordinationTasksTest, AStartThatIsRefusedIsTold) {
    host.say(kAssignment);
    host.reply("workers", R"({"workers":[{"worker":"w","kinds":["agent.chat"],"draining":false}]})");
    host.fail("start", {Errc::conflict, "there is another", "task"});
    EXPECT_EQ(
        heard(),
        R"(error {"code":"conflict","message":"there is another","details":{"message_id":"m-1","field":"task"}})");
}

TEST_F(CoordinationTasksTest, TheTasksLifeIsToldAsStatusUpdatesOfTheAgent) {
    assign();
    host.event("task/G-001", "task.started", R"({"worker":"w"})");
    host.event("task/G-001", "task.progress", R"({"progress":0.5,"turn":1,"max_turns":2,"message":"half"})");
    host.event("task/G-001", "agent.status",
               R"({"agent":"Assistant","status":"PROCESSING","progress":0.5,"message":"answers"})");
    host.event("task/G-001", "task.completed", R"({"result":{"content":"42"}})");
    EXPECT_EQ(heard(), R"(status_update {"task_id":"G-001","status":"started"})"
                       "\n"
                       R"(status_update {"task_id":"G-001","status":"running","progress":5E-1,"message":"half"})"
                       "\n"
                       R"(agent.status {"agent":"Assistant","status":"PROCESSING","progress":5E-1,)"
                       R"("message":"answers",)"
                       R"("task_id":"G-001"})"
                       "\n"
                       R"(status_update {"task_id":"G-001","status":"completed","result":{"content":"42"}})");
    EXPECT_NE(host.commands().find(R"(unsubscribe {"topic":"task/G-001"})"), std::string::npos);
}

TEST_F(CoordinationTasksTest, AnEndIsForgottenOnlyWhenItHasProvablyArrived) {
    assign();
    host.event("task/G-001", "task.completed", "{}");
    host.pass_ms(1'000);
    EXPECT_EQ(host.commands().find(R"("tasks":[])"), std::string::npos);
    host.prove(host.proofs);
    host.pass_ms(1'000);
    EXPECT_NE(host.commands().find(R"("tasks":[])"), std::string::npos);
}

TEST_F(CoordinationTasksTest, AFailedTaskSaysWhy) {
    assign();
    host.event("task/G-001", "task.failed", R"({"error":{"code":"boom","message":"it broke"}})");
    EXPECT_EQ(heard(),
              R"(status_update {"task_id":"G-001","status":"failed","message":"it broke","error":{"code":"boom",)"
              R"("message":"it broke"}})");
}

TEST_F(CoordinationTasksTest, AHandOverWithinTheTaskIsAHandoffAndTheRestComesAsItIs) {
    assign();
    host.event("task/G-001", "agent.handoff", R"({"agent":"Planner","to":"Writer","reason":"to write"})");
    host.event("task/G-001", "tool.call", R"({"tool":"calculator"})");
    EXPECT_EQ(host.heard(), R"({"type":"handoff","payload":{"agent":"Planner","to":"Writer","reason":"to write",)"
                            R"("task_id":"G-001"},)"
                            R"("metadata":{"timestamp":"2023-11-14T22:13:20.000Z","sender":"chat"}})"
                            "\n"
                            R"({"type":"tool.call","payload":{"tool":"calculator","task_id":"G-001"},)"
                            R"("metadata":{"timestamp":"2023-11-14T22:13:20.000Z","sender":"chat"}})");
}

TEST_F(CoordinationTasksTest, TheTasksTextComesInChunksInOrderWithTheRest) {
    assign();
    host.event("task/G-001", "text.delta", R"({"stream":"a.1","index":0,"text":"One ","agent":"Assistant"})");
    host.event("task/G-001", "text.delta", R"({"stream":"a.1","index":1,"text":"two "})");
    EXPECT_EQ(host.heard(), "");
    host.pass_ms(40);
    EXPECT_EQ(heard(), R"(stream {"task_id":"G-001","stream":"a.1","index":1,"text":"One two "})");
    host.event("task/G-001", "text.delta", R"({"stream":"a.1","index":2,"text":"three"})");
    host.event("task/G-001", "log", R"({"message":"m"})");
    EXPECT_EQ(heard(), R"(stream {"task_id":"G-001","stream":"a.1","index":2,"text":"three"})"
                       "\n"
                       R"(log {"message":"m","task_id":"G-001"})");
    host.event("task/G-001", "text.delta", R"({"stream":"a.1","index":3,"text":" four"})");
    host.event("task/G-001", "text.done", R"({"stream":"a.1","index":4,"text":"One two three four","bytes":18})");
    EXPECT_EQ(heard(), R"(stream {"task_id":"G-001","stream":"a.1","index":4,"bytes":18,"text":" four",)"
                       R"("done":true})");
}

TEST_F(CoordinationTasksTest, ATextThatIsHeldBackCountsAsNotSent) {
    assign();
    host.event("task/G-001", "task.started", "{}");
    const auto before = host.proofs;
    EXPECT_GE(before, 1U);
    host.event("task/G-001", "text.delta", R"({"stream":"a.1","index":0,"text":"One "})");
    host.prove(before);
    host.pass_ms(30);
    host.hang_up(1006);
    EXPECT_NE(host.commands().find(R"("task/G-001":{"epoch":"000000000000000e","offset":1})"), std::string::npos);
}

TEST_F(CoordinationTasksTest, ALaterConnectionGoesOnWithTheTask) {
    FakeHost later("coordination");
    later.open(*product, kPath, {{"agent_id", "CLINE-1"}});
    later.reply("history", R"({"events":[{"data":{"places":{"task/G-001":{"epoch":"000000000000000e","offset":5}},)"
                           R"("tasks":[{"task":"G-001","agent":"chat","task_id":"G-001"}]}}]})");
    later.reply("history", "{}");
    later.reply("publish", R"({"epoch":"000000000000000e","offset":2})");
    later.reply("presence", R"({"members":[]})");
    later.reply("join", "{}");
    EXPECT_NE(later.commands().find(R"(subscribe {"topic":"task/G-001","from":{"epoch":"000000000000000e",)"
                                    R"("offset":5},)"
                                    R"("conflate_ms":0})"),
              std::string::npos);
    later.reply("subscribe", R"({"topics":[]})");
    later.fail("subscribe", {Errc::not_found, "no such task"});
    EXPECT_NE(later.heard().find(R"("code":"not_found","message":"no such task","details":{"task_id":"G-001"})"),
              std::string::npos);
}

TEST_F(CoordinationTasksTest, TooManyTasksAtATimeAreRefused) {
    for (int i = 0; i <= 100; ++i) {
        const auto id = "t" + std::to_string(i);
        host.say(R"({"type":"task_assignment","payload":{"task_id":")" + id +
                 R"(","instruction":"go"},"metadata":{"recipient":"chat"}})");
        host.reply("workers", R"({"workers":[{"kinds":["agent.chat"]}]})");
        if (i < 100) host.reply("start", R"({"task":")" + id + R"("})");
    }
    EXPECT_NE(heard().find(R"(error {"code":"too_many","message":"too many tasks were assigned")"), std::string::npos);
}

}  // namespace
}  // namespace longwire::edge
