#include <algorithm>
#include <string>

#include "tests/unit/protocol/link/subscriber_receiver_fixture.h"

/// More topics than may be asked for at once, of which there are four.
namespace longwire::link {
namespace {

using ::testing::IsEmpty;

class ReceiverOfMany : public SubscriberReceiverTest {
  protected:
    void subscribe_to(int topics) {
        for (int i = 0; i < topics; ++i) receiver_.subscribe("dev/" + std::to_string(i));
    }

    /// Answers the oldest question that has no answer, if it is still of interest.
    void answer_next() {
        const auto asked = all<Subscribe>();
        ASSERT_LT(answered_, asked.size());
        broker_says(Subscribed{asked[answered_++].request, kEpoch, 0, 0, 1});
    }

    std::size_t answered_ = 0;
};

TEST_F(ReceiverOfMany, AsksForMoreAsAnswersCome) {
    connect();
    subscribe_to(6);
    EXPECT_EQ(all<Subscribe>().size(), 4U);
    answer_next();
    EXPECT_EQ(all<Subscribe>().size(), 5U);
    for (int i = 1; i < 6; ++i) answer_next();
    EXPECT_EQ(all<Subscribe>().size(), 6U);
    EXPECT_EQ(listener_.subscriptions.size(), 6U);
}

TEST_F(ReceiverOfMany, ARefusalMakesRoomForTheNext) {
    connect();
    subscribe_to(5);
    broker_says(Reply{all<Subscribe>()[0].request, {}, "bad_request", "no", "topic", 0});
    EXPECT_EQ(all<Subscribe>().size(), 5U);
}

TEST_F(ReceiverOfMany, WhatIsGivenUpMakesRoomForTheNext) {
    connect();
    subscribe_to(5);
    receiver_.unsubscribe("dev/0");
    EXPECT_EQ(all<Subscribe>().size(), 5U);
    EXPECT_EQ(last<Subscribe>()->path, "dev/4");
}

TEST_F(ReceiverOfMany, WhatIsGivenUpBeforeItWasAskedForIsNotAskedFor) {
    connect();
    subscribe_to(6);
    receiver_.unsubscribe("dev/4");
    answer_next();
    EXPECT_EQ(last<Subscribe>()->path, "dev/5");
    answer_next();
    EXPECT_EQ(all<Subscribe>().size(), 5U);
}

TEST_F(ReceiverOfMany, WhatIsGivenUpAndTakenUpAgainIsAskedForOnce) {
    connect();
    subscribe_to(5);
    receiver_.unsubscribe("dev/4");
    receiver_.subscribe("dev/4");
    answer_next();
    answer_next();
    EXPECT_EQ(all<Subscribe>().size(), 5U);
    EXPECT_EQ(last<Subscribe>()->path, "dev/4");
}

TEST_F(ReceiverOfMany, ASessionThatBeginsAnewAsksForAllAgainAFewAtATime) {
    connect();
    subscribe_to(6);
    for (int i = 0; i < 6; ++i) answer_next();
    receiver_.unreachable(now_us_);
    clear();
    answered_ = 0;
    tick_after(kHelloAgainUs);
    welcome();
    EXPECT_EQ(all<Subscribe>().size(), 4U);
    EXPECT_EQ(all<Subscribe>()[0].epoch, kEpoch);
    for (int i = 0; i < 6; ++i) answer_next();
    EXPECT_EQ(all<Subscribe>().size(), 6U);
}

/// What a filter brings of a topic that goes on later comes again, in its place; it is not a hole.
TEST_F(ReceiverOfMany, WhatAFilterBringsBeforeATopicIsAskedForAgainIsNotOfTheTopic) {
    connect();
    receiver_.subscribe_filter("dev", "#");
    subscribe_to(6);
    for (int i = 0; i < 6; ++i) answer_next();
    receiver_.unreachable(now_us_);
    clear();
    tick_after(kHelloAgainUs);
    welcome();
    std::string waiting;
    for (int i = 0; i < 6; ++i) {
        const auto path = "dev/" + std::to_string(i);
        const auto asked = all<Subscribe>();
        const bool is_asked =
            std::any_of(asked.begin(), asked.end(), [&](const Subscribe& subscribe) { return subscribe.path == path; });
        if (!is_asked) waiting = path;
    }
    ASSERT_NE(waiting, "");
    deliver(waiting, 7, 1);
    EXPECT_TRUE(receiver_.is_up());
    EXPECT_THAT(listener_.offsets(waiting), IsEmpty());
}

}  // namespace
}  // namespace longwire::link
