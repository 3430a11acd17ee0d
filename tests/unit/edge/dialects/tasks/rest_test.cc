#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/tasks/follower.h"

namespace longwire::edge {
namespace {

struct TasksRest : testing::Test {
    const std::unique_ptr<Product> product = make_tasks_product();
    std::optional<FakeHost> host;

    void ask(std::string_view method, std::string_view path, Opening::Values query = {},
             Identity who = {"dev", "anna"}) {
        host.emplace("tasks");
        host->identity = std::move(who);
        host->open(*product, path, {{"task_id", "t1"}}, std::move(query), method);
    }
    void post(std::string_view path, std::string_view body, Identity who = {"dev", "anna"}) {
        ask("POST", path, {}, std::move(who));
        host->say(body);
    }
    void post_wrong(std::string_view path, std::string_view body) {
        ask("POST", path);
        host->say_wrong(body);
    }

    /// The answer, held against the schema.
    std::string answer() {
        if (host->refused) return describe(*host->refused);
        if (!host->status) return "none";
        EXPECT_EQ(schema.fault(MessageSchema::Way::out, host->body), "");
        return std::to_string(*host->status) + " " + json::serialize(host->body);
    }

    MessageSchema schema = MessageSchema::load("tasks");
};

TEST_F(TasksRest, ATaskIsCreatedHeld) {
    post("/api/tasks", R"({"requirement":"Grow"})");
    EXPECT_EQ(host->commands(), R"(start {"kind":"agent.team","input":{"requirement":"Grow"},"hold":true})");
    host->reply("start", R"({"task":"t9","topic":"task/t9","state":"PENDING","created":true})");
    EXPECT_EQ(answer(), R"(201 {"task_id":"t9","status":"PENDING"})");
}

TEST_F(TasksRest, TestModeMeansTheTestKind) {
    post("/api/tasks", R"({"requirement":"Grow","test_mode":true})");
    EXPECT_EQ(host->commands(), R"(start {"kind":"demo.team","input":{"requirement":"Grow"},"hold":true})");
    post("/api/tasks", R"({"requirement":"Grow","test_mode":false,"kind":null})");
    EXPECT_EQ(host->commands(), R"(start {"kind":"agent.team","input":{"requirement":"Grow"},"hold":true})");
}

TEST_F(TasksRest, AKindThatIsNamedIsTakenAndToldOfTheTest) {
    post("/api/tasks", R"({"requirement":"Grow","kind":"mine"})");
    EXPECT_EQ(host->commands(), R"(start {"kind":"mine","input":{"requirement":"Grow"},"hold":true})");
    post("/api/tasks", R"({"requirement":"Grow","kind":"mine","test_mode":true})");
    EXPECT_EQ(host->commands(), R"(start {"kind":"mine","input":{"requirement":"Grow","test_mode":true},"hold":true})");
}

TEST_F(TasksRest, WhatIsWrongWithABodyIsToldByItsField) {
    const std::vector<std::pair<std::string, std::string>> kWrong{
        {"{}", "bad_request: requirement: must be a string, not nothing"},
        {R"({"requirement":7})", "bad_request: requirement: must be a string, not a number"},
        {R"({"requirement":""})", "bad_request: requirement: must be a text of at least one character, not \"\""},
        {R"({"requirement":"g","kind":[]})", "bad_request: kind: must be a string, not an array"},
        {R"({"requirement":"g","test_mode":1})", "bad_request: test_mode: must be a boolean, not 1"},
        {"[1]", "bad_request: body: must be an object, not an array"},
        {"{", "bad_request: message: is no JSON"},
    };
    for (const auto& [body, fault] : kWrong) {
        post_wrong("/api/tasks", body);
        EXPECT_EQ(answer().substr(0, fault.size()), fault);
        EXPECT_EQ(host->commands(), "");
    }
}

TEST_F(TasksRest, NativeFaultsSpeakOfThisProductsFields) {
    post("/api/tasks", R"({"requirement":"Grow"})");
    host->fail("start", {Errc::too_large, "is larger than 1048576 bytes", "input"});
    EXPECT_EQ(answer(), "too_large: requirement: is larger than 1048576 bytes");
    post("/api/tasks", R"({"requirement":"Grow","kind":"longwire.x"})");
    host->fail("start", {Errc::forbidden, "is the cluster's own", "kind"});
    EXPECT_EQ(answer(), "forbidden: kind: is the cluster's own");
}

TEST_F(TasksRest, WhoeverMayNotUseAKindMayNotCreateNorRunIt) {
    post("/api/tasks", R"({"requirement":"Grow"})", {"dev", "anna", {{"guide"}}});
    EXPECT_EQ(answer(), "forbidden: kind: you may not use agent.team");
    post("/api/tasks/{task_id}/run", "{}", {"dev", "anna", {{"guide"}}});
    host->reply("state", TasksFollower::snapshot(R"({"state":"PENDING","held":true})"));
    EXPECT_EQ(answer(), "forbidden: you may not use agent.team");
}

TEST_F(TasksRest, RunLetsAHeldTaskGo) {
    post("/api/tasks/{task_id}/run", "{}");
    host->reply("state", TasksFollower::snapshot(R"({"state":"PENDING","held":true})"));
    EXPECT_EQ(host->commands(),
              "state {\"task\":\"t1\"}\n"
              R"(run {"task":"t1","run":1})");
    host->reply("run", R"({"task":"t1","run":1,"state":"PENDING"})");
    EXPECT_EQ(answer(), R"(202 {"task_id":"t1","status":"PENDING"})");
}

TEST_F(TasksRest, RunHasAFailedTaskRunAgain) {
    post("/api/tasks/{task_id}/run", "{}");
    host->reply("state", TasksFollower::snapshot(R"({"state":"EXPIRED","run":2})"));
    EXPECT_EQ(host->commands(),
              "state {\"task\":\"t1\"}\n"
              R"(run {"task":"t1","run":3})");
}

TEST_F(TasksRest, RunIsIdempotent) {
    for (const auto* state : {"PENDING", "RUNNING", "COMPLETED", "CANCELLED"}) {
        post("/api/tasks/{task_id}/run", "{}");
        host->reply("state", TasksFollower::snapshot(R"({"state":")" + std::string(state) + "\"}"));
        EXPECT_EQ(host->commands(), R"(state {"task":"t1"})");
        EXPECT_EQ(answer(), R"(202 {"task_id":"t1","status":")" + std::string(state) + "\"}");
    }
}

TEST_F(TasksRest, RunThatIsRefusedSaysWhy) {
    post("/api/tasks/{task_id}/run", "{}");
    host->reply("state", TasksFollower::snapshot(R"({"state":"FAILED"})"));
    host->fail("run", {Errc::unavailable, "the queue is full", "kind", 1000});
    EXPECT_EQ(host->refused->retry_after_ms, 1000);
    EXPECT_EQ(answer(), "unavailable: kind: the queue is full");
    post_wrong("/api/tasks/{task_id}/run", "7");
    EXPECT_EQ(answer(), "bad_request: body: must be an object, not a number");
}

TEST_F(TasksRest, CancelAsksTheTaskToEnd) {
    post("/api/tasks/{task_id}/cancel", "{}");
    EXPECT_EQ(host->commands(), R"(cancel {"task":"t1"})");
    host->reply("cancel", R"({"task":"t1","state":"RUNNING","cancelling":true})");
    EXPECT_EQ(answer(), R"(202 {"task_id":"t1","status":"RUNNING"})");
    post("/api/tasks/{task_id}/cancel", R"({"reason":"enough"})");
    EXPECT_EQ(host->commands(), R"(cancel {"task":"t1","reason":"enough"})");
    host->reply("cancel", R"({"task":"t1","state":"EXPIRED","cancelling":false})");
    EXPECT_EQ(answer(), R"(202 {"task_id":"t1","status":"FAILED"})");
    post_wrong("/api/tasks/{task_id}/cancel", R"({"reason":")" + std::string(1'025, 'x') + "\"}");
    EXPECT_TRUE(answer().starts_with("bad_request: reason: must be a text of at most 1024 bytes"));
}

TEST_F(TasksRest, ATaskIsShownWhole) {
    ask("GET", "/api/tasks/{task_id}");
    EXPECT_EQ(host->commands(), R"(state {"task":"t1"})");
    host->reply("state", TasksFollower::snapshot(
                             R"({"state":"COMPLETED","result":{"a":1},"ended_us":1700000002000000,"progress":1,
                                 "message":"done"})"));
    EXPECT_EQ(answer(),
              R"(200 {"task_id":"t1","status":"COMPLETED","progress":1E0,"current_agent":null,"last_message":"done",)"
              R"("started_at":"2023-11-14T22:13:21.500Z","completed_at":"2023-11-14T22:13:22.000Z",)"
              R"("requirement":"Grow","kind":"agent.team","created_at":"2023-11-14T22:13:20.000Z","result":{"a":1},)"
              R"("error":null})");
}

TEST_F(TasksRest, AnExpiredTaskIsShownAsFailedWithItsError) {
    ask("GET", "/api/tasks/{task_id}");
    host->reply("state", TasksFollower::snapshot(R"({"state":"EXPIRED","error":{"code":"ttl"},"input":7})"));
    const auto shown = answer();
    EXPECT_NE(shown.find(R"("status":"FAILED")"), std::string::npos);
    EXPECT_NE(shown.find(R"("requirement":null)"), std::string::npos);
    EXPECT_NE(shown.find(R"("error":{"code":"ttl"})"), std::string::npos);
}

TEST_F(TasksRest, ATaskThatIsNotThereIsNotFoundWhateverIsAsked) {
    for (const auto* path : {"/api/tasks/{task_id}", "/api/tasks/{task_id}/events"}) {
        ask("GET", path);
        host->fail("state", {Errc::not_found, "there is no task t1", "task"});
        EXPECT_EQ(answer(), "not_found: task_id: Task not found") << path;
        ask("GET", path);
        host->fail("state", bad_request("task", "has a character that no name has"));
        EXPECT_EQ(answer(), "not_found: task_id: Task not found") << path;
    }
    post("/api/tasks/{task_id}/run", "{}");
    host->fail("state", {Errc::not_found, "there is no task t1", "task"});
    EXPECT_EQ(answer(), "not_found: task_id: Task not found");
    post("/api/tasks/{task_id}/cancel", "{}");
    host->fail("cancel", {Errc::not_found, "there is no task t1", "task"});
    EXPECT_EQ(answer(), "not_found: task_id: Task not found");
}

TEST_F(TasksRest, TasksAreListedInPages) {
    ask("GET", "/api/tasks", {{"limit", "2"}, {"after", "t5"}, {"kind", "agent.team"}});
    EXPECT_EQ(host->commands(), R"(tasks {"limit":2,"kind":"agent.team","after":"t5"})");
    host->reply("tasks", R"({"tasks":[)" + TasksFollower::snapshot() + R"(],"next":"t1"})");
    const auto shown = answer();
    EXPECT_TRUE(shown.starts_with(R"(200 {"tasks":[{"task_id":"t1","status":"RUNNING",)")) << shown;
    EXPECT_TRUE(shown.ends_with(R"(}],"next":"t1"})")) << shown;
    ask("GET", "/api/tasks");
    EXPECT_EQ(host->commands(), R"(tasks {"limit":100})");
    host->reply("tasks", R"({"tasks":[]})");
    EXPECT_EQ(answer(), R"(200 {"tasks":[],"next":null})");
}

TEST_F(TasksRest, EventsAreReadInPages) {
    ask("GET", "/api/tasks/{task_id}/events", {{"after", "1"}, {"limit", "2"}});
    host->reply("state", TasksFollower::snapshot());
    EXPECT_EQ(host->commands(),
              "state {\"task\":\"t1\"}\n"
              R"(history {"topic":"task/t1","after":1,"limit":2})");
    host->reply("history", R"({"epoch":"0e","head":4,"tail":1,"events":[
        {"offset":2,"type":"task.started","time_us":1700000001500000,"data":{"run":1},"task":"t1"},
        {"offset":3,"type":"tool.call","time_us":1700000001600000,"data":{"agent":"Ann"},"task":"t1"}]})");
    EXPECT_EQ(answer(), R"(200 {"task_id":"t1","events":[)"
                        R"({"event_id":2,"task_id":"t1","timestamp":"2023-11-14T22:13:21.500Z","agent_role":"System",)"
                        R"("event_type":"TASK_STARTED","payload":{"run":1}},)"
                        R"({"event_id":3,"task_id":"t1","timestamp":"2023-11-14T22:13:21.600Z","agent_role":"Ann",)"
                        R"("event_type":"TOOL_CALL","payload":{"agent":"Ann"}}],"missing":null,"next":3})");
}

TEST_F(TasksRest, TheLastPageOfEventsHasNoNext) {
    ask("GET", "/api/tasks/{task_id}/events");
    host->reply("state", TasksFollower::snapshot());
    EXPECT_NE(host->commands().find(R"("after":0,"limit":100)"), std::string::npos);
    host->reply("history", R"({"epoch":"0e","head":1,"tail":1,"events":[
        {"offset":1,"type":"log","time_us":1700000001500000,"data":null,"task":"t1"}]})");
    EXPECT_TRUE(answer().ends_with(R"("payload":{}}],"missing":null,"next":null})")) << answer();
}

TEST_F(TasksRest, EventsThatAreNoLongerKeptAreTold) {
    ask("GET", "/api/tasks/{task_id}/events", {{"after", "2"}});
    host->reply("state", TasksFollower::snapshot());
    host->reply("history", R"({"epoch":"0e","head":9,"tail":10,"events":[]})");
    EXPECT_EQ(answer(), R"(200 {"task_id":"t1","events":[],"missing":{"from":3,"to":9},"next":null})");
}

TEST_F(TasksRest, ABadQueryIsToldByItsField) {
    for (const auto& [path, field, value] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"/api/tasks", "limit", "0"},
             {"/api/tasks", "limit", "1001"},
             {"/api/tasks", "limit", "many"},
             {"/api/tasks/{task_id}/events", "limit", "0"},
             {"/api/tasks/{task_id}/events", "after", "-1"},
             {"/api/tasks/{task_id}/events", "after", "x"}}) {
        ask("GET", path, {{field, value}});
        EXPECT_TRUE(answer().starts_with("bad_request: " + field + ": must be a whole number")) << answer();
        EXPECT_EQ(host->commands(), "");
    }
}

}  // namespace
}  // namespace longwire::edge
