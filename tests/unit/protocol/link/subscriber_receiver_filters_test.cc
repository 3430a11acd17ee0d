#include "protocol/link/subscriber_receiver.h"

#include <gmock/gmock.h>

#include "tests/unit/protocol/link/subscriber_receiver_fixture.h"

namespace longwire::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST_F(SubscriberReceiverTest, AGapOwedToAFilterIsTold) {
    // A gap of a topic that only a filter had asked for was dropped without a word.
    receiver_.subscribe_filter("dev", "room/+");
    connect();
    broker_says(DeliveryGap{"dev/room/a", kEpoch, 3, 9});
    EXPECT_THAT(listener_.gaps["dev/room/a"], ElementsAre(Pair(3, 9)));
}

TEST_F(SubscriberReceiverTest, AGapBeforeTheAnswerToAFirstSubscribeIsTheFilters) {
    // It was dropped without a word, although a filter had asked for these events.
    receiver_.subscribe_filter("dev", "room/+");
    connect();
    receiver_.subscribe("dev/room/a");
    broker_says(DeliveryGap{"dev/room/a", kEpoch, 3, 9});
    answer_subscribe(5);
    deliver("dev/room/a", 6, 1);
    EXPECT_THAT(listener_.offsets("dev/room/a"), ElementsAre(6));
    EXPECT_THAT(listener_.gaps["dev/room/a"], ElementsAre(Pair(3, 9)));
}

TEST_F(SubscriberReceiverTest, AGapBeforeTheAnswerToARenewedSubscribeIsLeftToItsDeliveries) {
    connect();
    subscribe("dev/room/a", 2);
    receiver_.unreachable(now_us_);
    tick_after(kHelloAgainUs);
    welcome();
    broker_says(DeliveryGap{"dev/room/a", kEpoch, 3, 9});
    EXPECT_THAT(listener_.gaps, IsEmpty());
}

TEST_F(SubscriberReceiverTest, AFilterInForceAgainAfterALossIsTold) {
    // What matched a filter while there was no broker was missed, and nobody was told.
    receiver_.subscribe_filter("dev", "room/+");
    connect();
    broker_says(Subscribed{last<SubscribeFilter>()->request, 0, 0, 0, 0});
    EXPECT_THAT(listener_.renewed, IsEmpty()) << "nothing was missed by a filter that begins";
    receiver_.unreachable(now_us_);
    receiver_.subscribe_filter("dev", "later/+");
    tick_after(kHelloAgainUs);
    welcome();
    EXPECT_THAT(listener_.renewed, IsEmpty()) << "it isn't in force before the broker says so";
    for (const auto& asked : all<SubscribeFilter>()) broker_says(Subscribed{asked.request, 0, 0, 0, 0});
    EXPECT_THAT(listener_.renewed, ElementsAre("dev room/+"));
}

TEST_F(SubscriberReceiverTest, AFilterGivenUpBeforeItIsInForceAgainIsNotTold) {
    receiver_.subscribe_filter("dev", "room/+");
    connect();
    receiver_.unreachable(now_us_);
    tick_after(kHelloAgainUs);
    welcome();
    receiver_.unsubscribe_filter("dev", "room/+");
    broker_says(Subscribed{last<SubscribeFilter>()->request, 0, 0, 0, 0});
    EXPECT_THAT(listener_.renewed, IsEmpty());
}

TEST_F(SubscriberReceiverTest, EventsOwedToAFilterArePassedOn) {
    receiver_.subscribe_filter("dev", "room/+");
    connect();
    deliver("dev/room/a", 7, 2);
    deliver("dev/room/a", 20, 1);
    receiver_.subscribe("dev/room/a");
    deliver("dev/room/a", 21, 1);  // before the answer
    answer_subscribe(21);
    deliver("dev/room/a", 22, 1);
    EXPECT_THAT(listener_.offsets("dev/room/a"), ElementsAre(7, 8, 20, 21, 22));
    EXPECT_TRUE(receiver_.is_up());
}

}  // namespace
}  // namespace longwire::link
