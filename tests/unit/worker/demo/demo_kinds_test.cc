#include "worker/demo/demo_kinds.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <set>

#include "unit/worker/running_worker.h"
#include "worker/demo/words.h"

namespace longwire::demo {
namespace {

using longwire::testing::ended;
using longwire::testing::FakeBroker;
using longwire::testing::has_types;
using longwire::testing::LoggedEvent;
using longwire::testing::RunningWorker;
using longwire::testing::welcomed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class DemoKinds : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(welcomed(broker_)); }

    std::vector<LoggedEvent> events_of(const std::string& kind, const std::string& input, std::uint32_t attempt = 1) {
        const auto task = "t" + std::to_string(++tasks_);
        broker_.assign(task, attempt, kind, input);
        EXPECT_TRUE(broker_.wait_until(ended(task)));
        return FakeBroker::events_of(broker_.seen(), task);
    }

    FakeBroker broker_;
    RunningWorker worker_{broker_, serve_all};
    int tasks_ = 0;
};

TEST_F(DemoKinds, CountNumbersItsEventsFromOne) {
    const auto events = events_of("demo.count", R"({"n": 40, "bytes": 100})");
    std::vector<LoggedEvent> logs;
    std::size_t progress = 0;
    for (const auto& event : events) {
        if (event.type == "log") logs.push_back(event);
        if (event.type == "task.progress") ++progress;
    }
    ASSERT_EQ(logs.size(), 40u);
    EXPECT_EQ(progress, 20u);
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const auto data = boost::json::parse(logs[i].json).as_object();
        EXPECT_EQ(data.size(), 2u);
        EXPECT_EQ(data.at("i").to_number<std::size_t>(), i + 1);
        EXPECT_NEAR(static_cast<double>(logs[i].json.size()), 100.0, 12.0);
    }
    EXPECT_EQ(events.back().json, R"({"result":{"n":40},"events":60})");
}

TEST_F(DemoKinds, CountOfNothingCompletes) {
    EXPECT_EQ(events_of("demo.count", R"({"n": 0})").size(), 1u);
}

TEST_F(DemoKinds, AWrongInputNamesTheField) {
    const auto events = events_of("demo.count", R"({"n": -1})");
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].type, "task.failed");
    EXPECT_THAT(events[0].json, HasSubstr(R"("code":"bad_request","message":"bad_request: n: must be from 0 to)"));
    EXPECT_THAT(events[0].json, HasSubstr(R"("details":{"field":"n"})"));
    EXPECT_THAT(events_of("demo.tokens", "null")[0].json, HasSubstr("text: is required"));
}

TEST_F(DemoKinds, TokensJoinedAreTheText) {
    const auto events = events_of("demo.tokens", R"({"text": "one two\nthree", "delay_ms": 0})");
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[0].json, R"({"stream":"text","index":0,"text":"one "})");
    EXPECT_EQ(events[1].json, R"({"stream":"text","index":1,"text":"two\n"})");
    EXPECT_EQ(events[2].json, R"({"stream":"text","index":2,"text":"three"})");
    EXPECT_EQ(events[3].type, "text.done");
    EXPECT_EQ(events[4].json, R"({"result":{"text":"one two\nthree"},"events":4})");
}

TEST_F(DemoKinds, FailFailsItsFirstAttemptsRetryably) {
    EXPECT_THAT(events_of("demo.fail", R"({"times": 2})", 2).back().json, HasSubstr(R"("retryable":true)"));
    EXPECT_EQ(events_of("demo.fail", R"({"times": 2})", 3).back().type, "task.completed");
    EXPECT_EQ(events_of("demo.fail", "null", 99).back().type, "task.failed");
}

TEST_F(DemoKinds, SleepMayIgnoreACancel) {
    EXPECT_EQ(events_of("demo.sleep", R"({"ms": 0})").back().json, R"({"result":{"ms":0},"events":0})");
    broker_.assign("deaf", 1, "demo.sleep", R"({"ms": 20, "ignore_cancel": true})");
    broker_.cancel("deaf", 1, "");
    ASSERT_TRUE(broker_.wait_until(ended("deaf")));
    EXPECT_THAT(FakeBroker::types_of(broker_.seen(), "deaf"), ElementsAre("task.completed"));
}

TEST_F(DemoKinds, EchoAnswersEachInputUntilTheEnd) {
    broker_.assign("echo", 1, "demo.echo", "{}");
    ASSERT_TRUE(broker_.wait_until(has_types("echo", 1)));
    broker_.input("echo", 1, 1, "\"hello\"");
    broker_.input("echo", 1, 2, R"({"a": 1})");
    broker_.input("echo", 1, 3, R"({"end": true})");
    ASSERT_TRUE(broker_.wait_until(ended("echo")));
    std::vector<std::string> messages;
    for (const auto& event : FakeBroker::events_of(broker_.seen(), "echo")) {
        if (event.type == "agent.message") messages.push_back(event.json);
    }
    EXPECT_THAT(messages, ElementsAre(R"({"agent":"Echo","message":"hello","data":"hello"})",
                                      R"({"agent":"Echo","message":"{\"a\":1}","data":{"a":1}})"));
}

TEST_F(DemoKinds, TeamShowsEveryKindOfEventThatAgentsEmit) {
    const auto events = events_of("demo.team", R"({"requirement": "Grow \"it\"", "steps": 7, "step_ms": 0})");
    std::set<std::string> types;
    std::string text;
    std::size_t charts = 0;
    std::int64_t turn = 0;
    for (const auto& event : events) {
        types.insert(event.type);
        const auto data = boost::json::parse(event.json).as_object();
        if (event.type == "text.delta") text += data.at("text").as_string();
        if (event.type == "artifact" && data.at("kind") == "chart") ++charts;
        if (event.type == "task.progress") turn = data.at("turn").to_number<std::int64_t>();
    }
    EXPECT_THAT(types, IsSupersetOf({"agent.status", "agent.step", "agent.handoff", "tool.call", "tool.result",
                                     "text.delta", "text.done", "log", "artifact", "task.progress"}));
    EXPECT_EQ(charts, 1u);
    EXPECT_EQ(turn, 7);
    const auto result = boost::json::parse(events.back().json).at("result").as_object();
    EXPECT_EQ(result.at("content"), boost::json::value(text));
    EXPECT_THAT(text, HasSubstr("Grow \"it\""));
    EXPECT_EQ(result.at("agents").as_array().size(), 5u);
}

TEST(Words, AreCutAfterTheirBlanksAndBetweenCharacters) {
    EXPECT_THAT(words_of("  a b\n"), ElementsAre("  a ", "b\n"));
    EXPECT_THAT(words_of(" "), ElementsAre(" "));
    EXPECT_TRUE(words_of("").empty());
    EXPECT_EQ(shortened("aé", 2), "a");
    EXPECT_EQ(shortened("aé", 3), "aé");
}

}  // namespace
}  // namespace longwire::demo
