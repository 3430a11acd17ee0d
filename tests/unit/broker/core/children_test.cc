// Tasks that have a parent.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;

struct Children : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();

    FakeWorker& join(FakeWorker::Options options = {.capacity = 20}) {
        auto& worker = world.worker(std::move(options));
        worker.hello();
        world.settle();
        return worker;
    }
    Answer start_child(const std::string& task, const std::string& parent, const std::string& more = "") {
        return edge.start(task, R"(,"parent":")" + parent + '"' + more);
    }
    std::string state_of(const std::string& task) {
        const auto state = edge.state(task);
        const auto cancelling = state.at("cancelling").as_bool() ? " cancelling" : "";
        return std::string(state.at("state").as_string()) + cancelling;
    }
    double progress_of(const std::string& task) { return edge.state(task).at("progress").to_number<double>(); }
    std::string listed(const std::string& json) {
        std::string line;
        const auto answer = edge.ask("tasks", json);
        if (!answer.code.empty()) return answer.code + " " + answer.field;
        for (const auto& task : answer.ok.at("tasks").as_array())
            line += std::string(task.at("task").as_string()) + " ";
        return line + (answer.ok.contains("next") ? "| " + answer.text("next") : "");
    }
    std::string reason_of(const std::string& task) {
        const auto data = world.events_of("task/" + task).back().data.as_object();
        return data.contains("reason") ? text_of(data.at("reason")) : "none";
    }
    void tell(FakeWorker& worker, const std::string& task, std::string_view type, std::string_view json = "{}") {
        worker.emit(task, type, json);
        world.settle();
    }
};

TEST_F(Children, AParentMustBeThereAndNotHaveEnded) {
    edge.start("gone");
    edge.ask("cancel", R"({"task":"gone"})");
    const auto late = start_child("child", "gone");
    EXPECT_EQ(late.code + " " + late.field, "conflict parent");
    const auto lost = start_child("child", "nobody");
    EXPECT_EQ(lost.code + " " + lost.field, "not_found parent");
    edge.start("t");
    join();
    edge.ask("cancel", R"({"task":"t"})");
    EXPECT_EQ(start_child("child", "t").code, "conflict") << "it is about to end";
}

TEST_F(Children, ARepeatedStartIsAnsweredAfterTheParentsEndToo) {
    edge.start("parent");
    start_child("child", "parent", R"(,"key":"k")");
    edge.ask("cancel", R"({"task":"parent"})");
    EXPECT_EQ(start_child("child", "parent").code, "");
    EXPECT_EQ(start_child("other", "parent", R"(,"key":"k")").text("task"), "child");
}

TEST_F(Children, AKeyIsOneAmongTheTasksOfItsParent) {
    edge.start("p1");
    edge.start("p2");
    EXPECT_EQ(edge.start("a", R"(,"key":"k")").text("task"), "a");
    EXPECT_EQ(start_child("b", "p1", R"(,"key":"k")").text("task"), "b");
    EXPECT_EQ(start_child("c", "p2", R"(,"key":"k")").text("task"), "c");
    EXPECT_EQ(start_child("d", "p1", R"(,"key":"k")").text("task"), "b");
    world.restart();
    world.pass(1'500);
    EXPECT_EQ(start_child("d", "p2", R"(,"key":"k")").text("task"), "c");
}

TEST_F(Children, CancelGoesDownTheTree) {
    edge.start("root");
    start_child("a", "root");
    start_child("b", "root");
    start_child("a1", "a");
    edge.start("stranger");
    auto& worker = join({.capacity = 3});  // root, a and b run
    worker.heard();
    edge.ask("cancel", R"({"task":"root","reason":"enough"})");
    EXPECT_EQ(state_of("root"), "RUNNING cancelling");
    EXPECT_EQ(state_of("a"), "RUNNING cancelling");
    EXPECT_EQ(state_of("b"), "RUNNING cancelling");
    EXPECT_EQ(state_of("a1"), "CANCELLED");
    EXPECT_EQ(state_of("stranger"), "PENDING");
    EXPECT_EQ(reason_of("root"), R"("enough")");
    EXPECT_EQ(reason_of("a1"), R"("parent_cancelled")");
    EXPECT_THAT(worker.heard(), ::testing::IsSupersetOf({"cancel root#1", "cancel a#1", "cancel b#1"}));
}

TEST_F(Children, WhatEndsBadlyTakesItsChildrenWithIt) {
    auto& worker = join();
    for (const auto* parent : {"p-failed", "p-cancelled", "p-lost"}) {
        edge.start(parent, R"(,"max_attempts":1)");
        start_child("of-" + std::string(parent), parent, R"(,"hold":true)");
    }
    tell(worker, "p-failed", "task.failed", R"({"error":{"code":"x","message":"y"}})");
    tell(worker, "p-cancelled", "task.cancelled");
    EXPECT_EQ(state_of("of-p-failed") + reason_of("of-p-failed"), R"(CANCELLED"parent_failed")");
    EXPECT_EQ(state_of("of-p-cancelled") + reason_of("of-p-cancelled"), R"(CANCELLED"parent_cancelled")");
    worker.bye();
    world.settle();
    EXPECT_EQ(state_of("p-lost"), "FAILED");
    EXPECT_EQ(state_of("of-p-lost") + reason_of("of-p-lost"), R"(CANCELLED"parent_failed")");
}

TEST_F(Children, WhatExpiresTakesItsChildrenWithIt) {
    edge.start("parent", R"(,"ttl_s":1)");
    start_child("child", "parent");
    world.pass(1'100);
    EXPECT_EQ(state_of("child") + reason_of("child"), R"(CANCELLED"parent_expired")");
}

TEST_F(Children, WhatCompletesLeavesThemUntilItIsCancelledAllTheSame) {
    auto& worker = join();
    edge.start("parent");
    start_child("child", "parent");
    tell(worker, "parent", "task.completed");
    EXPECT_EQ(state_of("child"), "RUNNING");
    EXPECT_EQ(edge.ask("cancel", R"({"task":"parent"})").text("state"), "COMPLETED");
    EXPECT_EQ(state_of("child"), "RUNNING cancelling");
}

TEST_F(Children, ARetriedParentKeepsItsChildren) {
    auto& worker = join();
    edge.start("parent");
    start_child("child", "parent");
    tell(worker, "parent", "task.failed", R"({"retryable":true,"error":{"code":"x","message":"y"}})");
    EXPECT_EQ(state_of("child"), "RUNNING");
}

TEST_F(Children, AreListedByTheirParentAndAsAWholeTree) {
    edge.start("root");
    start_child("a", "root");
    start_child("b", "root");
    start_child("a1", "a");
    start_child("a2", "a");
    edge.start("stranger");
    EXPECT_EQ(listed(R"({"parent":"root"})"), "b a ");
    EXPECT_EQ(listed(R"({"parent":"a2"})"), "");
    EXPECT_EQ(listed(R"({"root":"root"})"), "a2 a1 b a root ");
    EXPECT_EQ(listed(R"({"root":"a"})"), "a2 a1 a ");
    EXPECT_EQ(listed(R"({"root":"root","limit":2})"), "a2 a1 | a1");
    EXPECT_EQ(listed(R"({"root":"root","limit":2,"after":"a1"})"), "b a | a");
    edge.ask("cancel", R"({"task":"b"})");
    EXPECT_EQ(listed(R"({"root":"root","state":"CANCELLED"})"), "b ");
    EXPECT_EQ(listed(R"({"parent":"nobody"})"), "not_found parent");
    EXPECT_EQ(listed(R"({"root":"nobody"})"), "not_found root");
    EXPECT_EQ(listed(R"({"root":"a","parent":"a"})"), "bad_request root");
    world.restart();
    world.pass(1'500);
    EXPECT_EQ(listed(R"({"root":"root"})"), "a2 a1 b a root ");
}

TEST_F(Children, ATreeIsOnlySoDeep) {
    edge.start("t1");
    for (int i = 2; i <= 32; ++i) {
        ASSERT_EQ(start_child("t" + std::to_string(i), "t" + std::to_string(i - 1)).code, "") << i;
    }
    const auto deeper = start_child("t33", "t32");
    EXPECT_EQ(deeper.code + " " + deeper.field, "too_many parent");
    edge.ask("cancel", R"({"task":"t1"})");
    EXPECT_EQ(state_of("t32"), "CANCELLED");
}

TEST_F(Children, ProgressOfAParentThatTellsOfNoneIsThatOfItsChildren) {
    auto& worker = join();
    edge.start("root");
    EXPECT_EQ(progress_of("root"), 0);
    start_child("a", "root");
    start_child("b", "root");
    start_child("b1", "b");
    start_child("b2", "b");
    tell(worker, "a", "task.progress", R"({"progress":0.5})");
    EXPECT_EQ(progress_of("root"), 0.25);
    tell(worker, "b1", "task.failed", R"({"error":{"code":"x","message":"y"},"retryable":false})");
    EXPECT_EQ(progress_of("b"), 0.5) << "what has ended is done, however it ended";
    EXPECT_EQ(progress_of("root"), 0.5);
    EXPECT_EQ(edge.ask("tasks", R"({"root":"root","limit":1,"after":"a"})").ok.at("tasks").at(0).at("progress"), 0.5);
    tell(worker, "root", "task.progress", R"({"progress":0.125})");
    EXPECT_EQ(progress_of("root"), 0.125) << "its own word counts";
    tell(worker, "root", "task.completed");
    EXPECT_EQ(progress_of("root"), 1);
    world.pass(10);
    edge.ask("run", R"({"task":"root"})");
    EXPECT_EQ(progress_of("root"), 0) << "these were children of another run";
}

TEST_F(Children, ALaterTaskOfAForgottenParentsNameIsAnother) {
    auto options = World::defaults();
    options.broker.scheduler.tasks_kept_max = 2;
    World small(options);
    auto& at = small.edge();
    auto& worker = small.worker({.capacity = 20});
    worker.hello();
    small.settle();
    at.start("parent");
    at.start("child", R"(,"parent":"parent")");
    worker.emit("parent", "task.completed");
    small.settle();
    at.start("filler");  // parent is forgotten
    EXPECT_EQ(at.ask("state", R"({"task":"parent"})").code, "not_found");
    at.ask("cancel", R"({"task":"filler"})");
    worker.emit("filler", "task.cancelled");
    small.settle();
    EXPECT_EQ(at.start("parent", R"(,"parent":"child")").code, "");
    EXPECT_EQ(at.ask("tasks", R"({"parent":"parent"})").ok.at("tasks").as_array().size(), 0U);
    small.restart();
    small.pass(1'500);
    at.ask("cancel", R"({"task":"parent"})");
    EXPECT_EQ(at.state("child").at("cancelling"), false);
}

struct WorkersChildren : Children {
    static constexpr auto kChild = R"({"kind":"other","task":"c1","input":1})";

    std::vector<std::string> heard_of_children(FakeWorker& worker) {
        world.settle();
        auto heard = worker.heard();
        std::erase_if(heard, [](const auto& line) { return line.find("child") == std::string::npos; });
        return heard;
    }
};

TEST_F(WorkersChildren, AWorkerStartsOneAndHearsOfItsEnd) {
    auto& worker = join();
    auto& other = join({.name = "other", .kinds = {"other"}});
    edge.start("t");
    worker.start_child("t", "part", kChild);
    EXPECT_THAT(heard_of_children(worker), ElementsAre("child t#1 part c1 PENDING"));
    const auto child = edge.state("c1");
    EXPECT_EQ(child.at("parent"), "t");
    EXPECT_EQ(child.at("user"), edge.state("t").at("user"));
    tell(other, "c1", "task.completed", R"({"result":{"n":1}})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre(R"(child t#1 part c1 COMPLETED {"n":1})"));
    worker.start_child("t", "part", R"({"kind":"other","task":"c2","input":1})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre(R"(child t#1 part c1 COMPLETED {"n":1})"));
    EXPECT_EQ(listed(R"({"parent":"t"})"), "c1 ");
}

TEST_F(WorkersChildren, ALaterAttemptIsLedToTheSameChild) {
    auto& worker = join();
    edge.start("t");
    worker.start_child("t", "part", kChild);
    tell(worker, "t", "task.failed", R"({"retryable":true,"error":{"code":"x","message":"y"}})");
    world.pass(2'000);
    ASSERT_EQ(worker.attempts().at("t").attempt, 2U);
    heard_of_children(worker);
    worker.start_child("t", "part", R"({"kind":"other","task":"c2","input":1})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre("child t#2 part c1 PENDING"));
    worker.start_child("t", "part", R"({"kind":"other","task":"c2","input":2})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre("no child t#2 part conflict key"));
    edge.ask("cancel", R"({"task":"c1"})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre("child t#2 part c1 CANCELLED"));
}

TEST_F(WorkersChildren, AnotherRunHasChildrenOfItsOwn) {
    auto& worker = join();
    edge.start("t");
    worker.start_child("t", "part", kChild);
    tell(worker, "t", "task.completed");
    edge.ask("run", R"({"task":"t"})");
    heard_of_children(worker);
    worker.start_child("t", "part", R"({"kind":"other","task":"c2","input":1})");
    EXPECT_THAT(heard_of_children(worker), ElementsAre("child t#2 part c2 PENDING"));
}

TEST_F(WorkersChildren, AreRefusedWithTheFieldAtFault) {
    auto& worker = join();
    edge.start("t");
    worker.start_child("t", "", kChild);
    worker.start_child("t", "n", R"({"kind":"other"})");
    worker.start_child("t", "n", R"({"task":"x"})");
    worker.start_child("t", "n", R"({"kind":"other","task":"x","on_disconnect":"cancel"})");
    EXPECT_THAT(heard_of_children(worker),
                ElementsAre("no child t#1  bad_request name", "no child t#1 n bad_request task",
                            "no child t#1 n bad_request kind", "no child t#1 n bad_request on_disconnect"));
    edge.ask("cancel", R"({"task":"t"})");
    worker.start_child("t", "n", kChild);
    EXPECT_THAT(heard_of_children(worker), ElementsAre("no child t#1 n conflict parent"));
}

TEST_F(WorkersChildren, AnAttemptThatIsOverCanStartNone) {
    auto& worker = join();
    edge.start("t");
    tell(worker, "t", "task.failed", R"({"retryable":true,"error":{"code":"x","message":"y"}})");
    world.pass(2'000);
    ASSERT_EQ(worker.attempts().at("t").attempt, 2U);
    heard_of_children(worker);
    worker.start_child("t", "n", kChild, 1);
    EXPECT_THAT(heard_of_children(worker), ElementsAre("no child t#1 n conflict attempt"));
    auto& stranger = join({.name = "stranger"});
    stranger.start_child("t", "n", kChild, 2);
    EXPECT_THAT(heard_of_children(stranger), ElementsAre("no child t#2 n conflict attempt"));
    EXPECT_EQ(listed(R"({"parent":"t"})"), "");
}

TEST_F(WorkersChildren, AreNotStartedWithoutRoomOnTheDisk) {
    auto& worker = join();
    edge.start("t");
    world.log.run_out_of_room();
    worker.start_child("t", "n", kChild);
    EXPECT_THAT(heard_of_children(worker), ElementsAre("no child t#1 n unavailable "));
    world.log.find_room();
    world.settle();
    worker.start_child("t", "n", kChild);
    EXPECT_THAT(heard_of_children(worker), ElementsAre("child t#1 n c1 PENDING"));
}

}  // namespace
}  // namespace longwire::broker::testing
