// Agents at work on a real cluster: with the scripted model, and with a server that behaves as servers do.
#include <atomic>
#include <chrono>
#include <future>

#include "tests/integration/support/cluster.h"
#include "tests/integration/support/model_server.h"

namespace longwire::integration {
namespace {

/// The text of each stream that counts, put together from its pieces.
std::map<std::string, std::string> texts_of(const std::vector<json::value>& pushes) {
    std::map<std::string, std::string> texts;
    for (const auto& push : pushes) {
        const auto data = at(push, "data");
        if (text(push, "type") == "text.delta") texts[text(data, "stream")] += text(data, "text");
        if (text(push, "type") != "text.done") continue;
        if (!at(data, "discarded").is_null()) texts.erase(text(data, "stream"));
    }
    return texts;
}

json::object start(const std::string& kind, json::value input, int attempts = 1) {
    return {{"cmd", "start"}, {"kind", kind}, {"input", std::move(input)}, {"watch", true}, {"max_attempts", attempts}};
}

class ScriptedAgents : public ClusterTest {
  protected:
    ScriptedAgents() : ClusterTest({.broker = {"--lease-ms", kIsSanitized ? "6000" : "1500"}, .workers = {"agent"}}) {}
};

TEST_F(ScriptedAgents, ATeamAtWorkShowsInTheTerminal) {
    const auto shown = cluster.run_cli(
        {"start", "agent.team", "--input", R"({"requirement":"Grow the garden @seconds=0.5"})", "--follow", "--json"});
    EXPECT_EQ(shown.ending, (Ending{0, 0})) << shown.err;
    const auto pushes = parse_lines(shown.out);
    expect_seamless(pushes, 1);
    EXPECT_EQ(data_of(pushes, "agent.handoff").size(), 2);
    EXPECT_EQ(data_of(pushes, "tool.call").size(), 1);
    EXPECT_EQ(text(data_of(pushes, "tool.result").at(0), "result"), "42");
    EXPECT_EQ(data_of(pushes, "artifact").size(), 1);
    const auto result = at(pushes.back(), "data.result");
    EXPECT_EQ(at(result, "agents"), json::value({"Planner", "Researcher", "Writer"}));
    EXPECT_NE(text(result, "content").find("\"Grow the garden @seconds=0.5\""), std::string::npos);
    const auto texts = texts_of(pushes);
    ASSERT_EQ(texts.size(), 3);
    for (const auto& done : data_of(pushes, "text.done")) EXPECT_EQ(text(done, "text"), texts.at(text(done, "stream")));
    EXPECT_EQ(texts.at("writer-1.3"), text(result, "content"));
}

TEST_F(ScriptedAgents, AQuestionWaitsForItsAnswer) {
    auto client = cluster.ws(0);
    const auto task = text(client.ok(start("agent.guide", {{"message", "@ask @seconds=0.1"}})), "task");
    client.pushes_until_type("task.waiting");
    EXPECT_EQ(cluster.run_cli({"input", task, R"("go on")"}).ending, (Ending{0, 0}));
    const auto story = client.pushes_until_type("task.completed");
    EXPECT_EQ(text(data_of(story, "tool.result").at(0), "result"), "go on");
}

TEST_F(ScriptedAgents, AFailureIsOneForThoseWhoWatch) {
    auto client = cluster.ws(0);
    client.ok(start("agent.liaison.content", {{"message", "@fail @seconds=0.1"}}, 3));
    const auto story = client.pushes_until_type("task.failed");
    EXPECT_EQ(text(story.back(), "data.error.code"), "model_internal");
    EXPECT_TRUE(data_of(story, "task.retrying").empty()) << "it would fail again";
    EXPECT_TRUE(texts_of(story).empty());
}

TEST_F(ScriptedAgents, AWorkerKilledInMidAnswerIsSupersededByAnother) {
    cluster.start_worker("agent", "second").wait_for_line("ready");
    auto client = cluster.ws(0);
    client.ok(start("agent.chat", {{"message", "@seconds=3 @words=60"}}, 3));
    const auto first = text(client.pushes_until_type("task.started").back(), "data.worker");
    client.pushes_until_type("text.delta");
    Cluster::kill(cluster.worker(first));
    const auto second = client.pushes_until_type("task.started");
    EXPECT_EQ(number(second.back(), "data.supersedes"), 1);
    const auto story = client.pushes_until_type("task.completed");
    const auto texts = texts_of(story);
    ASSERT_EQ(texts.size(), 1) << "an attempt shows its own texts, from their beginning";
    EXPECT_EQ(texts.begin()->second, text(story.back(), "data.result.content"));
}

/// Made before the cluster, whose workers are told where it is.
struct WithModel {
    ModelServer model;
};

class Agents : protected WithModel, public ClusterTest {
  protected:
    explicit Agents(const std::string& idle_timeout_ms = "60000")
        : ClusterTest({.workers = {"agent"},
                       .worker = {"--model-url", model.url(), "--model", "test", "--model-tries", "3",
                                  "--model-idle-timeout-ms", idle_timeout_ms}}) {}
};

TEST_F(Agents, ATeamWorksWithAServerThatCutsItsStreamsAnywhere) {
    std::atomic<int> tools_told{0};
    model.answer_with([&](ModelRequest& request, int number) {
        std::string stream;
        if (number == 0) {
            stream = ModelRequest::chunk("The pl\u00e4n.") +
                     ModelRequest::tool_chunks("transfer_to_Researcher", R"({"reason":"planned"})");
        } else if (number == 1) {
            stream = ": thinking\n\n" + ModelRequest::tool_chunks("calculator", R"({"expression":"20 + 22"})");
        } else if (number == 2) {
            tools_told += text(items(request.body, "messages").back(), "content") == "42" ? 1 : 0;
            stream = ModelRequest::tool_chunks("transfer_to_Writer", "{}");
        } else {
            stream = ModelRequest::chunk("It is 42 ") + ModelRequest::chunk("\U0001F600.");
        }
        request.begin_stream();
        request.send_in_pieces(stream + ModelRequest::end(), static_cast<std::size_t>(number) + 1);
    });
    auto client = cluster.ws(1);
    client.ok(start("agent.team", {{"requirement", "What is it?"}}));
    const auto story = client.pushes_until_type("task.completed");
    expect_seamless(story, 1);
    EXPECT_EQ(text(story.back(), "data.result.content"), "It is 42 \U0001F600.");
    EXPECT_EQ(number(story.back(), "data.result.usage.total_tokens"), 56);
    EXPECT_EQ(text(story.back(), "data.result.model"), "test-1");
    EXPECT_EQ(data_of(story, "agent.handoff").size(), 2);
    EXPECT_EQ(tools_told, 1);
    EXPECT_EQ(texts_of(story).at("planner-1.1"), "The pl\u00e4n.");
}

TEST_F(Agents, ACancelInMidAnswerClosesTheRequest) {
    using Clock = std::chrono::steady_clock;
    std::promise<Clock::time_point> closed;
    model.answer_with([&](ModelRequest& request, int) {
        request.begin_stream();
        request.send(ModelRequest::chunk("It is "));
        if (request.wait_for_close()) closed.set_value(Clock::now());
    });
    auto client = cluster.ws(0);
    const auto task = text(client.ok(start("agent.chat", {{"message", "What is it?"}})), "task");
    client.pushes_until_type("text.delta");
    const auto asked = Clock::now();
    client.ok({{"cmd", "cancel"}, {"task", task}});
    client.pushes_until_type("task.cancelled");
    auto when = closed.get_future();
    ASSERT_EQ(when.wait_for(std::chrono::seconds(60)), std::future_status::ready);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(when.get() - asked).count();
    RecordProperty("cancel_to_close_us", std::to_string(took));
    EXPECT_EQ(model.requests(), 1);
}

TEST_F(Agents, AServerThatBreaksOffIsAskedAgainAndNobodySeesATextTwice) {
    model.answer_with([&](ModelRequest& request, int number) {
        if (number == 0) {
            request.send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        request.begin_stream();
        request.send(ModelRequest::chunk("It is "));
        if (number > 1) request.send(ModelRequest::chunk("42.") + ModelRequest::end());
    });
    auto client = cluster.ws(0);
    client.ok(start("agent.chat", {{"message", "What is it?"}}));
    const auto story = client.pushes_until_type("task.completed");
    EXPECT_EQ(text(story.back(), "data.result.content"), "It is 42.");
    const auto texts = texts_of(story);
    ASSERT_EQ(texts.size(), 1);
    EXPECT_EQ(texts.at("assistant-1.2"), "It is 42.");
    EXPECT_EQ(at(data_of(story, "text.done").at(0), "discarded"), json::value(true));
    EXPECT_EQ(model.requests(), 3);
    const auto late = client.ok({{"cmd", "state"}, {"task", text(story[0], "task")}, {"output", true}});
    const auto shown = items(late, "output.texts");
    ASSERT_EQ(shown.size(), 2);
    EXPECT_EQ(text(shown[0], "text"), "") << "nor does who comes late";
    EXPECT_EQ(text(shown[1], "text"), "It is 42.");
}

class ImpatientAgents : public Agents {
  protected:
    ImpatientAgents() : Agents("100") {}
};

TEST_F(ImpatientAgents, AServerThatStallsIsAFailureAndNoHungTask) {
    model.answer_with([](ModelRequest& request, int) {
        request.begin_stream();
        request.send(ModelRequest::chunk("It is "));
        request.wait_for_close();
    });
    auto client = cluster.ws(0);
    client.ok(start("agent.chat", {{"message", "What is it?"}}));
    const auto story = client.pushes_until_type("task.failed");
    EXPECT_EQ(text(story.back(), "data.error.code"), "model_unavailable");
    EXPECT_EQ(model.requests(), 3);
    EXPECT_TRUE(texts_of(story).empty());
}

}  // namespace
}  // namespace longwire::integration
