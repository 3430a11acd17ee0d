#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Attempts that fail, are lost or are handed back; cancels; inputs.
struct Attempts : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker();

    void SetUp() override {
        worker.hello();
        world.settle();
        worker.heard();
    }
    void start(const std::string& more = "") {
        edge.start("t", more);
        worker.heard();
    }
    void fail(const std::string& json = R"({"error":{"code":"oops","message":"no"}})") {
        worker.emit("t", "task.failed", json);
        world.settle();
    }
    std::vector<std::string> log() { return world.log_of("task/t"); }
    boost::json::object last() { return world.events_of("task/t").back().data.as_object(); }
    std::string state() { return std::string(edge.state("t").at("state").as_string()); }
    Answer cancel() { return edge.ask("cancel", R"({"task":"t","reason":"enough"})"); }
    Answer input(const std::string& data) { return edge.ask("input", R"({"task":"t","data":)" + data + "}"); }
};

TEST_F(Attempts, AFailureIsTriedAgainAfterABackoff) {
    start();
    fail();
    EXPECT_THAT(log(), ElementsAre("1 task.queued", "2 task.started", "3 task.retrying"));
    const auto retrying = last();
    EXPECT_EQ(retrying.at("attempt"), 1);
    EXPECT_EQ(retrying.at("last_offset"), 2);
    EXPECT_EQ(retrying.at("reason"), "failed");
    EXPECT_EQ(text_of(retrying.at("error")), R"({"code":"oops","message":"no"})");
    EXPECT_EQ(state(), "RUNNING");
    world.pass(900);
    EXPECT_THAT(worker.attempts(), IsEmpty());
    world.pass(200);
    EXPECT_TRUE(worker.attempts().contains("t"));
    EXPECT_EQ(text_of(last()), R"({"run":1,"attempt":2,"worker":"w","incarnation":1,"supersedes":1})");
}

TEST_F(Attempts, TheWorkersCountOfItsEventsIsPassedOn) {
    start();
    fail(R"({"error":{"code":"oops","message":"no"},"events":7})");
    EXPECT_EQ(world.events_of("task/t").back().type, "task.retrying");
    EXPECT_EQ(last().at("events"), 7);
}

TEST_F(Attempts, TheBackoffDoubles) {
    start(R"(,"max_attempts":4)");
    for (const auto wait_ms : {1000, 2000, 4000}) {
        const auto before = world.now_us();
        fail();
        EXPECT_EQ(last().at("not_before_us").to_number<std::int64_t>() - before, wait_ms * 1000);
        world.pass(wait_ms + 100);
    }
    fail();
    EXPECT_EQ(state(), "FAILED");
    EXPECT_EQ(text_of(edge.state("t").at("error")), R"({"code":"oops","message":"no"})");
}

TEST_F(Attempts, WhatIsNotRetryableFailsAtOnce) {
    start();
    fail(R"({"error":{"code":"oops","message":"no"},"retryable":false})");
    EXPECT_EQ(state(), "FAILED");
}

TEST_F(Attempts, OneAttemptMeansOne) {
    start(R"(,"max_attempts":1)");
    fail();
    EXPECT_EQ(state(), "FAILED");
    EXPECT_THAT(log(), ElementsAre("1 task.queued", "2 task.started", "3 task.failed"));
}

TEST_F(Attempts, TheNextRunHasAllItsAttemptsAgain) {
    start(R"(,"max_attempts":1)");
    fail();
    edge.ask("run", R"({"task":"t"})");
    EXPECT_EQ(state(), "RUNNING");
    fail();
    EXPECT_EQ(state(), "FAILED");
}

TEST_F(Attempts, ASilentWorkerLosesItsAttempt) {
    start(R"(,"max_attempts":1)");
    worker.is_heartbeating = false;
    world.pass(4200);
    EXPECT_EQ(edge.state("t").at("error").at("code"), "worker_lost");
    worker.emit("t", "task.completed");
    worker.is_heartbeating = true;
    worker.hello();
    world.settle();
    EXPECT_EQ(state(), "FAILED");
}

// Was: a broker stopped for longer than the lease took every worker for lost when it went on, before it had read a
// word.
TEST_F(Attempts, ABrokerThatDidNotRunTakesNobodyForLost) {
    start(R"(,"max_attempts":1)");
    worker.is_heartbeating = false;
    world.pass(3000);
    world.broker().stalled(3'000'000);
    world.pass(3000);
    EXPECT_EQ(state(), "RUNNING");
    world.pass(1200);
    EXPECT_EQ(edge.state("t").at("error").at("code"), "worker_lost");
}

TEST_F(Attempts, AWorkerThatLeavesLosesItsAttemptAtOnce) {
    start();
    worker.bye();
    world.settle();
    EXPECT_EQ(last().at("reason"), "worker_lost");
}

TEST_F(Attempts, HandingBackIsNotCounted) {
    start(R"(,"max_attempts":1)");
    for (std::uint32_t attempt = 2; attempt < 5; ++attempt) {
        worker.hand_back("t");
        world.settle();
        EXPECT_EQ(worker.attempts().at("t").attempt, attempt) << "at once, for nothing has failed";
    }
    fail();
    EXPECT_EQ(state(), "FAILED");
}

TEST_F(Attempts, AnAttemptAfterAHandedBackOneSupersedesIt) {
    // What the first attempt had said stood beside what the second said: nobody was told to roll it back.
    start();
    worker.emit("t", "text.delta", R"({"text":"once"})");
    world.settle();
    worker.hand_back("t");
    world.settle();
    EXPECT_EQ(last().at("supersedes"), 1);
}

TEST_F(Attempts, OnlyTheHolderCanHandBack) {
    start();
    auto& other = world.worker({.name = "other"});
    other.hello();
    world.settle();
    BrokerInbox in;
    BrokerOutbox out;
    in.from_workers.push_back({"other", link::encode(2, link::HandBack{{"r", "t", 1}, "mine"})});
    world.broker().step(world.now_us(), in, out);
    EXPECT_EQ(edge.state("t").at("worker"), "w");
}

TEST_F(Attempts, ZombiesAreFenced) {
    start();
    auto& other = world.worker({.name = "other"});
    worker.is_connected = false;
    other.hello();
    world.pass(7000);
    EXPECT_EQ(edge.state("t").at("worker"), "other");
    worker.is_connected = true;
    worker.hello();
    worker.emit_as("t", 1, "task.completed");
    worker.emit_as("t", 2, "task.completed");
    world.settle();
    EXPECT_EQ(worker.count("refused conflict"), 2U);
    EXPECT_EQ(state(), "RUNNING");
}

// Cancels.

TEST_F(Attempts, ATaskInTheQueueIsCancelledAtOnce) {
    worker.bye();
    world.settle();
    start();
    const auto answer = cancel();
    EXPECT_EQ(text_of(answer.ok), R"({"task":"t","state":"CANCELLED","cancelling":false})");
    EXPECT_EQ(text_of(last()), R"({"by":"ann","reason":"enough"})");
    EXPECT_EQ(world.broker().scheduler().queued(), 0U);
}

TEST_F(Attempts, ARunningTaskIsAskedToStop) {
    start();
    EXPECT_EQ(text_of(cancel().ok), R"({"task":"t","state":"RUNNING","cancelling":true})");
    EXPECT_THAT(log(), ElementsAre("1 task.queued", "2 task.started", "3 task.cancelling"));
    EXPECT_EQ(text_of(last()), R"({"by":"ann","reason":"enough"})");
    EXPECT_THAT(worker.heard(), ElementsAre("cancel t#1"));
    cancel();
    EXPECT_EQ(log().size(), 3U) << "asking twice is asking once";
    worker.emit("t", "task.cancelled");
    world.settle();
    EXPECT_EQ(state(), "CANCELLED");
    world.pass(11'000);
    EXPECT_EQ(log().size(), 4U);
}

TEST_F(Attempts, ACancelThatIsIgnoredIsForced) {
    start();
    cancel();
    world.pass(9800);
    EXPECT_EQ(state(), "RUNNING");
    world.pass(400);
    EXPECT_EQ(state(), "CANCELLED");
    EXPECT_EQ(last().at("forced"), true);
    EXPECT_THAT(worker.heard(), Contains("revoke t#1"));
    worker.emit_as("t", 1, "task.completed");
    world.settle();
    EXPECT_EQ(state(), "CANCELLED");
    edge.start("u");
    EXPECT_TRUE(worker.attempts().contains("u")) << "the worker's place is free again";
}

TEST_F(Attempts, HowLongACancelTookIsKnownOnceItsEndIsDurable) {
    start();
    edge.ask("cancel", R"({"task":"t"})");
    world.pass(300);
    world.log.hold();
    worker.emit("t", "task.cancelled");
    world.settle();
    EXPECT_THAT(world.cancelled_after_us, IsEmpty());
    world.pass(200);
    world.log.release();
    world.settle();
    ASSERT_EQ(world.cancelled_after_us.size(), 1U);
    EXPECT_EQ(world.cancelled_after_us[0], 500'000);
}

TEST_F(Attempts, ACancelWithoutGraceIsForcedAtOnce) {
    // With a grace of 0 ms the deadline was always due and never acted upon: the broker looped for ever.
    auto options = World::defaults();
    options.broker.scheduler.cancel_grace_ms = 0;
    World strict(options);
    auto& w = strict.worker();
    auto& e = strict.edge();
    w.hello();
    strict.settle();
    e.start("t");
    e.ask("cancel", R"({"task":"t"})");
    strict.pass(10);
    EXPECT_EQ(e.state("t").at("state"), "CANCELLED");
}

TEST_F(Attempts, ACompletionMayOvertakeACancel) {
    start();
    cancel();
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_EQ(state(), "COMPLETED");
    EXPECT_EQ(edge.state("t").at("cancelling"), false);
}

TEST_F(Attempts, ATaskThatWaitsForItsRetryIsCancelledAtOnce) {
    start();
    fail();
    EXPECT_EQ(text_of(cancel().ok), R"({"task":"t","state":"CANCELLED","cancelling":false})");
    world.pass(2000);
    EXPECT_THAT(worker.attempts(), IsEmpty());
}

TEST_F(Attempts, AFailureWhileCancellingIsNotTriedAgain) {
    start();
    cancel();
    fail();
    EXPECT_EQ(state(), "FAILED");
}

TEST_F(Attempts, AWorkerLostWhileCancellingMeansCancelled) {
    start();
    cancel();
    worker.bye();
    world.settle();
    EXPECT_EQ(state(), "CANCELLED");
}

TEST_F(Attempts, HandedBackWhileCancellingMeansCancelled) {
    start();
    cancel();
    worker.hand_back("t");
    world.settle();
    EXPECT_EQ(state(), "CANCELLED");
}

TEST_F(Attempts, CancellingWhatHasEndedChangesNothing) {
    start();
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_EQ(text_of(cancel().ok), R"({"task":"t","state":"COMPLETED","cancelling":false})");
    EXPECT_EQ(log().size(), 3U);
    EXPECT_EQ(edge.ask("cancel", R"({"task":"nobody"})").code, "not_found");
}

TEST_F(Attempts, AWorkerThatComesBackIsToldOfTheCancel) {
    start();
    worker.is_connected = false;
    cancel();
    worker.is_connected = true;
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("welcome", "cancel t#1"));
}

TEST_F(Attempts, AWorkerThatNeverGotACancelledAttemptIsToldBoth) {
    // It got the attempt without the cancel, and worked on it until it was ended by force.
    worker.is_connected = false;
    edge.start("t");
    cancel();
    worker.is_connected = true;
    worker.hello();
    world.settle();
    const auto heard = worker.heard();
    EXPECT_THAT(heard, ElementsAre("welcome", "assign t#1", "cancel t#1"));
}

// Inputs.

TEST_F(Attempts, InputIsAnEventAndReachesTheAttempt) {
    start();
    worker.emit("t", "task.waiting", R"({"prompt":"ok?"})");
    world.settle();
    EXPECT_EQ(edge.state("t").at("waiting"), true);
    EXPECT_EQ(input("\"yes\"").number("offset"), 4);
    EXPECT_EQ(edge.state("t").at("waiting"), false);
    EXPECT_EQ(log().back(), "4 task.input");
    EXPECT_EQ(text_of(last()), R"({"data":"yes","by":"ann"})");
    EXPECT_THAT(worker.heard(), ElementsAre("ack", "input t#1 \"yes\""));
}

TEST_F(Attempts, InputBeforeTheStartIsKept) {
    worker.bye();
    world.settle();
    start();
    input("1");
    input("2");
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("welcome", "assign t#1", "input t#1 1", "input t#1 2"));
}

TEST_F(Attempts, InputToAHeldTaskIsKept) {
    // Releasing a held task began its run anew, and forgot what it had been sent.
    start(R"(,"hold":true)");
    input("1");
    edge.ask("run", R"({"task":"t"})");
    EXPECT_THAT(worker.heard(), ElementsAre("assign t#1", "input t#1 1"));
}

TEST_F(Attempts, InputAfterTheEndIsAConflict) {
    start();
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_EQ(input("1").code, "conflict");
    EXPECT_EQ(edge.ask("input", R"({"task":"nobody","data":1})").code, "not_found");
    EXPECT_EQ(edge.ask("input", R"({"task":"t"})").field, "data");
}

TEST_F(Attempts, InputsAreReplayedToANewAttempt) {
    start();
    input("1");
    input("2");
    fail();
    input("3");
    worker.heard();
    world.pass(1100);
    EXPECT_THAT(worker.heard(), ElementsAre("assign t#2", "input t#2 1", "input t#2 2", "input t#2 3"));
}

TEST_F(Attempts, InputsAreOfOneRun) {
    start();
    input("1");
    worker.emit("t", "task.completed");
    world.settle();
    worker.heard();
    edge.ask("run", R"({"task":"t"})");
    EXPECT_THAT(worker.heard(), ElementsAre("assign t#2"));
}

TEST_F(Attempts, InputsMissedWhileAwayAreToldOnce) {
    start();
    input("1");
    worker.is_connected = false;
    input("2");
    worker.is_connected = true;
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.inputs, ElementsAre(std::pair("t#1", "1"), std::pair("t#1", "2")));
}

TEST_F(Attempts, TooMuchInputIsRefused) {
    start();
    const auto big = "\"" + std::string(1'000'000, 'x') + "\"";
    for (int i = 0; i < 4; ++i) EXPECT_EQ(input(big).code, "");
    EXPECT_EQ(input(big).code, "too_many");
    EXPECT_EQ(input("1").code, "") << "a small one still fits";
}

TEST_F(Attempts, TooManyInputsAreRefused) {
    start();
    std::uint64_t last_request = 0;
    for (int i = 0; i < 10'001; ++i) last_request = edge.send("input", R"({"task":"t","data":1})");
    world.settle();
    EXPECT_EQ(edge.answers[last_request].code, "too_many");
    EXPECT_EQ(edge.answers[last_request - 1].code, "");
}

}  // namespace
}  // namespace longwire::broker::testing
