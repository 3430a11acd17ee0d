// Tasks that are cancelled when no connection is there for them.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

constexpr std::string_view kCancel = R"(,"on_disconnect":"cancel","connection":")";

struct Attachments : ::testing::Test {
    World world;
    FakeEdge& one = world.edge("one");
    FakeEdge& two = world.edge("two");

    static Answer start(FakeEdge& edge, const std::string& task, const std::string& connection,
                        const std::string& more = "") {
        return edge.start(task, std::string(kCancel) + connection + '"' + more);
    }
    static Answer attach(FakeEdge& edge, const std::string& task, const std::string& connection) {
        return edge.ask("attach", R"({"task":")" + task + R"(","connection":")" + connection + "\"}");
    }
    void leave(FakeEdge& edge, const std::string& connection) {
        edge.receiver().connection_gone(connection);
        world.settle();
    }
    std::string state_of(const std::string& task) { return std::string(two.state(task).at("state").as_string()); }
};

TEST_F(Attachments, ATaskIsCancelledWhenItsConnectionHasBeenGoneForTheGraceTime) {
    start(one, "t", "c");
    world.pass(30'000);
    EXPECT_EQ(state_of("t"), "PENDING");
    leave(one, "c");
    world.pass(9'900);
    EXPECT_EQ(state_of("t"), "PENDING");
    world.pass(200);
    EXPECT_EQ(state_of("t"), "CANCELLED");
    const auto end = world.events_of("task/t").back().data.as_object();
    EXPECT_EQ(end.at("reason"), "disconnected");
    EXPECT_TRUE(end.at("by").is_null());
}

TEST_F(Attachments, ARunningOneIsAskedToEndAndItsChildrenWithIt) {
    auto& worker = world.worker({});
    worker.hello();
    start(one, "t", "c", R"(,"disconnect_grace_s":1)");
    one.start("child", R"(,"parent":"t")");
    leave(one, "c");
    world.pass(900);
    EXPECT_EQ(worker.count("cancel"), 0U);
    world.pass(200);
    EXPECT_EQ(worker.count("cancel t#1"), 1U);
    EXPECT_EQ(state_of("child"), "CANCELLED");
    world.pass(1'000);
    EXPECT_EQ(worker.count("cancel t#1"), 1U) << "once";
}

TEST_F(Attachments, WhoeverAttachesInTimeKeepsItAtAnyEdge) {
    start(one, "t", "c");
    leave(one, "c");
    world.pass(5'000);
    EXPECT_EQ(attach(two, "t", "c2").text("state"), "PENDING");
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "PENDING");
    leave(one, "c2");  // another edge's connection of that name
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "PENDING");
    leave(two, "c2");
    world.pass(10'100);
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

TEST_F(Attachments, ARepeatedStartAttachesToo) {
    start(one, "t", "c");
    leave(one, "c");
    EXPECT_EQ(start(two, "t", "c").ok.at("created"), false);
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "PENDING");
}

TEST_F(Attachments, AllThatAreThereMustHaveGone) {
    start(one, "t", "c1");
    attach(one, "t", "c2");
    leave(one, "c1");
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "PENDING");
    leave(one, "c2");
    world.pass(10'100);
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

TEST_F(Attachments, AnEdgeThatDiesTakesItsConnectionsAlong) {
    start(one, "t", "c");
    start(two, "other", "c");
    one.is_connected = false;
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "CANCELLED");
    EXPECT_EQ(state_of("other"), "PENDING");
}

TEST_F(Attachments, AnEdgeThatComesBackInTimeSaysAnewWhoIsThere) {
    start(one, "t", "c");
    one.is_connected = false;
    world.pass(5'000);
    one.is_connected = true;
    world.pass(1'500);
    EXPECT_EQ(attach(one, "t", "c").code, "");
    world.pass(20'000);
    EXPECT_EQ(state_of("t"), "PENDING");
}

TEST_F(Attachments, ABrokerThatStartsAnewGivesTheWholeTimeAgain) {
    start(one, "t", "c");
    start(one, "u", "c");
    world.pass(60'000);
    world.restart();
    world.pass(5'000);
    attach(one, "t", "c");
    world.pass(10'000);
    EXPECT_EQ(state_of("t"), "PENDING");
    EXPECT_EQ(state_of("u"), "CANCELLED");
}

TEST_F(Attachments, AHeldOneIsCancelledLikewise) {
    start(one, "t", "c", R"(,"hold":true)");
    leave(one, "c");
    world.pass(10'100);
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

TEST_F(Attachments, AStartWithoutAConnectionGoesOnForTheGraceTimeOnly) {
    one.start("t", R"(,"on_disconnect":"cancel")");
    world.pass(9'900);
    EXPECT_EQ(state_of("t"), "PENDING");
    world.pass(200);
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

TEST_F(Attachments, AreForTasksThatWereStartedSoAndForTheSameUser) {
    one.start("free");
    EXPECT_EQ(attach(one, "free", "c").code, "conflict");
    EXPECT_EQ(attach(one, "nobody", "c").code, "not_found");
    start(one, "t", "c");
    const auto number = one.receiver().request(kRealm, "somebody else", "attach",
                                               msgpack(R"({"task":"t","connection":"x"})"), false, world.now_us());
    world.settle();
    EXPECT_EQ(one.answers[number].code, "forbidden");
    leave(one, "c");
    world.pass(30'000);
    EXPECT_EQ(state_of("free"), "PENDING");
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

TEST_F(Attachments, AnEndedOneIsLeftAlone) {
    start(one, "t", "c");
    one.ask("cancel", R"({"task":"t"})");
    EXPECT_EQ(attach(one, "t", "c").text("state"), "CANCELLED");
    leave(one, "c");
    world.pass(20'000);
    one.ask("run", R"({"task":"t"})");
    EXPECT_EQ(state_of("t"), "PENDING") << "a run begins with its own grace time";
    world.pass(10'100);
    EXPECT_EQ(state_of("t"), "CANCELLED");
}

}  // namespace
}  // namespace longwire::broker::testing
