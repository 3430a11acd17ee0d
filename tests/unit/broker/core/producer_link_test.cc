#include <gmock/gmock.h>

#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct ProducerLink : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker();

    void join(FakeWorker& who) {
        who.hello();
        world.settle();
        who.heard();
    }
    /// The worker has attempt 1 of task t.
    void join_with_task() {
        join(worker);
        edge.start("t");
        worker.heard();
    }
};

TEST_F(ProducerLink, NumbersEventsPerTopicFromOneWithoutHoles) {
    join(worker);
    for (const auto* type : {"a", "b", "c"}) worker.publish("room/a", type);
    worker.publish("room/b", "d");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 a", "2 b", "3 c"));
    EXPECT_THAT(world.log_of("room/b"), ElementsAre("1 d"));
}

TEST_F(ProducerLink, EpochsAreTheTopicsOwnAndStay) {
    join(worker);
    worker.publish("room/a", "one");
    worker.publish("room/b", "one");
    world.settle();
    worker.publish("room/a", "two");
    world.settle();
    const auto a = world.events_of("room/a");
    const auto b = world.events_of("room/b");
    EXPECT_NE(a[0].epoch, 0U);
    EXPECT_EQ(a[0].epoch, a[1].epoch);
    EXPECT_NE(a[0].epoch, b[0].epoch);
}

TEST_F(ProducerLink, StoresADoubleOnce) {
    join(worker);
    worker.duplicates_pub = true;
    worker.publish("room/a", "one");
    worker.publish("room/a", "two");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one", "2 two"));
    EXPECT_EQ(world.broker().stats().events_duplicate, 2U);
}

TEST_F(ProducerLink, AsksForAHoleAfterAWhileAndKeepsWhatCameEarly) {
    join(worker);
    worker.loses_pub = true;
    worker.publish("room/a", "one");
    world.settle();
    worker.loses_pub = false;
    worker.publish("room/a", "two");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), IsEmpty());
    world.turn(1);
    EXPECT_THAT(worker.heard(), IsEmpty()) << "it may still come by itself";
    world.pass(30);
    EXPECT_THAT(worker.heard(), ElementsAre("resend 1-1", "ack"));
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one", "2 two"));
}

TEST_F(ProducerLink, NoticesALostTailByTheHeartbeat) {
    join(worker);
    worker.loses_pub = true;
    worker.publish("room/a", "one");
    world.pass(1500);
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one"));
    EXPECT_THAT(worker.heard(), ElementsAre("resend 1-1", "ack"));
}

TEST_F(ProducerLink, EventsBeforeTheSubscriptionComeOverTheLink) {
    join(worker);
    worker.publishes_by_pub = false;
    worker.publish("room/a", "one");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one"));
}

TEST_F(ProducerLink, EventsWithoutASessionWaitForIt) {
    join(worker);
    world.restart();
    worker.publish("room/a", "one");
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), IsEmpty());
    worker.hello();
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one"));
}

TEST_F(ProducerLink, DropsWhatIsNotOfItsMaking) {
    join(worker);
    const auto refused = [&](const std::string& key, const std::string& envelopes) {
        BrokerInbox in;
        BrokerOutbox out;
        in.published.push_back({key, std::make_shared<const std::string>(envelopes)});
        const auto before = world.broker().stats().events_refused;
        world.broker().step(world.now_us(), in, out);
        return world.broker().stats().events_refused == before + 1 && out.notices.size() == 1;
    };
    const auto path = path_of("room/a");
    const auto partition = partition_of(path, 16);
    EXPECT_TRUE(refused("nonsense", ""));
    EXPECT_TRUE(refused(topic_key(path, (partition + 1) % 16), "")) << "of another partition";
    EXPECT_TRUE(refused(topic_key(path, partition), "\xc1"));
}

/// An envelope of the worker's with a header that nobody can read.
std::string unreadable_envelope(std::uint64_t sequence) {
    std::string bytes;
    MsgpackWriter writer(bytes);
    writer.array(3);
    writer.string("w");
    writer.unsigned_integer(1);
    writer.unsigned_integer(sequence);
    return bytes;
}

TEST_F(ProducerLink, RefusesAnEventThatItCannotReadAndGoesOnAfterIt) {
    join(worker);
    const auto path = path_of("room/a");
    const auto partition = partition_of(path, 16);
    std::string good;
    Envelope envelope;
    envelope.producer = "w";
    envelope.incarnation = 1;
    envelope.type = "one";
    const auto publish = [&](const std::string& envelopes) {
        world.published.push_back({topic_key(path, partition), std::make_shared<const std::string>(envelopes)});
        world.turn();
    };
    envelope.sequence = 2;
    write_envelope(envelope, good);
    publish(unreadable_envelope(1) + good);
    std::string later;
    envelope.sequence = 4;
    write_envelope(envelope, later);
    publish(later + unreadable_envelope(5));
    publish(unreadable_envelope(3));
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one", "2 one"));
    EXPECT_EQ(worker.count("refused bad_request"), 3U);
    EXPECT_EQ(world.broker().stats().events_refused, 3U);
}

TEST_F(ProducerLink, CountsAnAttemptsEventsAgainstItsWorkersOwnCount) {
    join_with_task();
    worker.emit("t", "log");
    worker.emit("t", "task.completed", R"({"events":1})");
    world.settle();
    EXPECT_EQ(world.broker().stats().differences_to_log, 0U);
    edge.start("u");
    worker.emit("u", "log");
    worker.emit("u", "task.completed", R"({"events":3})");
    world.settle();
    EXPECT_EQ(world.broker().stats().differences_to_log, 1U);
}

TEST_F(ProducerLink, RefusesAnEventOfAnotherAttemptAndGoesOnAfterIt) {
    join_with_task();
    worker.emit_as("t", 2, "log");
    worker.emit("t", "log");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("refused conflict", "ack"));
    EXPECT_EQ(worker.sender().kept_bytes(), 0U) << "a refused event's sequence counts as done";
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started", "3 log"));
    EXPECT_EQ(world.broker().stats().events_refused, 1U);
}

TEST_F(ProducerLink, RefusesAnEventOfAnUnknownTask) {
    join(worker);
    worker.emit_as("nobody", 1, "log");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("refused not_found", "ack"));
    EXPECT_EQ(world.broker().topics(), 0U) << "a refused event must not leave a topic behind";
}

TEST_F(ProducerLink, RefusesTypesThatAreTheBrokersOwn) {
    join_with_task();
    for (const auto* type :
         {"task.queued", "task.started", "task.retrying", "task.cancelling", "task.expired", "task.input"}) {
        worker.emit("t", type);
        world.settle();
        EXPECT_THAT(worker.heard(), ElementsAre("refused bad_request", "ack")) << type;
    }
    EXPECT_EQ(world.log_of("task/t").size(), 2U);
}

TEST_F(ProducerLink, RefusesTopicsBelowATask) {
    join_with_task();
    worker.publish("task/t/more", "log");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("refused bad_request", "ack"));
}

TEST_F(ProducerLink, AnAttemptMayPublishElsewhereWhileItHoldsItsTask) {
    join_with_task();
    Envelope extra;
    extra.task = "t";
    extra.attempt = 1;
    worker.publish("room/a", "one", "{}", extra);
    extra.attempt = 2;
    worker.publish("room/a", "two", "{}", extra);
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 one"));
}

TEST_F(ProducerLink, EventsElsewhereAreNotTheTasksState) {
    // A task's failure told in a room was turned into a retry there, although the task went on.
    join_with_task();
    Envelope extra;
    extra.task = "t";
    extra.attempt = 1;
    worker.publish("room/a", "task.failed", R"({"retryable":true})", extra);
    world.settle();
    EXPECT_THAT(world.log_of("room/a"), ElementsAre("1 task.failed"));
    EXPECT_EQ(edge.state("t").at("state"), "RUNNING");
}

TEST_F(ProducerLink, AResendOfARefusedEventIsADouble) {
    join_with_task();
    worker.duplicates_pub = true;
    worker.emit_as("t", 2, "log");
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("refused conflict", "ack"));
}

TEST_F(ProducerLink, RefusesAnOlderIncarnation) {
    auto& later = world.worker({.name = "w", .incarnation = 5});
    join(later);
    auto& older = world.worker({.name = "w", .incarnation = 4});
    older.hello();
    world.settle();
    EXPECT_THAT(older.heard(), ElementsAre("hello refused"));
}

TEST_F(ProducerLink, EventsOfAnOlderIncarnationAreDropped) {
    join(worker);
    worker.publish("room/a", "old");
    BrokerInbox late;
    worker.send_into(late);
    auto& later = world.worker({.name = "w", .incarnation = 2});
    join(later);
    BrokerOutbox out;
    world.broker().step(world.now_us(), late, out);
    EXPECT_FALSE(out.commit.has_value());
}

TEST_F(ProducerLink, RefusesAnotherNameThanTheConnections) {
    BrokerInbox in;
    BrokerOutbox out;
    link::WorkerHello hello;
    hello.version = kProtocolVersion;
    hello.worker = "somebody";
    hello.incarnation = 1;
    in.from_workers.push_back({"else", link::encode(1, hello)});
    world.broker().step(world.now_us(), in, out);
    ASSERT_EQ(out.to_workers.size(), 1U);
    const auto answer = link::decode<link::BrokerToWorker>(out.to_workers[0].bytes);
    EXPECT_TRUE(std::holds_alternative<link::HelloRefused>(answer->message));
}

TEST_F(ProducerLink, ANewIncarnationLosesTheAttemptsOfTheOldOne) {
    join_with_task();
    auto& reborn = world.worker({.name = "w", .incarnation = 2});
    join(reborn);
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started", "3 task.retrying"));
    world.pass(1100);
    EXPECT_THAT(reborn.heard(), ElementsAre("assign t#2"));
}

TEST_F(ProducerLink, AWorkerThatComesBackInMidTaskGoesOnWithIt) {
    join_with_task();
    worker.emit("t", "log");
    world.settle();
    worker.heard();
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("welcome"));
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started", "3 log", "4 task.completed"));
}

TEST_F(ProducerLink, AnAttemptThatNeverArrivedIsSentAgain) {
    join(worker);
    worker.is_connected = false;
    edge.start("t");
    world.settle();
    EXPECT_THAT(worker.attempts(), IsEmpty());
    worker.is_connected = true;
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), ElementsAre("welcome", "assign t#1"));
}

TEST_F(ProducerLink, RevokesWhatIsNotTheWorkersAnyMore) {
    join_with_task();
    worker.is_connected = false;
    world.pass(5000);
    EXPECT_THAT(world.log_of("task/t"), Contains("3 task.retrying"));
    worker.is_connected = true;
    worker.hello();
    world.settle();
    EXPECT_THAT(worker.heard(), Contains("revoke t#1"));
}

TEST_F(ProducerLink, AWorkerGoesOnAfterARestartOfTheBroker) {
    join_with_task();
    worker.emit("t", "log");
    world.settle();
    worker.rejoins = true;
    worker.heard();
    world.restart();
    world.pass(2000);
    EXPECT_THAT(worker.heard(), ElementsAre("reset", "welcome"));
    worker.emit("t", "task.completed");
    world.settle();
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started", "3 log", "4 task.completed"));
}

TEST_F(ProducerLink, AWorkerThatDoesNotComeBackAfterARestartLosesItsAttempt) {
    join_with_task();
    worker.is_connected = false;
    world.restart();
    world.pass(3500);
    EXPECT_EQ(world.log_of("task/t").size(), 2U) << "it has one lease of time";
    world.pass(1000);
    EXPECT_THAT(world.log_of("task/t"), Contains("3 task.retrying"));
}

TEST_F(ProducerLink, ARestartedBrokerKnowsTheHoldersLifeThoughItHasNotSaidAWord) {
    // The log told of the worker's last life only, so that its present one was taken for a new one and lost the attempt
    // that it was at work on.
    join(worker);
    worker.publish("room/a", "in the first life");
    world.settle();
    auto& reborn = world.worker({.name = "w", .incarnation = 2});
    join(reborn);
    edge.start("t");
    reborn.heard();
    world.restart();
    reborn.hello();
    world.settle();
    EXPECT_THAT(reborn.heard(), ElementsAre("welcome"));
    EXPECT_THAT(world.log_of("task/t"), ElementsAre("1 task.queued", "2 task.started"));
    world.restart();
    auto& third = world.worker({.name = "w", .incarnation = 3});
    join(third);
    EXPECT_THAT(world.log_of("task/t"), Contains("3 task.retrying")) << "a later life never had the attempt";
}

TEST_F(ProducerLink, ARestartedBrokerTakesARefusedTailAsDone) {
    // Refused events leave no trace in the log: a broker that went by its log alone would ask for one that the worker
    // has forgotten, for ever.
    join_with_task();
    worker.emit_as("t", 9, "log");
    world.settle();
    world.restart();
    worker.hello();
    world.settle();
    worker.heard();
    worker.emit("t", "log");
    world.pass(100);
    EXPECT_THAT(worker.heard(), ElementsAre("ack"));
    EXPECT_THAT(world.log_of("task/t"), Contains("3 log"));
}

TEST_F(ProducerLink, ALostMessageEndsTheSession) {
    join(worker);
    worker.is_connected = false;
    worker.draining();
    BrokerInbox lost;
    worker.send_into(lost);
    worker.is_connected = true;
    worker.rejoins = true;
    world.pass(1500);
    EXPECT_THAT(worker.heard(), ElementsAre("reset", "welcome"));
    EXPECT_THAT(world.notices, Contains(HasSubstr("worker w joined")));
}

TEST_F(ProducerLink, AMalformedMessageEndsTheSession) {
    join(worker);
    BrokerInbox in;
    BrokerOutbox out;
    in.from_workers.push_back({"w", "nonsense"});
    world.broker().step(world.now_us(), in, out);
    ASSERT_EQ(out.to_workers.size(), 1U);
    const auto answer = link::decode<link::BrokerToWorker>(out.to_workers[0].bytes);
    EXPECT_TRUE(std::holds_alternative<link::LinkReset>(answer->message));
}

TEST_F(ProducerLink, ALeaseShorterThanTheLinksPatienceEndsTheSessionToo) {
    // The scheduler forgot a worker whose session lived on: it heartbeated happily and never got a task again.
    auto options = World::defaults();
    options.broker.scheduler.lease_ms = 1000;
    World short_leases(options);
    auto& w = short_leases.worker();
    auto& e = short_leases.edge();
    w.rejoins = true;
    w.hello();
    short_leases.settle();
    w.is_heartbeating = false;
    short_leases.pass(1500);
    w.is_heartbeating = true;
    short_leases.pass(1500);
    e.start("t");
    EXPECT_THAT(w.heard(), Contains("assign t#1"));
}

TEST_F(ProducerLink, ALostConnectionGetsNoNewTasks) {
    // Until its lease was over a dead worker was handed one task after another, and each lost an attempt by it.
    auto& dead = world.worker({.name = "dead", .capacity = 4});
    join(dead);
    edge.start("a");
    dead.is_connected = false;
    world.broker().peer_unreachable(PeerKind::worker, "dead");
    edge.start("b");
    EXPECT_THAT(world.log_of("task/b"), ElementsAre("1 task.queued"));
    join(worker);
    EXPECT_THAT(world.log_of("task/b"), ElementsAre("1 task.queued", "2 task.started"));
    EXPECT_EQ(edge.state("b").at("worker"), "w");
}

}  // namespace
}  // namespace longwire::broker::testing
