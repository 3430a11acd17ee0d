#include "protocol/link/subscriber_receiver.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "protocol/limits.h"
#include "tests/unit/protocol/link/subscriber_receiver_fixture.h"

namespace longwire::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::int64_t kHeartbeatUs = kHeartbeatMs * 1000;

TEST_F(SubscriberReceiverTest, SaysHelloUntilItIsWelcome) {
    receiver_.tick(now_us_);
    const auto hello = last<EdgeHello>();
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->version, kProtocolVersion);
    EXPECT_EQ(hello->edge, "edge-1");
    EXPECT_EQ(hello->window_bytes, 1000U);
    EXPECT_EQ(sent_[0].number, 1U);
    tick_after(kHelloAgainUs - 1);
    EXPECT_EQ(all<EdgeHello>().size(), 1U);
    tick_after(1);
    EXPECT_EQ(all<EdgeHello>().size(), 2U);
    EXPECT_FALSE(receiver_.is_up());
    welcome();
    EXPECT_TRUE(receiver_.is_up());
    EXPECT_EQ(listener_.ups, 1);
    tick_after(kHelloAgainUs);
    EXPECT_EQ(all<EdgeHello>().size(), 2U);
}

TEST_F(SubscriberReceiverTest, KnowsWhyItIsNotWelcomeUntilItIs) {
    receiver_.tick(now_us_);
    broker_says(HelloRefused{"another version"});
    EXPECT_EQ(receiver_.refusal(), "another version");
    EXPECT_FALSE(receiver_.is_up());
    take();
    tick_after(kHelloAgainUs);
    take();
    EXPECT_TRUE(last<EdgeHello>()) << "a broker may be replaced by one that will";
    welcome();
    EXPECT_TRUE(receiver_.is_up());
    EXPECT_EQ(receiver_.refusal(), "");
}

TEST_F(SubscriberReceiverTest, AsksForAllTopicsAndFiltersWhenWelcome) {
    receiver_.subscribe("dev/a");
    receiver_.subscribe("dev/b");
    receiver_.subscribe_filter("dev", "room/+");
    receiver_.tick(now_us_);
    EXPECT_THAT(all<Subscribe>(), IsEmpty());
    welcome();
    EXPECT_EQ(all<Subscribe>().size(), 2U);
    EXPECT_EQ(all<Subscribe>()[0].epoch, 0U);
    ASSERT_TRUE(last<SubscribeFilter>());
    EXPECT_EQ(last<SubscribeFilter>()->filter, "room/+");
    for (std::size_t i = 0; i < sent_.size(); ++i) EXPECT_EQ(sent_[i].number, i + 1);
}

TEST_F(SubscriberReceiverTest, TellsWhereATopicBeginsAndPassesItsEventsOn) {
    connect();
    subscribe("dev/a", 5);
    ASSERT_EQ(listener_.subscriptions.size(), 1U);
    EXPECT_EQ(listener_.subscriptions[0].first, "dev/a");
    EXPECT_EQ(listener_.subscriptions[0].second.after, 5U);
    deliver("dev/a", 6, 2);
    deliver("dev/a", 8, 1);
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(6, 7, 8));
}

TEST_F(SubscriberReceiverTest, ASecondSubscribeAsksNothing) {
    connect();
    subscribe("dev/a", 0);
    receiver_.subscribe("dev/a");
    EXPECT_EQ(all<Subscribe>().size(), 1U);
}

TEST_F(SubscriberReceiverTest, ARefusedSubscribeIsToldAndForgotten) {
    connect();
    receiver_.subscribe("dev/a");
    broker_says(Reply{last<Subscribe>()->request, {}, "bad_request", "no", "topic", 0});
    ASSERT_EQ(listener_.refusals.size(), 1U);
    EXPECT_EQ(listener_.refusals[0].second, bad_request("topic", "no"));
    receiver_.subscribe("dev/a");
    EXPECT_EQ(all<Subscribe>().size(), 2U);
}

TEST_F(SubscriberReceiverTest, DropsDoublesAndThePartOfAMessageThatIsOne) {
    connect();
    subscribe("dev/a", 0);
    deliver("dev/a", 1, 3);
    deliver("dev/a", 2, 2);
    deliver("dev/a", 2, 4);
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_TRUE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, AHoleEndsTheSession) {
    connect();
    subscribe("dev/a", 0);
    deliver("dev/a", 2, 1);
    EXPECT_FALSE(receiver_.is_up());
    EXPECT_EQ(listener_.downs, 1);
    EXPECT_THAT(listener_.offsets("dev/a"), IsEmpty());
}

TEST_F(SubscriberReceiverTest, AnEmptyDeliveryIsNothing) {
    // A group without events made its last offset 0 - 1, and the receiver cut off more than there was.
    connect();
    subscribe("dev/a", 5);
    deliver("dev/a", 0, 0);
    deliver("dev/a", 6, 0);
    deliver("dev/a", 99, 0);
    EXPECT_TRUE(receiver_.is_up());
    deliver("dev/a", 6, 1);
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(6));
}

TEST_F(SubscriberReceiverTest, ALostMessageEndsTheSessionAndTheNextOneGoesOn) {
    connect();
    subscribe("dev/a", 0);
    deliver("dev/a", 1, 2);
    lose_one();
    deliver("dev/a", 5, 1);
    EXPECT_FALSE(receiver_.is_up());
    clear();
    tick_after(0);
    EXPECT_EQ(all<EdgeHello>().size(), 1U);
    welcome();
    const auto again = last<Subscribe>();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->epoch, kEpoch);
    EXPECT_EQ(again->after, 2U);
    answer_subscribe(2);
    deliver("dev/a", 3, 3);
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_EQ(listener_.subscriptions.size(), 1U);
}

TEST_F(SubscriberReceiverTest, ARepeatedMessageEndsTheSession) {
    connect();
    --said_;
    broker_says(BrokerHeartbeat{});
    EXPECT_FALSE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, AResetIsAnsweredWithHello) {
    connect();
    clear();
    receiver_.receive(encode(0, LinkReset{"no session"}), now_us_);
    EXPECT_FALSE(receiver_.is_up());
    EXPECT_EQ(listener_.downs, 1);
    EXPECT_EQ(all<EdgeHello>().size(), 1U);
}

TEST_F(SubscriberReceiverTest, ManyResetsForOneLostSessionAreOneHello) {
    // Each reset, and each message it couldn't read, was answered with a hello at once: a broker that answers hellos
    // with something unreadable and an edge kept each other busy at the speed of the network.
    connect();
    clear();
    for (int i = 0; i < 10; ++i) receiver_.receive(encode(0, LinkReset{"no session"}), now_us_);
    for (int i = 0; i < 10; ++i) receiver_.receive("\xC1", now_us_);
    EXPECT_EQ(all<EdgeHello>().size(), 1U);
    tick_after(kHelloAgainUs);
    EXPECT_EQ(all<EdgeHello>().size(), 2U);
    welcome();
    EXPECT_TRUE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, WhatIsMalformedEndsTheSession) {
    connect();
    receiver_.receive("\x93\x01\x02", now_us_);
    EXPECT_FALSE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, WhatComesBeforeTheWelcomeIsOfAnOlderSession) {
    receiver_.subscribe("dev/a");
    receiver_.tick(now_us_);
    deliver("dev/a", 1, 3);
    broker_says(LinkReset{"old"});
    EXPECT_THAT(listener_.events, IsEmpty());
    EXPECT_EQ(listener_.downs, 0);
    welcome();
    EXPECT_TRUE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, ASecondWelcomeStartsTheBrokersNumbersAnew) {
    receiver_.subscribe("dev/a");
    receiver_.tick(now_us_);
    tick_after(kHelloAgainUs);  // the first hello was only slow
    welcome();
    welcome();
    EXPECT_EQ(listener_.ups, 1);
    answer_subscribe(0);
    deliver("dev/a", 1, 1);
    EXPECT_TRUE(receiver_.is_up());
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(1));
}

TEST_F(SubscriberReceiverTest, ANewEpochIsToldAndBeginsWhereTheBrokerSays) {
    connect();
    subscribe("dev/a", 8);
    deliver("dev/a", 9, 1);
    receiver_.receive(encode(0, LinkReset{"restarted"}), now_us_);
    welcome();
    answer_subscribe(0, kEpoch + 1);
    ASSERT_EQ(listener_.subscriptions.size(), 2U);
    EXPECT_EQ(listener_.subscriptions[1].second.epoch, kEpoch + 1);
    deliver("dev/a", 1, 2, kEpoch + 1);
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(9, 1, 2));
}

TEST_F(SubscriberReceiverTest, EventsOfAnotherEpochEndTheSession) {
    connect();
    subscribe("dev/a", 0);
    deliver("dev/a", 1, 1, kEpoch + 1);
    EXPECT_FALSE(receiver_.is_up());
}

TEST_F(SubscriberReceiverTest, AGapMovesTheTopicOn) {
    connect();
    subscribe("dev/a", 0);
    broker_says(DeliveryGap{"dev/a", kEpoch, 1, 4});
    deliver("dev/a", 5, 1);
    EXPECT_THAT(listener_.gaps["dev/a"], ElementsAre(Pair(1, 4)));
    EXPECT_THAT(listener_.offsets("dev/a"), ElementsAre(5));
    broker_says(DeliveryGap{"dev/a", kEpoch, 2, 3});
    EXPECT_EQ(listener_.gaps["dev/a"].size(), 1U);
}

TEST_F(SubscriberReceiverTest, AfterUnsubscribeTheAnswerStillUnderWayIsIgnored) {
    connect();
    receiver_.subscribe("dev/a");
    const auto request = last<Subscribe>()->request;
    receiver_.unsubscribe("dev/a");
    EXPECT_EQ(last<Unsubscribe>()->path, "dev/a");
    broker_says(Subscribed{request, kEpoch, 0, 0, 1});
    EXPECT_THAT(listener_.subscriptions, IsEmpty());
    receiver_.unsubscribe("dev/a");
    EXPECT_EQ(all<Unsubscribe>().size(), 1U);
}

TEST_F(SubscriberReceiverTest, UnsubscribedWhileDownIsNotAskedForAgain) {
    connect();
    receiver_.subscribe("dev/a");
    receiver_.subscribe_filter("dev", "#");
    receiver_.unreachable(now_us_);
    receiver_.unsubscribe("dev/a");
    receiver_.unsubscribe_filter("dev", "#");
    clear();
    connect();
    EXPECT_THAT(all<Subscribe>(), IsEmpty());
    EXPECT_THAT(all<SubscribeFilter>(), IsEmpty());
    EXPECT_THAT(all<Unsubscribe>(), IsEmpty());
}

TEST_F(SubscriberReceiverTest, ConfirmsWhenAQuarterOfTheWindowIsConsumed) {
    connect();
    subscribe("dev/a", 0);
    const auto size = encode(1, Deliver{{{"dev/a", kEpoch, 1, {Blob{"e"}}}}}).size();
    std::uint64_t offset = 0;
    while (!last<Credit>()) deliver("dev/a", ++offset, 1);
    const auto consumed = last<Credit>()->consumed_bytes;
    EXPECT_EQ(consumed, offset * size);
    EXPECT_GE(consumed, 250U);
    EXPECT_LT(consumed, 250U + size);
}

TEST_F(SubscriberReceiverTest, BytesAreCountedAnewInEachSession) {
    connect();
    subscribe("dev/a", 0);
    for (std::uint64_t offset = 1; offset < 5; ++offset) deliver("dev/a", offset, 1);
    receiver_.unreachable(now_us_);
    clear();
    connect();
    answer_subscribe(4);
    for (std::uint64_t offset = 5; !last<Credit>(); ++offset) deliver("dev/a", offset, 1);
    EXPECT_LT(last<Credit>()->consumed_bytes, 300U);
}

TEST_F(SubscriberReceiverTest, QuietForASecondItSaysAHeartbeat) {
    connect();
    clear();
    tick_after(kHeartbeatUs - 1);
    EXPECT_THAT(all<EdgeHeartbeat>(), IsEmpty());
    tick_after(1);
    EXPECT_EQ(all<EdgeHeartbeat>().size(), 1U);
}

TEST_F(SubscriberReceiverTest, ABrokerSilentForThreeHeartbeatsIsLost) {
    connect();
    tick_after(3 * kHeartbeatUs);
    EXPECT_TRUE(receiver_.is_up());
    broker_says(BrokerHeartbeat{});
    tick_after(3 * kHeartbeatUs);
    EXPECT_TRUE(receiver_.is_up());
    tick_after(1);
    EXPECT_FALSE(receiver_.is_up());
    EXPECT_EQ(listener_.downs, 1);
}

TEST_F(SubscriberReceiverTest, ARequestIsAnsweredOnce) {
    connect();
    const auto number = receiver_.request("dev", "ada", "state", "\x80", true, now_us_);
    const auto request = last<Request>();
    ASSERT_TRUE(request);
    EXPECT_EQ(request->request, number);
    EXPECT_EQ(request->user, "ada");
    EXPECT_EQ(request->command, "state");
    broker_says(Reply{number, {"\x01"}, "", "", "", 0});
    broker_says(Reply{number, {"\x02"}, "", "", "", 0});
    EXPECT_THAT(listener_.replies, ElementsAre(Pair(number, "ok \x01")));
}

TEST_F(SubscriberReceiverTest, AFetchIsAnsweredWithItsPage) {
    connect();
    const auto number = receiver_.fetch("dev/a", kEpoch, 3, 100, now_us_);
    EXPECT_EQ(last<Fetch>()->after, 3U);
    broker_says(Fetched{number, kEpoch, 5, 1, 4, {Blob{"a"}, Blob{"b"}}});
    EXPECT_THAT(listener_.replies, ElementsAre(Pair(number, "page of 2")));
}

TEST_F(SubscriberReceiverTest, OnlyARepeatableRequestIsAskedAgainInTheNextSession) {
    connect();
    const auto repeatable = receiver_.request("dev", "ada", "state", "\x80", true, now_us_);
    const auto once = receiver_.request("dev", "ada", "input", "\x80", false, now_us_);
    const auto page = receiver_.fetch("dev/a", 0, 0, 1, now_us_);
    clear();
    receiver_.unreachable(now_us_);
    EXPECT_THAT(listener_.replies, ElementsAre(Pair(once, "unavailable")));
    connect();
    ASSERT_EQ(all<Request>().size(), 1U);
    EXPECT_EQ(last<Request>()->request, repeatable);
    EXPECT_EQ(last<Fetch>()->request, page);
    broker_says(Reply{repeatable, {"\x01"}, "", "", "", 0});
    EXPECT_EQ(listener_.replies.size(), 2U);
}

TEST_F(SubscriberReceiverTest, WithoutABrokerOnlyTheRepeatableWait) {
    const auto repeatable = receiver_.request("dev", "ada", "state", "\x80", true, now_us_);
    const auto once = receiver_.request("dev", "ada", "input", "\x80", false, now_us_);
    EXPECT_THAT(listener_.replies, IsEmpty());
    tick_after(0);
    EXPECT_THAT(listener_.replies, ElementsAre(Pair(once, "unavailable")));
    welcome();
    EXPECT_EQ(last<Request>()->request, repeatable);
}

TEST_F(SubscriberReceiverTest, PatienceEndsAfterTenSeconds) {
    const auto number = receiver_.fetch("dev/a", 0, 0, 1, now_us_);
    tick_after(SubscriberReceiver::kPatienceUs - 1);
    EXPECT_THAT(listener_.replies, IsEmpty());
    tick_after(1);
    EXPECT_THAT(listener_.replies, ElementsAre(Pair(number, "unavailable")));
    connect();
    EXPECT_THAT(all<Fetch>(), IsEmpty());
}

TEST_F(SubscriberReceiverTest, MoreRequestsThanTheBoundFailWithoutBeingSent) {
    connect();
    for (int i = 0; i < 5; ++i) receiver_.request("dev", "ada", "state", "\x80", true, now_us_);
    EXPECT_EQ(all<Request>().size(), 3U);
    EXPECT_THAT(listener_.replies, IsEmpty());
    tick_after(0);
    EXPECT_EQ(listener_.replies.size(), 2U);
}

TEST_F(SubscriberReceiverTest, SaysByeOnlyInASession) {
    receiver_.say_bye(now_us_);
    EXPECT_THAT(receiver_.take_outgoing(), IsEmpty());
    connect();
    receiver_.say_bye(now_us_);
    EXPECT_EQ(all<EdgeBye>().size(), 1U);
}

TEST_F(SubscriberReceiverTest, ReportsToWhoKnowsWhatThatIs) {
    const auto report = prepare(EdgeReport{.program = "edge 1", .figures = {}, .slow = {}});
    receiver_.report(report);
    connect();
    receiver_.report(report);
    EXPECT_EQ(last<EdgeReport>()->program, "edge 1");
    broker_says(LinkReset{"begin anew"});
    know_messages_to(EdgeReport::kKind - 1);
    connect();
    clear();
    receiver_.report(report);
    take();
    EXPECT_FALSE(last<EdgeReport>());
}

}  // namespace
}  // namespace longwire::link
