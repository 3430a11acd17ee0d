#include "edge/dialects/tracking/logs.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tracking/dashboard.h"

namespace longwire::edge {
namespace {

struct TrackingLogsTest : TrackingTest {
    void SetUp() override { open(task("t", "RUNNING", R"(,"offset":0)")); }

    /// Begins the stream of a session of these tasks.
    void stream(const std::string& session, const std::string& tasks) {
        host.say(R"({"type":"start_log_streaming","session_id":")" + session + "\"}");
        host.reply("state", task(session, "RUNNING", R"(,"offset":0)"));
        host.reply("tasks", R"({"tasks":[)" + tasks + "]}");
        host.commands();
    }
    void log(const std::string& id, const std::string& message) {
        host.event("task/" + id, "log", R"({"message":")" + message + "\"}");
    }
    /// The messages of the entries in each session_logs, joined by commas.
    std::vector<std::string> logs() {
        std::vector<std::string> all;
        for (const auto& message : heard("session_logs")) {
            std::string line;
            for (const auto& entry : message.at("logs").as_array()) {
                line.append(line.empty() ? "" : ",").append(entry.at("message").as_string());
            }
            all.push_back(line);
        }
        return all;
    }
};

// session_state

TEST_F(TrackingLogsTest, TheStateOfASessionHasEveryField) {
    status("t", "researcher-1", "PROCESSING");
    host.event("task/t", "agent.status", R"({"agent":"Ann","agent_id":"ann-1","status":"ANALYZING","eta_s":12})");
    host.heard();
    host.time_us += 250'000;
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    const auto agents = std::string(R"(,"agents":[{"agent":"Ann","agent_id":"ann-1","status":"ANALYZING",)"
                                    R"("progress":0.75,"message":"Analyzing webhook configuration"},)"
                                    R"({"agent":"Bob","agent_id":null,"status":"COMPLETED","progress":1}])");
    const auto root = asked("How do I fix webhook errors?") + R"(,"progress":0.656)" + agents;
    host.reply("state", task("t", "RUNNING", root));
    host.reply("tasks", R"({"tasks":[)" + task("t", "RUNNING", root) + "]}");
    host.reply("state", task("t", "RUNNING",
                             root + R"(,"output":{"texts":[{"stream":"x","agent":"Ann","text":"So far","offset":9},)"
                                    R"({"stream":"y","text":"","offset":10}],"artifacts":[{"offset":4,"time_us":1,)"
                                    R"("data":{"id":"c","kind":"chart","agent":"Bob"}}]})"));
    const auto states = heard("session_state");
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(json::serialize(states[0]),
              R"({"type":"session_state","session_id":"t","state":{"session_id":"t",)"
              R"("query":"How do I fix webhook errors?","current_phase":"processing","overall_progress":65,)"
              R"("active_agents":[{"agent_name":"Ann","status":"ANALYZING","progress":75,)"
              R"("current_task":"Analyzing webhook configuration",)"
              R"("details":{"agent_id":"ann-1","task_id":"t","estimated_completion":12}}],"crew_output":[)"
              R"({"agent":"Bob","type":"artifact","task_id":"t","content":{"id":"c","kind":"chart","agent":"Bob"}},)"
              R"({"agent":"Ann","type":"text","task_id":"t","content":"So far"}]},"timestamp":1.70000000025E9})");
    EXPECT_EQ(host.commands(), R"(state {"task":"t"})"
                               "\n"
                               R"(tasks {"root":"t","limit":200})"
                               "\n"
                               R"(state {"task":"t","output":true})");
}

TEST_F(TrackingLogsTest, EachStateOfATaskIsAPhase) {
    const std::vector<std::pair<const char*, const char*>> phases{{"PENDING", "pending"},     {"RUNNING", "processing"},
                                                                  {"COMPLETED", "completed"}, {"FAILED", "error"},
                                                                  {"CANCELLED", "cancelled"}, {"EXPIRED", "error"}};
    for (const auto& [state, phase] : phases) {
        host.say(R"({"type":"get_session_state","session_id":"t"})");
        host.reply("state", task("t", state));
        host.reply("tasks", R"({"tasks":[]})");
        host.reply("state", task("t", state));
        EXPECT_EQ(heard("session_state").at(0).at("state").at("current_phase"), phase);
    }
}

TEST_F(TrackingLogsTest, TheStateIsThatOfTheWholeTree) {
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    const auto child =
        task("c", "RUNNING", R"(,"parent":"t","agents":[{"agent":"Cy","status":"COLLABORATING","progress":0.1}])");
    const auto gone = task("g", "COMPLETED", R"(,"parent":"t","agents":[{"agent":"Di","status":"PROCESSING"}])");
    host.reply("state", task("t", "COMPLETED", R"(,"progress":1)"));
    host.reply("tasks", R"({"tasks":[)" + child + "," + gone + "," + task("t", "COMPLETED") + "]}");
    host.reply("state", task("t", "COMPLETED", R"(,"progress":1,"result":{"content":"All"})"));
    host.reply("state", child);
    host.reply("state", task("g", "FAILED", R"(,"parent":"t","error":{"code":"x","message":"No"})"));
    const auto state = heard("session_state").at(0).at("state").as_object();
    EXPECT_EQ(state.at("overall_progress"), 100);
    ASSERT_EQ(state.at("active_agents").as_array().size(), 1U);
    EXPECT_EQ(state.at("active_agents").at(0).at("agent_name"), "Cy");
    EXPECT_EQ(json::serialize(state.at("crew_output")),
              R"([{"agent":"System","type":"error","task_id":"g","content":{"code":"x","message":"No"}},)"
              R"({"agent":"System","type":"result","task_id":"t","content":{"content":"All"}}])");
}

TEST_F(TrackingLogsTest, OutputsThatDoNotFitInAMessageAreLeftOutAndThatIsTold) {
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    host.reply("state", task("t", "RUNNING"));
    host.reply("tasks", R"({"tasks":[]})");
    std::string texts;
    for (int i = 1; i <= 3; ++i) {
        texts += (i == 1 ? "" : ",") + (R"({"agent":"A)" + std::to_string(i)) + R"(","text":")" +
                 std::string(200'000, 'x') + R"(","offset":)" + std::to_string(i) + "}";
    }
    host.reply("state", task("t", "RUNNING", R"(,"output":{"texts":[)" + texts + "]}"));
    const auto messages = heard("session_state");
    const auto& outputs = messages.at(0).at("state").at("crew_output").as_array();
    ASSERT_EQ(outputs.size(), 3U);
    EXPECT_EQ(outputs[0].at("type"), "omitted");
    EXPECT_EQ(outputs[1].at("agent"), "A2");
    EXPECT_EQ(outputs[2].at("agent"), "A3");
}

// session_logs

TEST_F(TrackingLogsTest, TheLogsOfASessionComeOldestFirstWithEveryField) {
    host.say(R"({"type":"get_session_logs","session_id":"t"})");
    host.reply("state", task("t", "RUNNING"));
    host.reply("tasks", R"({"tasks":[)" + task("c", "RUNNING", R"(,"parent":"t")") + "]}");
    EXPECT_EQ(host.commands(), R"(state {"task":"t"})"
                               "\n"
                               R"(tasks {"root":"t","limit":200})"
                               "\n"
                               R"(history {"topic":"task/t","reverse":true,"limit":1000})"
                               "\n"
                               R"(history {"topic":"task/c","reverse":true,"limit":1000})");
    host.reply("history",
               R"({"events":[{"offset":3,"type":"log","time_us":1700000000000000,"task":"t","data":{"level":"info",)"
               R"("agent":"Technical Integration Specialist","message":"Starting webhook analysis","step":1}},)"
               R"({"offset":2,"type":"text.delta","time_us":1699999999000000,"task":"t","data":{"text":"x"}},)"
               R"({"offset":1,"type":"task.failed","time_us":1699999998000000,"task":"t","data":{"error":{}}}]})");
    host.reply("history", R"({"events":[{"offset":1,"type":"log","time_us":1699999999000000,"task":"c",)"
                          R"("data":{"message":"child","details":{"a":1}}}]})");
    const auto messages = heard("session_logs");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(json::serialize(messages[0]),
              R"({"type":"session_logs","session_id":"t","logs":[)"
              R"({"timestamp":"2023-11-14T22:13:18.000Z","level":"error","agent":"System","message":"task.failed",)"
              R"("details":{"type":"task.failed","task_id":"t","data":{"error":{}}}},)"
              R"({"timestamp":"2023-11-14T22:13:19.000Z","level":"info","agent":"System","message":"child",)"
              R"("details":{"a":1}},)"
              R"({"timestamp":"2023-11-14T22:13:20.000Z","level":"info","agent":"Technical Integration Specialist",)"
              R"("message":"Starting webhook analysis","details":{"step":1}}],"timestamp":1.7E9})");
}

TEST_F(TrackingLogsTest, OnlyTheNewestLogsAreGiven) {
    product = make_tracking_product();
    choose({{"tracking-logs-max", "2"}});
    open();
    host.say(R"({"type":"get_session_logs","session_id":"t"})");
    host.reply("state", task("t", "RUNNING"));
    host.reply("tasks", R"({"tasks":[]})");
    std::string events;
    for (int i = 3; i >= 1; --i) {
        events += (i == 3 ? "" : ",") + (R"({"offset":)" + std::to_string(i)) + R"(,"type":"log","time_us":)" +
                  std::to_string(i) + R"(,"task":"t","data":{"message":"m)" + std::to_string(i) + "\"}}";
    }
    host.reply("history", R"({"events":[)" + events + "]}");
    EXPECT_EQ(logs(), std::vector<std::string>{"m2,m3"});
}

TEST_F(TrackingLogsTest, ASessionThatThereIsNotIsAnErrorForEveryQuestion) {
    for (const auto* type : {"get_session_state", "get_session_logs", "start_log_streaming"}) {
        host.say(std::string(R"({"type":")") + type + R"(","session_id":"none"})");
        host.fail("state", {Errc::not_found, "there is no task none", "task"});
        const auto errors = heard("error");
        ASSERT_EQ(errors.size(), 1U) << type;
        EXPECT_EQ(errors[0].at("message"), "Session not found");
        EXPECT_EQ(errors[0].at("session_id"), "none");
        // A part of a session is none.
        host.say(std::string(R"({"type":")") + type + R"(","session_id":"child"})");
        host.reply("state", task("child", "RUNNING", R"(,"parent":"t")"));
        EXPECT_EQ(heard("error").at(0).at("message"), "Session not found");
        // Nor is what cannot be a task's name.
        host.say(std::string(R"({"type":")") + type + R"(","session_id":"a b"})");
        host.fail("state", {Errc::bad_request, "must be a name", "task"});
        EXPECT_EQ(heard("error").at(0).at("message"), "Session not found");
    }
    EXPECT_FALSE(host.closed_with);
}

TEST_F(TrackingLogsTest, WhatCannotBeReadNowIsAnError) {
    host.say(R"({"type":"get_session_state","session_id":"t"})");
    host.reply("state", task("t", "RUNNING"));
    host.reply("tasks", R"({"tasks":[]})");
    host.fail("state", {Errc::unavailable, "no broker", "", 1'500});
    const auto errors = heard("error");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].at("code"), "unavailable");
    EXPECT_EQ(errors[0].at("retry_after"), 2);
    EXPECT_EQ(errors[0].at("session_id"), "t");
}

// Streaming

TEST_F(TrackingLogsTest, LogsAreStreamedFromTheStartToTheStopOfTheStream) {
    log("t", "before");
    host.pass_ms(100);
    stream("t", "");
    log("t", "one");
    log("t", "two");
    host.pass_ms(50);
    log("t", "three");
    host.pass_ms(50);
    EXPECT_EQ(logs(), (std::vector<std::string>{"one,two", "three"}));
    log("t", "last");
    host.say(R"({"type":"stop_log_streaming"})");
    log("t", "after");
    host.pass_ms(100);
    EXPECT_EQ(logs(), std::vector<std::string>{"last"});
    EXPECT_EQ(host.commands(), R"(unsubscribe {"topic":"task/t"})");
}

TEST_F(TrackingLogsTest, AStreamedSessionIsFollowedByItsTopicsFromWhereItsSnapshotsAre) {
    host.say(R"({"type":"start_log_streaming","session_id":"t"})");
    host.reply("state", task("t", "RUNNING", R"(,"offset":7)"));
    host.reply("tasks", R"({"tasks":[)" + task("c", "RUNNING", R"(,"parent":"t","offset":2)") + "]}");
    EXPECT_NE(host.commands().find(R"(subscribe {"topic":"task/t","from":{"epoch":"000000000000000e","offset":7},)"
                                   R"("conflate_ms":0})"
                                   "\n"
                                   R"(subscribe {"topic":"task/c","from":{"epoch":"000000000000000e","offset":2},)"
                                   R"("conflate_ms":0})"),
              std::string::npos);
}

TEST_F(TrackingLogsTest, TasksThatJoinTheTreeJoinTheStream) {
    stream("t", "");
    begin("c", "part", "t");
    EXPECT_EQ(host.commands(), R"(subscribe {"topic":"task/c","from":{"epoch":"000000000000000e","offset":1},)"
                               R"("conflate_ms":0})");
    log("c", "of the child");
    begin("other");
    log("other", "of nobody here");
    host.pass_ms(100);
    EXPECT_EQ(logs(), std::vector<std::string>{"task.queued,task.started,of the child"});
}

TEST_F(TrackingLogsTest, AnotherStreamTakesThePlaceOfTheFirst) {
    stream("t", "");
    stream("u", "");
    log("t", "of t");
    log("u", "of u");
    host.pass_ms(100);
    const auto messages = heard("session_logs");
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("session_id"), "u");
}

TEST_F(TrackingLogsTest, AStreamThatWasStoppedBeforeItBeganDoesNotBegin) {
    host.say(R"({"type":"start_log_streaming","session_id":"t"})");
    host.say(R"({"type":"stop_log_streaming"})");
    host.reply("state", task("t", "RUNNING"));
    host.reply("tasks", R"({"tasks":[]})");
    log("t", "one");
    host.pass_ms(100);
    EXPECT_EQ(logs(), std::vector<std::string>{});
}

TEST_F(TrackingLogsTest, WhatComesTwiceIsSentOnce) {
    stream("t", "");
    log("t", "one");
    NativeEvent again;
    again.topic = "task/t";
    again.task = "t";
    again.epoch = 0xe;
    again.offset = 1;
    again.type = "log";
    again.data = json::parse(R"({"message":"one"})");
    host.translator->on_event(again);
    host.pass_ms(100);
    EXPECT_EQ(logs(), std::vector<std::string>{"one"});
}

TEST_F(TrackingLogsTest, ManyLogsLeaveInMessagesOf100) {
    stream("t", "");
    for (int i = 0; i < 250; ++i) log("t", "m");
    EXPECT_EQ(heard("session_logs").size(), 2U);
    host.pass_ms(50);
    EXPECT_EQ(heard("session_logs").at(0).at("logs").as_array().size(), 50U);
}

TEST_F(TrackingLogsTest, WhatHasNoMessageOfItsOwnIsALog) {
    stream("t", "");
    for (const auto* type :
         {"tool.call", "agent.step", "artifact", "text.done", "agent.message", "task.waiting", "something.new"}) {
        host.event("task/t", type, R"({"agent":"Ann","x":1})");
    }
    host.event("task/t", "task.progress", R"({"progress":0.5,"message":"half"})");
    for (const auto* type : {"text.delta", "agent.status", "agent.handoff", "task.progress"}) {
        host.event("task/t", type, R"({"agent":"Ann","x":1})");
    }
    host.pass_ms(100);
    const auto messages = heard("session_logs");
    ASSERT_EQ(messages.size(), 1U);
    const auto& entries = messages[0].at("logs").as_array();
    ASSERT_EQ(entries.size(), 8U);
    EXPECT_EQ(json::serialize(entries[6]),
              R"({"timestamp":"2023-11-14T22:13:20.000Z","level":"info","agent":"Ann","message":"something.new",)"
              R"("details":{"type":"something.new","task_id":"t","data":{"agent":"Ann","x":1}}})");
    EXPECT_EQ(entries[7].at("message"), "half");
}

TEST_F(TrackingLogsTest, ADetailTooLargeForALogIsNamedByItsSize) {
    stream("t", "");
    host.event("task/t", "log", R"({"message":"big","details":{"x":")" + std::string(20'000, 'x') + "\"}}");
    host.pass_ms(100);
    const auto messages = heard("session_logs");
    EXPECT_EQ(json::serialize(messages.at(0).at("logs").at(0).at("details")),
              R"({"type":"log","omitted_bytes":20008})");
}

TEST_F(TrackingLogsTest, AGapInAStreamIsToldInIt) {
    stream("t", "");
    host.push(R"({"gap":{"topic":"task/t","from":4,"to":9,"reason":"trimmed"}})");
    host.push(R"({"gap":{"topic":"task/u","from":4,"to":9,"reason":"trimmed"}})");
    host.pass_ms(100);
    const auto messages = heard("session_logs");
    ASSERT_EQ(messages.size(), 1U);
    ASSERT_EQ(messages[0].at("logs").as_array().size(), 1U);
    EXPECT_EQ(messages[0].at("logs").at(0).at("level"), "warn");
    EXPECT_EQ(messages[0].at("logs").at(0).at("message"), "Some logs are missing here");
    EXPECT_EQ(messages[0].at("logs").at(0).at("details").at("to"), 9);
}

}  // namespace
}  // namespace longwire::edge
