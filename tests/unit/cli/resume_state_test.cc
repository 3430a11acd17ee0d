#include "clients/cli/resume_state.h"

#include <gmock/gmock.h>

#include "clients/cli/backoff.h"
#include "clients/cli/fields.h"

namespace longwire::cli {
namespace {

using ::testing::HasSubstr;
using Verdict = ResumeState::Verdict;

boost::json::object object(const std::string& text) {
    return parse_json(text)->get_object();
}

ResumeState subscribed(std::int64_t offset) {
    ResumeState state("room/a", "start");
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", offset}}), std::nullopt);
    return state;
}

TEST(ResumeState, AsksForItsStartAndThenForWhatFollowsTheLastEvent) {
    ResumeState state("room/a", "start");
    EXPECT_EQ(compact_json(state.subscribe_command()),
              R"({"cmd":"subscribe","topic":"room/a","conflate_ms":0,"from":"start"})");
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", 0}}), std::nullopt);
    EXPECT_EQ(state.on_event(1), Verdict::fresh);
    EXPECT_EQ(state.on_event(2), Verdict::fresh);
    EXPECT_EQ(compact_json(state.subscribe_command()),
              R"({"cmd":"subscribe","topic":"room/a","conflate_ms":0,"from":{"epoch":"e1","offset":2}})");
}

TEST(ResumeState, AfterNowItResumesFromTheHeadEvenIfNothingHasCome) {
    ResumeState state("room/a", "now");
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", 41}}), std::nullopt);
    EXPECT_EQ(compact_json(state.subscribe_command()["from"]), R"({"epoch":"e1","offset":41})");
    EXPECT_EQ(state.on_event(42), Verdict::fresh);
}

TEST(ResumeState, DropsWhatWasSeen) {
    ResumeState state = subscribed(0);
    EXPECT_EQ(state.on_event(1), Verdict::fresh);
    EXPECT_EQ(state.on_event(1), Verdict::repeated);
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", 0}}), std::nullopt);
    EXPECT_EQ(state.on_event(1), Verdict::repeated);
    EXPECT_EQ(state.on_event(2), Verdict::fresh);
}

TEST(ResumeState, SeesAHoleOnceAndThenTakesItForTheTopics) {
    ResumeState state = subscribed(0);
    EXPECT_EQ(state.on_event(1), Verdict::fresh);
    EXPECT_EQ(state.on_event(3), Verdict::hole);
    EXPECT_EQ(state.offset(), 1);
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", 1}}), std::nullopt);
    EXPECT_EQ(state.on_event(3), Verdict::fresh);
    EXPECT_EQ(state.on_event(4), Verdict::fresh);
}

TEST(ResumeState, AGapIsToldOnceAndMovesOn) {
    ResumeState state = subscribed(4);
    const auto gap = object(R"({"topic":"room/a","from":5,"to":9,"reason":"trimmed"})");
    const auto told = state.on_gap(gap);
    ASSERT_TRUE(told);
    EXPECT_THAT(*told, HasSubstr("room/a: events 5 to 9 will not come (trimmed)"));
    EXPECT_EQ(state.on_gap(gap), std::nullopt);
    EXPECT_EQ(state.on_event(10), Verdict::fresh);
}

TEST(ResumeState, MergedEventsMayLeaveOffsetsOut) {
    ResumeState state = subscribed(10);
    state.on_merged(object(R"({"topic":"room/a","from":11,"to":50,"events":40,"left":2})"));
    EXPECT_EQ(state.on_event(30), Verdict::fresh);
    EXPECT_EQ(state.offset(), 30);
    EXPECT_EQ(state.on_event(48), Verdict::fresh);
    EXPECT_EQ(state.offset(), 50);
    EXPECT_EQ(state.on_event(51), Verdict::fresh);
}

TEST(ResumeState, ACutWithinMergedEventsResumesAfterTheLastThatCame) {
    ResumeState state = subscribed(10);
    state.on_merged(object(R"({"topic":"room/a","from":11,"to":50,"events":40,"left":2})"));
    EXPECT_EQ(state.on_event(30), Verdict::fresh);
    EXPECT_EQ(state.on_subscribed({{"epoch", "e1"}, {"offset", 30}}), std::nullopt);
    EXPECT_EQ(state.on_event(31), Verdict::fresh);
    EXPECT_EQ(state.on_event(33), Verdict::hole);
}

TEST(ResumeState, ATopicThatHasBegunAnewIsToldOnce) {
    ResumeState state = subscribed(7);
    const auto told = state.on_subscribed({{"epoch", "e2"}, {"offset", 0}});
    ASSERT_TRUE(told);
    EXPECT_THAT(*told, HasSubstr("begun anew"));
    EXPECT_EQ(state.on_gap(object(R"({"from":8,"to":0,"reason":"epoch_changed"})")), std::nullopt);
    EXPECT_FALSE(state.is_stale());
    EXPECT_EQ(state.on_event(1), Verdict::fresh);
}

TEST(ResumeState, AChangeOfEpochUnderASubscriptionAsksForANewOne) {
    ResumeState state = subscribed(7);
    EXPECT_EQ(state.on_gap(object(R"({"from":8,"to":0,"reason":"epoch_changed"})")), std::nullopt);
    EXPECT_TRUE(state.is_stale());
    EXPECT_TRUE(state.on_subscribed({{"epoch", "e2"}, {"offset", 0}}));
    EXPECT_FALSE(state.is_stale());
}

TEST(Backoff, DoublesUpToItsMostAndBeginsAnewAfterReset) {
    Backoff backoff(100, 500);
    EXPECT_EQ(backoff.next_ms(), 100);
    EXPECT_EQ(backoff.next_ms(), 200);
    EXPECT_EQ(backoff.next_ms(), 400);
    EXPECT_EQ(backoff.next_ms(), 500);
    EXPECT_EQ(backoff.next_ms(), 500);
    backoff.reset();
    EXPECT_EQ(backoff.next_ms(), 100);
}

TEST(Backoff, JitterStaysBetweenHalfAndAll) {
    for (std::uint64_t random = 0; random < 200; ++random) {
        const std::int64_t delay = with_jitter(101, random);
        EXPECT_GE(delay, 50);
        EXPECT_LE(delay, 101);
    }
    EXPECT_EQ(with_jitter(0, 7), 0);
}

}  // namespace
}  // namespace longwire::cli
