#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

struct SchedulerStories : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();

    FakeWorker& join(FakeWorker::Options options) {
        auto& worker = world.worker(std::move(options));
        worker.hello();
        world.settle();
        worker.heard();
        return worker;
    }
    std::string state_of(const std::string& task) {
        const auto state = edge.state(task);
        return state.contains("state") ? std::string(state.at("state").as_string()) : "none";
    }
    boost::json::value data_of(std::string_view topic, std::size_t offset) {
        return world.events_of(topic).at(offset - 1).data;
    }
};

TEST_F(SchedulerStories, ATaskIsQueuedHandedOutAndCompleted) {
    const auto answer = edge.start("t", R"(,"input":{"n":3})");
    EXPECT_EQ(text_of(answer.ok), R"({"task":"t","topic":"task/t","state":"PENDING","created":true})");
    auto& worker = join({});
    EXPECT_EQ(state_of("t"), "RUNNING");
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started"));
    EXPECT_EQ(text_of(data_of("task/t", 2)), R"({"run":1,"attempt":1,"worker":"w","incarnation":1,"supersedes":null})");
    worker.emit("t", "task.completed", R"({"result":{"n":3}})");
    world.settle();
    const auto state = edge.state("t");
    EXPECT_EQ(state.at("state"), "COMPLETED");
    EXPECT_EQ(text_of(state.at("result")), R"({"n":3})");
    EXPECT_EQ(state.at("progress").to_number<double>(), 1.0);
}

TEST_F(SchedulerStories, AStartOfAKindThatNobodyServesIsQueued) {
    join({.kinds = {"other"}});
    edge.start("t");
    EXPECT_EQ(state_of("t"), "PENDING");
}

TEST_F(SchedulerStories, AStartNeedsAnIdAndAKnownParent) {
    EXPECT_EQ(edge.ask("start", R"({"kind":"demo"})").field, "task");
    EXPECT_EQ(edge.start("child", R"(,"parent":"nobody")").code, "not_found");
    edge.start("parent");
    EXPECT_EQ(edge.start("child", R"(,"parent":"parent")").code, "");
    EXPECT_EQ(edge.state("child").at("parent"), "parent");
}

TEST_F(SchedulerStories, ARepeatedStartIsTheSameTask) {
    EXPECT_EQ(edge.start("t", R"(,"input":1)").ok.at("created"), true);
    EXPECT_EQ(edge.start("t", R"(,"input":1)").ok.at("created"), false);
    EXPECT_EQ(edge.start("t", R"(,"input":2)").code, "conflict");
    EXPECT_EQ(edge.ask("start", R"({"kind":"other","task":"t","input":1})").code, "conflict");
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued"));
}

TEST_F(SchedulerStories, ARepeatedKeyIsTheSameTask) {
    EXPECT_EQ(edge.start("a", R"(,"key":"k")").ok.at("created"), true);
    const auto again = edge.start("b", R"(,"key":"k")");
    EXPECT_EQ(again.text("task"), "a");
    EXPECT_EQ(again.ok.at("created"), false);
    const auto other = edge.start("b", R"(,"key":"k","input":2)");
    EXPECT_EQ(other.code, "conflict");
    EXPECT_EQ(other.field, "key");
    EXPECT_EQ(edge.start("c", R"(,"key":"k2")").ok.at("created"), true);
}

TEST_F(SchedulerStories, FirstComeFirstServedWithinAPriority) {
    edge.start("low1", R"(,"priority":-1)");
    edge.start("a");
    edge.start("b");
    edge.start("high", R"(,"priority":5)");
    auto& worker = join({});
    std::vector<std::string> order;
    for (const auto* expected : {"high", "a", "b", "low1"}) {
        ASSERT_EQ(worker.attempts().size(), 1U);
        EXPECT_EQ(worker.attempts().begin()->first, expected);
        worker.emit(expected, "task.completed");
        world.settle();
    }
}

TEST_F(SchedulerStories, NoKindIsStarvedByAnotherOfTheSameWorker) {
    // Kinds were served by their names' order: a worker of two kinds never came to the second while there was any of
    // the first.
    for (const auto* task : {"x", "y"}) edge.ask("start", std::string(R"({"kind":"zebra","task":")") + task + "\"}");
    for (const auto* task : {"a", "b"}) edge.ask("start", std::string(R"({"kind":"ape","task":")") + task + "\"}");
    auto& worker = join({.kinds = {"ape", "zebra"}, .capacity = 2});
    EXPECT_TRUE(worker.attempts().contains("x"));
    EXPECT_TRUE(worker.attempts().contains("y"));
}

TEST_F(SchedulerStories, TheLeastLoadedWorkerGetsTheNext) {
    auto& one = join({.name = "one", .capacity = 3});
    auto& two = join({.name = "two", .capacity = 3});
    for (const auto* task : {"a", "b", "c", "d"}) edge.start(task);
    EXPECT_EQ(one.attempts().size(), 2U);
    EXPECT_EQ(two.attempts().size(), 2U);
}

TEST_F(SchedulerStories, NoWorkerGetsMoreThanItsCapacity) {
    auto& worker = join({.capacity = 2});
    for (const auto* task : {"a", "b", "c"}) edge.start(task);
    EXPECT_EQ(worker.attempts().size(), 2U);
    EXPECT_EQ(world.broker().scheduler().queued(), 1U);
    EXPECT_EQ(world.broker().scheduler().running(), 2U);
    worker.emit("b", "task.completed");
    world.settle();
    EXPECT_TRUE(worker.attempts().contains("c"));
}

TEST_F(SchedulerStories, WhatWaitsForOthersTakesNoRoom) {
    auto& worker = join({.name = "one", .capacity = 1});
    for (const auto* task : {"a", "b", "c"}) edge.start(task);
    EXPECT_EQ(worker.attempts().size(), 1U);
    worker.waiting(1);
    world.settle();
    EXPECT_EQ(worker.attempts().size(), 2U);
    worker.waiting(0);
    world.settle();
    EXPECT_EQ(worker.attempts().size(), 2U) << "more at work than it has room for, until one ends";
    worker.emit("a", "task.completed");
    world.settle();
    EXPECT_EQ(state_of("c"), "PENDING");
    worker.waiting(1);
    worker.hello();
    world.settle();
    EXPECT_EQ(state_of("c"), "PENDING") << "a session begins with none";
    EXPECT_EQ(edge.ask("workers").ok.at("workers").at(0).at("waiting"), 0);
    worker.waiting(1);
    world.settle();
    EXPECT_TRUE(worker.attempts().contains("c"));
    EXPECT_EQ(edge.ask("workers").ok.at("workers").at(0).at("waiting"), 1);
}

TEST_F(SchedulerStories, WhoHasMostWaitingIsNotTheMostLoaded) {
    auto& one = join({.name = "one", .capacity = 9});
    for (const auto* task : {"a", "b"}) edge.start(task);
    auto& two = join({.name = "two", .capacity = 9});
    edge.start("c");
    EXPECT_TRUE(two.attempts().contains("c"));
    one.waiting(2);
    edge.start("d");
    EXPECT_TRUE(one.attempts().contains("d"));
}

TEST_F(SchedulerStories, AWorkerGetsOnlyItsKinds) {
    auto& one = join({.name = "one", .kinds = {"a", "b"}, .capacity = 9});
    auto& two = join({.name = "two", .kinds = {"c"}, .capacity = 9});
    for (const auto* kind : {"a", "b", "c", "d"}) {
        edge.ask("start", std::string(R"({"kind":")") + kind + R"(","task":"of-)" + kind + "\"}");
    }
    EXPECT_EQ(one.attempts().size(), 2U);
    EXPECT_EQ(two.attempts().size(), 1U);
    EXPECT_EQ(state_of("of-d"), "PENDING");
}

TEST_F(SchedulerStories, AHeldTaskWaitsForRun) {
    auto& worker = join({});
    edge.start("t", R"(,"hold":true)");
    EXPECT_EQ(edge.state("t").at("held"), true);
    EXPECT_THAT(worker.attempts(), IsEmpty());
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t"})").ok), R"({"task":"t","run":1,"state":"PENDING"})");
    EXPECT_TRUE(worker.attempts().contains("t"));
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t"})").ok), R"({"task":"t","run":1,"state":"RUNNING"})");
    EXPECT_EQ(edge.ask("run", R"({"task":"nobody"})").code, "not_found");
}

TEST_F(SchedulerStories, AnEndedTaskRunsAgainAsItsNextRun) {
    auto& worker = join({});
    edge.start("t", R"(,"input":7)");
    worker.emit("t", "task.progress", R"({"progress":0.5,"message":"half"})");
    worker.emit("t", "task.completed", R"({"result":1})");
    world.settle();
    EXPECT_EQ(edge.ask("run", R"({"task":"t"})").number("run"), 2);
    auto state = edge.state("t");
    EXPECT_EQ(state.at("state"), "RUNNING");
    EXPECT_EQ(state.at("run"), 2);
    EXPECT_EQ(state.at("attempt"), 2) << "attempts fence, so they count on";
    EXPECT_EQ(state.at("input"), 7);
    EXPECT_EQ(state.at("progress").to_number<double>(), 0.0);
    EXPECT_TRUE(state.at("result").is_null());
    EXPECT_TRUE(state.at("ended_us").is_null());
    EXPECT_EQ(text_of(data_of("task/t", 6)), R"({"run":2,"attempt":2,"worker":"w","incarnation":1,"supersedes":null})");
}

TEST_F(SchedulerStories, AHeldTasksFirstRunIsStartedOnceHoweverLateSomebodyAsksForIt) {
    auto& worker = join({});
    edge.start("t", R"(,"hold":true)");
    EXPECT_EQ(edge.ask("run", R"({"task":"t","run":2})").code, "conflict") << "the first has not been";
    EXPECT_EQ(edge.state("t").at("held"), true);
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t","run":1})").ok), R"({"task":"t","run":1,"state":"PENDING"})");
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t","run":1})").ok), R"({"task":"t","run":1,"state":"RUNNING"})");
    worker.emit("t", "task.completed", R"({"result":1})");
    world.settle();
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t","run":1})").ok), R"({"task":"t","run":1,"state":"COMPLETED"})");
    EXPECT_EQ(edge.state("t").at("run"), 1);
}

TEST_F(SchedulerStories, AFailedTasksNextRunIsStartedOnceHoweverManyAskForIt) {
    auto& worker = join({});
    edge.start("t", R"(,"max_attempts":1)");
    const auto fail = [&] {
        worker.emit("t", "task.failed", R"({"error":{"code":"x"}})");
        world.settle();
        EXPECT_EQ(state_of("t"), "FAILED");
    };
    fail();
    EXPECT_EQ(edge.ask("run", R"({"task":"t","run":3})").code, "conflict");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(edge.ask("run", R"({"task":"t","run":2})").number("run"), 2);
    fail();
    EXPECT_EQ(text_of(edge.ask("run", R"({"task":"t","run":2})").ok), R"({"task":"t","run":2,"state":"FAILED"})");
    EXPECT_EQ(edge.ask("run", R"({"task":"t","run":3})").number("run"), 3);
}

TEST_F(SchedulerStories, ACancelledHeldTaskRunsAgainAsItsNextRun) {
    // It stayed held, so that run gave it the number of the run that had ended: one run with two ends.
    edge.start("t", R"(,"hold":true)");
    edge.ask("cancel", R"({"task":"t"})");
    EXPECT_EQ(edge.state("t").at("held"), false);
    EXPECT_EQ(edge.ask("run", R"({"task":"t"})").number("run"), 2);
}

TEST_F(SchedulerStories, ADelayedTaskWaits) {
    auto& worker = join({});
    edge.start("t", R"(,"delay_s":2)");
    world.pass(1900);
    EXPECT_THAT(worker.attempts(), IsEmpty());
    world.pass(200);
    EXPECT_TRUE(worker.attempts().contains("t"));
}

TEST_F(SchedulerStories, WhatIsDueAtTheSameTimeIsDoneInTheOrderOfTheTasks) {
    // It was done in the order of their places in memory, so that the same records did not always give the same events.
    for (const char* task : {"e", "a", "d", "c", "b"})
        edge.send("start", R"({"kind":"demo","ttl_s":1,"task":")" + std::string(task) + "\"}");
    world.settle();
    world.pass(1'500);
    std::string expired;
    for (const auto& record : world.log.durable()) {
        const auto event = seen(*record.path, record.epoch, record.offset, record.envelope.bytes);
        if (event.type == "task.expired") expired += event.topic.back();
    }
    EXPECT_EQ(expired, "eadcb");
}

TEST_F(SchedulerStories, ATaskThatWaitsTooLongExpires) {
    edge.start("t", R"(,"ttl_s":1)");
    world.pass(1100);
    const auto state = edge.state("t");
    EXPECT_EQ(state.at("state"), "EXPIRED");
    EXPECT_EQ(state.at("error").at("code"), "expired");
    EXPECT_EQ(world.log_of("task/t").back(), "2 task.expired");
    auto& worker = join({});
    EXPECT_THAT(worker.attempts(), IsEmpty());
}

TEST_F(SchedulerStories, ADelayIsNoWaitInTheQueue) {
    // A task whose delay was longer than its ttl expired before it could ever have started.
    edge.start("t", R"(,"delay_s":3,"ttl_s":1)");
    world.pass(2900);
    EXPECT_EQ(state_of("t"), "PENDING");
    world.pass(1300);
    EXPECT_EQ(state_of("t"), "EXPIRED");
}

TEST_F(SchedulerStories, ARunningTaskDoesNotExpire) {
    join({});
    edge.start("t", R"(,"ttl_s":1)");
    world.pass(2000);
    EXPECT_EQ(state_of("t"), "RUNNING");
}

TEST_F(SchedulerStories, ATaskThatRunsTooLongFails) {
    auto& worker = join({});
    edge.start("t", R"(,"timeout_s":2)");
    world.pass(2100);
    EXPECT_EQ(text_of(edge.state("t").at("error")),
              R"({"code":"timeout","message":"ran longer than its timeout","details":null})");
    EXPECT_THAT(worker.heard(), Contains("revoke t#1"));
    worker.emit_as("t", 1, "task.completed");
    world.settle();
    EXPECT_EQ(state_of("t"), "FAILED") << "a fenced attempt changes nothing";
}

TEST_F(SchedulerStories, ATimeoutCountsOverAllAttemptsOfARun) {
    auto& worker = join({});
    edge.start("t", R"(,"timeout_s":2)");
    worker.emit("t", "task.failed");
    world.pass(1500);
    EXPECT_EQ(edge.state("t").at("attempt"), 2);
    world.pass(700);
    EXPECT_EQ(state_of("t"), "FAILED");
    edge.ask("run", R"({"task":"t"})");
    world.pass(1500);
    EXPECT_EQ(state_of("t"), "RUNNING") << "the next run has its own";
}

TEST_F(SchedulerStories, AFullQueueRefuses) {
    auto options = World::defaults();
    options.broker.scheduler.queued_per_kind_max = 2;
    World small(options);
    auto& e = small.edge();
    e.start("a");
    e.start("b");
    const auto refused = e.start("c");
    EXPECT_EQ(refused.code, "unavailable");
    EXPECT_GT(refused.retry_after_ms, 0);
    EXPECT_EQ(e.start("a").code, "") << "what is there already is no start";
    EXPECT_EQ(e.ask("start", R"({"kind":"other","task":"o"})").code, "");
    e.ask("cancel", R"({"task":"a"})");
    EXPECT_EQ(e.start("c").code, "");
    EXPECT_EQ(e.ask("run", R"({"task":"a"})").code, "unavailable") << "a run is a place in the queue too";
}

TEST_F(SchedulerStories, TasksThatCannotStartYetAreBoundedToo) {
    // Held and delayed tasks are in no queue: nothing bounded them.
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 3;
    World small(options);
    auto& e = small.edge();
    for (const auto* task : {"a", "b", "c"}) e.start(task, R"(,"hold":true)");
    EXPECT_EQ(e.start("d", R"(,"hold":true)").code, "unavailable");
    e.ask("cancel", R"({"task":"b"})");
    EXPECT_EQ(e.start("d", R"(,"hold":true)").code, "");
    EXPECT_EQ(small.broker().scheduler().known(), 3U);
}

TEST_F(SchedulerStories, TheOldestEndedAreForgotten) {
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 3;
    World small(options);
    auto& e = small.edge();
    for (const auto* task : {"a", "b", "c", "d"}) {
        e.start(task, R"(,"key":"k-)" + std::string(task) + "\"");
        if (std::string_view(task) != "a") e.ask("cancel", std::string(R"({"task":")") + task + "\"}");
    }
    EXPECT_EQ(small.broker().scheduler().known(), 3U);
    EXPECT_EQ(e.ask("state", R"({"task":"a"})").code, "") << "it has not ended";
    EXPECT_EQ(e.ask("state", R"({"task":"b"})").code, "not_found");
    EXPECT_EQ(e.start("e", R"(,"key":"k-b")").ok.at("created"), true) << "its key is forgotten as well";
}

TEST_F(SchedulerStories, WhatWasForgottenStaysForgottenAfterARestart) {
    // All came back with the log. Where one of their ids had been used again, the new task was taken for a further run
    // of the old one: with its kind, its end and its attempts.
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 2;
    World small(options);
    auto& e = small.edge();
    const auto end = [&](const std::string& task) { e.ask("cancel", R"({"task":")" + task + "\"}"); };
    e.start("a", R"(,"key":"k")");
    end("a");
    e.start("b");
    end("b");
    e.start("c");
    EXPECT_EQ(e.ask("start", R"({"kind":"other","task":"a","hold":true})").ok.at("created"), true);
    small.restart();
    small.pass(2000);
    EXPECT_EQ(small.broker().scheduler().known(), 2U);
    EXPECT_EQ(e.ask("state", R"({"task":"b"})").code, "not_found");
    EXPECT_EQ(e.state("a").at("kind"), "other");
    EXPECT_EQ(e.state("a").at("state"), "PENDING");
    EXPECT_EQ(e.ask("run", R"({"task":"a"})").number("run"), 1);
    end("a");
    EXPECT_EQ(e.start("d", R"(,"key":"k")").ok.at("created"), true);
}

TEST_F(SchedulerStories, AttemptsOfAForgottenTaskStayFenced) {
    // A task of the same id counted its attempts from 1 again, and took what a zombie of the old one said for its own.
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 1;
    World small(options);
    auto& e = small.edge();
    auto& w = small.worker();
    w.hello();
    small.settle();
    e.start("a");
    e.ask("cancel", R"({"task":"a"})");
    w.emit("a", "task.cancelled");
    small.settle();
    e.start("b", R"(,"hold":true)");
    e.ask("cancel", R"({"task":"b"})");
    e.start("a");
    w.heard();
    EXPECT_EQ(e.state("a").at("state"), "RUNNING");
    w.emit_as("a", 1, "task.completed");
    small.settle();
    EXPECT_THAT(w.heard(), Contains("refused conflict"));
    EXPECT_EQ(e.state("a").at("state"), "RUNNING");
}

TEST_F(SchedulerStories, ARestartKeepsTheOrderOfWhatWasStartedTogether) {
    // What had come in one step was put in the order of its ids.
    for (const auto* task : {"c", "a", "b"})
        edge.send("start", std::string(R"({"kind":"demo","task":")") + task + "\"}");
    world.turn();
    world.restart();
    world.pass(2000);
    auto& worker = join({.capacity = 3});
    EXPECT_THAT(worker.order, ElementsAre("c", "a", "b"));
    edge.start("d");
    world.restart();
    world.pass(2000);
    std::string listed;
    const auto tasks = edge.ask("tasks");
    for (const auto& task : tasks.ok.at("tasks").as_array()) listed += task.at("task").as_string();
    EXPECT_EQ(listed, "dbac");
}

TEST_F(SchedulerStories, TasksAreListedNewestFirstInPages) {
    for (const auto* task : {"a", "b", "c", "d"}) edge.start(task);
    edge.ask("start", R"({"kind":"other","task":"o"})");
    edge.ask("cancel", R"({"task":"b"})");
    const auto ids = [&](const std::string& json) {
        std::string line;
        const auto answer = edge.ask("tasks", json);
        for (const auto& task : answer.ok.at("tasks").as_array())
            line += std::string(task.at("task").as_string()) + " ";
        return line + (answer.ok.contains("next") ? "| " + answer.text("next") : "");
    };
    EXPECT_EQ(ids("{}"), "o d c b a ");
    EXPECT_EQ(ids(R"({"limit":2})"), "o d | d");
    EXPECT_EQ(ids(R"({"limit":2,"after":"d"})"), "c b | b");
    EXPECT_EQ(ids(R"({"limit":2,"after":"b"})"), "a ");
    EXPECT_EQ(ids(R"({"state":"CANCELLED"})"), "b ");
    EXPECT_EQ(ids(R"({"state":"PENDING","kind":"demo","limit":3})"), "d c a ");
    EXPECT_EQ(ids(R"({"kind":"none"})"), "");
    EXPECT_EQ(edge.ask("tasks", R"({"after":"nobody"})").code, "not_found");
}

TEST_F(SchedulerStories, APageOfTasksFitsIntoAMessage) {
    // A page of tasks with large inputs was larger than a link takes, and broke the link for everyone at the edge.
    const auto big = R"(,"input":")" + std::string(900'000, 'x') + "\"";
    for (int i = 0; i < 12; ++i) edge.start("t" + std::to_string(i), big);
    auto page = edge.ask("tasks");
    std::size_t listed = page.ok.at("tasks").as_array().size();
    EXPECT_LT(listed, 9U);
    while (page.ok.contains("next")) {
        page = edge.ask("tasks", R"({"after":")" + page.text("next") + "\"}");
        listed += page.ok.at("tasks").as_array().size();
    }
    EXPECT_EQ(listed, 12U);
}

TEST_F(SchedulerStories, RealmsDoNotSeeEachOther) {
    edge.start("t");
    const auto number =
        edge.receiver().request("other", "bob", "state", msgpack(R"({"task":"t"})"), false, world.now_us());
    world.settle();
    EXPECT_EQ(edge.answers[number].code, "not_found");
}

TEST_F(SchedulerStories, WorkersAreListed) {
    join({.name = "one", .kinds = {"a", "demo"}, .capacity = 2});
    edge.start("t");
    const auto workers = edge.ask("workers").ok.at("workers").as_array();
    ASSERT_EQ(workers.size(), 1U);
    auto worker = workers[0].as_object();
    EXPECT_EQ(worker.at("heartbeat_us").to_number<std::int64_t>(), world.now_us());
    worker.erase("heartbeat_us");
    EXPECT_EQ(text_of(worker),
              R"({"worker":"one","kinds":["a","demo"],"running":1,"waiting":0,"capacity":2,"version":"fake 1.0",)"
              R"("draining":false})");
}

TEST_F(SchedulerStories, ADrainingWorkerGetsNothingNew) {
    auto& worker = join({.capacity = 2});
    edge.start("a");
    worker.draining();
    world.settle();
    edge.start("b");
    EXPECT_FALSE(worker.attempts().contains("b"));
    auto& other = join({.name = "other"});
    EXPECT_TRUE(other.attempts().contains("b"));
    worker.emit("a", "task.completed");
    world.settle();
    EXPECT_EQ(state_of("a"), "COMPLETED");
}

}  // namespace
}  // namespace longwire::broker::testing
