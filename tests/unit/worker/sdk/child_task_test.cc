#include "worker/sdk/child_task.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "unit/worker/running_worker.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;
using testing::ended;
using testing::FakeBroker;
using testing::RunningWorker;
using testing::welcomed;

/// Starts two children, waits for both, and adds up their results.
TaskResult add_up(Task& task) {
    const auto one = task.child("part", {{"n", 1}});
    ChildOptions options;
    options.name = "second";
    options.max_attempts = 7;
    options.concurrency = {"k", 2};
    const auto two = task.child("part", {{"n", 2}}, options);
    if (!one || !two) return TaskResult::failed("child", describe(one ? two.error() : one.error()));
    std::int64_t sum = 0;
    for (const auto& child : {*one, *two}) {
        const auto end = child.wait();
        if (!end) return TaskResult::cancelled();
        sum += end->is_completed() ? end->result.as_int64() : 0;
    }
    return TaskResult::completed({{"sum", sum}, {"first", one->id()}});
}

auto has_children(std::size_t count) {
    return [count](const FakeBroker::Seen& seen) { return seen.children.size() >= count; };
}

struct ChildTasks : ::testing::Test {
    FakeBroker broker;
    RunningWorker worker{broker, [](Worker& w) { w.serve("sum", add_up); }};

    void SetUp() override {
        ASSERT_TRUE(welcomed(broker));
        broker.assign("t", 1, "sum", "null");
        ASSERT_TRUE(broker.wait_until(has_children(1)));
    }
    testing::LoggedEvent last_event() {
        EXPECT_TRUE(broker.wait_until(ended("t")));
        return FakeBroker::events_of(broker.seen(), "t").back();
    }
};

TEST_F(ChildTasks, AreStartedOneAfterTheOtherAndWaitedFor) {
    EXPECT_THAT(broker.seen().children, ElementsAre("t:1 #1"));
    broker.child_state("t", 1, "#1", "c1", "PENDING");
    ASSERT_TRUE(broker.wait_until(has_children(2)));
    EXPECT_THAT(broker.seen().children, ElementsAre("t:1 #1", "t:1 second"));
    const auto fields = boost::json::parse(broker.seen().last_child).as_object();
    EXPECT_EQ(fields.at("kind"), "part");
    EXPECT_EQ(fields.at("input").at("n"), 2);
    EXPECT_FALSE(fields.at("task").as_string().empty());
    EXPECT_EQ(fields.at("max_attempts"), 7);
    EXPECT_EQ(fields.at("concurrency").at("limit"), 2);
    broker.child_state("t", 1, "second", "c2", "COMPLETED", "30");
    broker.child_state("t", 1, "#1", "c1", "COMPLETED", "12");
    EXPECT_EQ(last_event().json, R"({"result":{"sum":42,"first":"c1"},"events":0})");
}

TEST_F(ChildTasks, AreAskedForAgainAfterALostSession) {
    broker.child_state("t", 1, "#1", "c1", "RUNNING");
    ASSERT_TRUE(broker.wait_until(has_children(2)));
    broker.reset_session();
    ASSERT_TRUE(broker.wait_until(has_children(4)));
    broker.child_state("t", 1, "#1", "c1", "COMPLETED", "1");
    broker.child_state("t", 1, "second", "c2", "FAILED");
    EXPECT_EQ(last_event().json, R"({"result":{"sum":1,"first":"c1"},"events":0})");
}

TEST_F(ChildTasks, WhatIsWrongWithOneIsAnError) {
    broker.child_refused("t", 1, "#1", {Errc::conflict, "started with another input", "key", 0});
    broker.wait_until(has_children(2));
    broker.child_state("t", 1, "second", "c2", "RUNNING");
    const auto event = last_event();
    EXPECT_EQ(event.type, "task.failed");
    EXPECT_NE(event.json.find("started with another input"), std::string::npos) << event.json;
}

TEST_F(ChildTasks, ACancelEndsTheWaitForAnAnswer) {
    broker.cancel("t", 1, "enough");
    const auto event = last_event();
    EXPECT_EQ(event.type, "task.failed") << "the handler has taken it for an error";
    EXPECT_NE(event.json.find("asked to end"), std::string::npos) << event.json;
}

TEST_F(ChildTasks, ACancelEndsTheWaitForAnEnd) {
    broker.child_state("t", 1, "#1", "c1", "RUNNING");
    ASSERT_TRUE(broker.wait_until(has_children(2)));
    broker.child_state("t", 1, "second", "c2", "RUNNING");
    broker.cancel("t", 1, "enough");
    EXPECT_NE(last_event().type, "task.completed");
}

}  // namespace
}  // namespace longwire
