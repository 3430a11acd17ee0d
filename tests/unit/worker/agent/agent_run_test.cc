#include "worker/agent/agent_run.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <thread>

#include "unit/worker/running_worker.h"
#include "worker/agent/agent_kinds.h"
#include "worker/agent/plain_tools.h"

namespace longwire::agent {
namespace {

using longwire::testing::ended;
using longwire::testing::FakeBroker;
using longwire::testing::LoggedEvent;
using longwire::testing::RunningWorker;
using longwire::testing::welcomed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// Answers as the test says, one after the other, and remembers what it was asked.
class FakeModel : public ChatModel {
  public:
    using Answer = std::function<Result<Completion>(const ChatRequest&, const OnText&, const std::stop_token&)>;

    Result<Completion> complete(const ChatRequest& request, const OnText& on_text,
                                const std::stop_token& stop) override {
        Answer answer;
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(request);
            answer = answers.at(std::min(asked_.size(), answers.size()) - 1);
        }
        return answer(request, on_text, stop);
    }

    std::vector<ChatRequest> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

    std::vector<Answer> answers;

  private:
    mutable std::mutex mutex_;
    std::vector<ChatRequest> asked_;
};

FakeModel::Answer says(const std::string& text, const std::vector<ToolCall>& calls = {},
                       const std::string& finish = "stop") {
    return [=](const ChatRequest&, const ChatModel::OnText& on_text, const std::stop_token&) -> Result<Completion> {
        if (!text.empty()) on_text(text);
        return Completion{text, calls, {10, 5}, "fake-1", finish};
    };
}

FakeModel::Answer breaks_off(const std::string& text, Errc code) {
    return [=](const ChatRequest&, const ChatModel::OnText& on_text, const std::stop_token&) -> Result<Completion> {
        if (!text.empty()) on_text(text);
        return Error{code, "it broke"};
    };
}

class AgentRuns : public ::testing::Test {
  protected:
    /// A setup with everything quick, and the model that answers.
    std::shared_ptr<AgentSetup> setup() {
        auto setup = std::make_shared<AgentSetup>();
        setup->roles = parse_roles(built_in_roles(), known_tools()).value();
        setup->model = model_;
        setup->tools.emplace("calculator", calculator_tool());
        setup->tools.emplace("ask_user", ask_user_tool(std::chrono::milliseconds(60'000)));
        setup->retry = {3, 1, 10};
        return setup;
    }

    void begin(const std::string& kind, const std::string& input, const std::shared_ptr<AgentSetup>& with = nullptr) {
        const auto used = with == nullptr ? setup() : with;
        worker_.emplace(broker_, [&](Worker& w) { serve_agents(w, used, {"content"}); });
        ASSERT_TRUE(welcomed(broker_));
        broker_.assign("t", 1, kind, input);
    }

    std::vector<LoggedEvent> events_of(const std::string& kind, const std::string& input,
                                       const std::shared_ptr<AgentSetup>& with = nullptr) {
        begin(kind, input, with);
        EXPECT_TRUE(broker_.wait_until(ended("t")));
        return FakeBroker::events_of(broker_.seen(), "t");
    }

    static std::vector<boost::json::value> data_of(const std::vector<LoggedEvent>& events, const std::string& type) {
        std::vector<boost::json::value> data;
        for (const auto& event : events) {
            if (event.type == type) data.push_back(boost::json::parse(event.json));
        }
        return data;
    }

    FakeBroker broker_;
    std::shared_ptr<FakeModel> model_ = std::make_shared<FakeModel>();
    std::optional<RunningWorker> worker_;
};

TEST_F(AgentRuns, AnAnswerIsAStreamAndAResult) {
    model_->answers = {says("Hello")};
    const auto events = events_of("agent.chat", R"({"message":"Hi"})");
    const auto done = data_of(events, "text.done").at(0);
    EXPECT_EQ(done.at("stream"), "assistant-1.1");
    EXPECT_EQ(done.at("text"), "Hello");
    EXPECT_EQ(done.at("agent"), "Assistant");
    const auto result = data_of(events, "task.completed").at(0).at("result");
    EXPECT_EQ(boost::json::serialize(result),
              R"({"content":"Hello","agents":["Assistant"],"usage":{"prompt_tokens":10,"completion_tokens":5,)"
              R"("total_tokens":15},"model":"fake-1","finish":"stop"})");
    ASSERT_EQ(model_->asked().size(), 1U);
    EXPECT_EQ(model_->asked()[0].messages.at(0).content, "Hi");
    EXPECT_THAT(model_->asked()[0].prompt, HasSubstr("helpful assistant"));
    EXPECT_EQ(data_of(events, "task.progress").back().at("progress").to_number<double>(), 1.0);
}

TEST_F(AgentRuns, ToolsAreUsedAndWhatTheyFoundIsToldToTheModel) {
    model_->answers = {
        says("",
             {{"c1", "calculator", R"({"expression":"6*7"})"}, {"c2", "calculator", "not json"}, {"c3", "fly", "{}"}}),
        says("42")};
    const auto events = events_of("agent.chat", R"({"message":"6*7?"})");
    const auto calls = data_of(events, "tool.call");
    const auto results = data_of(events, "tool.result");
    ASSERT_EQ(calls.size(), 3U);
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(boost::json::serialize(calls[0]),
              R"({"agent":"Assistant","agent_id":"assistant-1","tool":"calculator","call_id":"c1",)"
              R"("arguments":{"expression":"6*7"}})");
    EXPECT_EQ(results[0].at("result"), "42");
    EXPECT_EQ(results[0].at("ok"), true);
    EXPECT_THAT(std::string(results[1].at("result").as_string()), HasSubstr("must be a JSON object"));
    EXPECT_THAT(std::string(results[2].at("result").as_string()), HasSubstr("there is no tool 'fly'"));
    EXPECT_EQ(results[2].at("ok"), false);
    const auto talk = model_->asked().at(1).messages;
    ASSERT_EQ(talk.size(), 5U);
    EXPECT_EQ(talk[1].tool_calls.size(), 3U);
    EXPECT_EQ(talk[2].content, "42");
    EXPECT_EQ(talk[2].tool_call_id, "c1");
}

TEST_F(AgentRuns, ATeamHandsOverAndTheLastOneAnswers) {
    model_->answers = {
        says("The plan.",
             {{"h1", "transfer_to_Researcher", R"({"reason":"planned"})"}, {"h2", "transfer_to_Researcher", "{}"}}),
        says("", {{"h3", "transfer_to_Planner", "{}"}, {"h4", "transfer_to_Writer", "{}"}}), says("The answer.")};
    const auto events = events_of("agent.team", R"({"requirement":"Grow"})");
    const auto handoffs = data_of(events, "agent.handoff");
    ASSERT_EQ(handoffs.size(), 2U);
    EXPECT_EQ(handoffs[0].at("agent"), "Planner");
    EXPECT_EQ(handoffs[0].at("to"), "Researcher");
    EXPECT_EQ(handoffs[0].at("reason"), "planned");
    EXPECT_EQ(handoffs[1].at("to"), "Writer");
    const auto result = data_of(events, "task.completed").at(0).at("result");
    EXPECT_EQ(result.at("content"), "The answer.");
    EXPECT_EQ(boost::json::serialize(result.at("agents")), R"(["Planner","Researcher","Writer"])");
    EXPECT_EQ(result.at("usage").at("total_tokens"), 45);
    std::vector<std::string> streams;
    for (const auto& done : data_of(events, "text.done")) streams.emplace_back(done.at("stream").as_string());
    EXPECT_THAT(streams, ElementsAre("planner-1.1", "writer-1.2"));
    EXPECT_THAT(FakeBroker::types_of(broker_.seen(), "t"),
                IsSupersetOf({"agent.status", "agent.step", "agent.handoff", "text.delta", "text.done", "artifact",
                              "task.progress", "task.completed"}));
    const auto steps = data_of(events, "agent.step");
    ASSERT_EQ(steps.size(), 6U);
    EXPECT_EQ(steps[3].at("step"), 2);
    EXPECT_EQ(steps[3].at("status"), "completed");
    EXPECT_EQ(steps[3].at("usage").at("prompt_tokens"), 10);
    EXPECT_THAT(model_->asked().at(2).prompt, HasSubstr("write the team's answer"));
    EXPECT_TRUE(model_->asked().at(2).tools.empty());
    // Every call has its answer, or models would refuse the talk: the two of the plan, and the one that could not be.
    std::size_t answers = 0;
    const auto last = model_->asked().at(2).messages;
    for (const auto& message : last) answers += message.role == ChatMessage::Role::tool ? 1 : 0;
    EXPECT_EQ(answers, 4U);
    EXPECT_EQ(data_of(events, "tool.result").at(0).at("ok"), false);
}

TEST_F(AgentRuns, AnAnswerThatBreaksOffIsDiscardedAndTriedAgainAsAnotherStream) {
    model_->answers = {breaks_off("Hel", Errc::unavailable), breaks_off("", Errc::rate_limited), says("Hello")};
    const auto events = events_of("agent.chat", R"({"message":"Hi"})");
    const auto done = data_of(events, "text.done");
    ASSERT_EQ(done.size(), 2U);
    EXPECT_EQ(done[0].at("stream"), "assistant-1.1");
    EXPECT_EQ(done[0].at("discarded"), true);
    EXPECT_EQ(done[0].at("text"), "");
    EXPECT_EQ(done[0].at("reason"), "it broke");
    EXPECT_EQ(done[1].at("stream"), "assistant-1.2");
    EXPECT_EQ(done[1].at("text"), "Hello");
    EXPECT_EQ(data_of(events, "log").size(), 2U);
    EXPECT_EQ(model_->asked().at(2).try_number, 3);
    EXPECT_EQ(model_->asked().at(2).messages.size(), 1U) << "what broke off was not said";
    EXPECT_EQ(data_of(events, "task.completed").size(), 1U);
}

TEST_F(AgentRuns, AModelThatStaysAwayFailsTheAttemptAndMayBeTriedLater) {
    model_->answers = {breaks_off("Hel", Errc::unavailable)};
    const auto events = events_of("agent.chat", R"({"message":"Hi"})");
    EXPECT_EQ(model_->asked().size(), 3U);
    EXPECT_THAT(events.back().json, HasSubstr(R"({"code":"model_unavailable","message":"it broke"},"retryable":true)"));
    for (const auto& done : data_of(events, "text.done")) EXPECT_EQ(done.at("discarded"), true);
    EXPECT_EQ(data_of(events, "agent.status").back().at("status"), "ERROR");
}

TEST_F(AgentRuns, WhatWouldFailAgainIsNotTriedAgain) {
    model_->answers = {breaks_off("", Errc::unauthorized)};
    const auto events = events_of("agent.chat", R"({"message":"Hi"})");
    EXPECT_EQ(model_->asked().size(), 1U);
    EXPECT_THAT(events.back().json, HasSubstr(R"("code":"model_unauthorized")"));
    EXPECT_THAT(events.back().json, HasSubstr(R"("retryable":false)"));
}

TEST_F(AgentRuns, AnEmptyAnswerIsTriedAgainAndACutOneSaysSo) {
    model_->answers = {says(""), says("half an ans", {}, "length")};
    const auto events = events_of("agent.chat", R"({"message":"Hi"})");
    EXPECT_EQ(data_of(events, "task.completed").at(0).at("result").at("finish"), "length");
    EXPECT_THAT(std::string(data_of(events, "log").back().at("message").as_string()), HasSubstr("has cut the answer"));
}

TEST_F(AgentRuns, AModelThatNeverAnswersIsEnded) {
    model_->answers = {says("", {{"c", "calculator", R"({"expression":"1"})"}})};
    const auto with = setup();
    with->turns_max = 5;
    const auto events = events_of("agent.chat", R"({"message":"Hi"})", with);
    EXPECT_EQ(model_->asked().size(), 5U);
    EXPECT_THAT(events.back().json, HasSubstr(R"("code":"too_many_turns")"));
}

TEST_F(AgentRuns, QuestionsWaitForAnInput) {
    model_->answers = {says("", {{"c", "ask_user", R"({"question":"Which colour?"})"}}), says("Red it is")};
    begin("agent.guide", R"({"message":"Paint"})");
    ASSERT_TRUE(broker_.wait_until(
        [](const auto& seen) { return !seen.events.empty() && seen.events.back().type == "task.waiting"; }));
    broker_.input("t", 1, 9, R"({"message":"red"})");
    ASSERT_TRUE(broker_.wait_until(ended("t")));
    const auto events = FakeBroker::events_of(broker_.seen(), "t");
    EXPECT_EQ(data_of(events, "task.waiting").at(0).at("prompt"), "Which colour?");
    EXPECT_EQ(data_of(events, "tool.result").at(0).at("result"), "red");
}

TEST_F(AgentRuns, AToolThatNeedsLeaveIsUsedOnlyWithIt) {
    model_->answers = {
        says("", {{"c1", "calculator", R"({"expression":"1+1"})"}, {"c2", "calculator", R"({"expression":"2+2"})"}}),
        says("done")};
    const auto with = setup();
    for (auto& role : with->roles.all) role.ask_before = {"calculator"};
    begin("agent.chat", R"({"message":"Hi"})", with);
    broker_.input("t", 1, 8, "\"Yes.\"");
    broker_.input("t", 1, 9, "\"never\"");
    ASSERT_TRUE(broker_.wait_until(ended("t")));
    const auto results = data_of(FakeBroker::events_of(broker_.seen(), "t"), "tool.result");
    EXPECT_EQ(results.at(0).at("result"), "2");
    EXPECT_THAT(std::string(results.at(1).at("result").as_string()), HasSubstr("did not allow it, and said: never"));
}

TEST_F(AgentRuns, WhatComesMeanwhileIsWhatTheUserSaysNext) {
    std::atomic<bool> has_come{false};
    model_->answers = {[&](const ChatRequest& request, const ChatModel::OnText& on_text, const std::stop_token& stop) {
                           while (!has_come) std::this_thread::yield();
                           return says("One")(request, on_text, stop);
                       },
                       says("Two")};
    const auto with = setup();
    worker_.emplace(broker_, [&](Worker& w) {
        serve_agents(w, with, {});
        // Given its input after the other task was: the loop gives them in the order they come.
        w.serve("signal", [&](Task& task) {
            task.wait_input();
            has_come = true;
            return TaskResult::completed();
        });
    });
    ASSERT_TRUE(welcomed(broker_));
    broker_.assign("s", 1, "signal", "null");
    broker_.assign("t", 1, "agent.chat", R"({"message":"Hi"})");
    broker_.input("t", 1, 9, R"({"message":"and then?"})");
    broker_.input("s", 1, 9, "null");
    ASSERT_TRUE(broker_.wait_until(ended("t")));
    ASSERT_EQ(model_->asked().size(), 2U);
    EXPECT_EQ(model_->asked()[1].messages.back().content, "and then?");
    EXPECT_THAT(FakeBroker::events_of(broker_.seen(), "t").back().json, HasSubstr(R"("content":"Two")"));
}

TEST_F(AgentRuns, ACancelEndsTheModelsAnswer) {
    model_->answers = {
        [](const ChatRequest&, const ChatModel::OnText& on_text, const std::stop_token& stop) -> Result<Completion> {
            on_text("Hel");
            while (!stop.stop_requested()) std::this_thread::yield();
            return Error{Errc::unavailable, "stopped"};
        }};
    begin("agent.chat", R"({"message":"Hi"})");
    ASSERT_TRUE(broker_.wait_until(
        [](const auto& seen) { return !seen.events.empty() && seen.events.back().type == "text.delta"; }));
    broker_.cancel("t", 1, "enough");
    ASSERT_TRUE(broker_.wait_until(ended("t")));
    EXPECT_EQ(FakeBroker::types_of(broker_.seen(), "t").back(), "task.cancelled");
    EXPECT_EQ(model_->asked().size(), 1U);
}

TEST_F(AgentRuns, AWrongInputNamesTheField) {
    model_->answers = {says("x")};
    EXPECT_THAT(events_of("agent.team", R"({"message":"Hi"})").back().json,
                HasSubstr(R"("details":{"field":"requirement"})"));
    broker_.assign("u", 1, "agent.chat", R"({"message":""})");
    ASSERT_TRUE(broker_.wait_until(ended("u")));
    EXPECT_THAT(FakeBroker::events_of(broker_.seen(), "u").back().json, HasSubstr(R"("field":"message")"));
}

TEST_F(AgentRuns, ALiaisonKnowsItsPillar) {
    model_->answers = {says("x")};
    events_of("agent.liaison.content", R"({"message":"Hi"})");
    EXPECT_THAT(model_->asked().at(0).prompt, HasSubstr("the area \"content\""));
    EXPECT_THAT(model_->asked().at(0).prompt, Not(HasSubstr("{pillar}")));
}

TEST(ScriptedAgents, ATeamIsAtWorkWithoutAnyServer) {
    const auto made = set_up_agents(AgentOptions{});
    ASSERT_TRUE(made);
    FakeBroker broker;
    RunningWorker worker(broker, [&](Worker& w) { serve_agents(w, *made, {}); });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t", 1, "agent.team", R"({"requirement":"Grow @seconds=0 @words=30"})");
    ASSERT_TRUE(broker.wait_until(ended("t")));
    const auto events = FakeBroker::events_of(broker.seen(), "t");
    ASSERT_EQ(events.back().type, "task.completed") << events.back().json;
    EXPECT_EQ(boost::json::serialize(boost::json::parse(events.back().json).at("result").at("agents")),
              R"(["Planner","Researcher","Writer"])");
    std::size_t tools = 0;
    for (const auto& event : events) tools += event.type == "tool.call" ? 1 : 0;
    EXPECT_EQ(tools, 1U);
    broker.assign("f", 1, "agent.chat", R"({"message":"@fail @seconds=0"})");
    ASSERT_TRUE(broker.wait_until(ended("f")));
    EXPECT_THAT(FakeBroker::events_of(broker.seen(), "f").back().json, HasSubstr("told to fail"));
}

}  // namespace
}  // namespace longwire::agent
