#include <algorithm>

#include "unit/worker/sdk/core/worker_session_fixture.h"

namespace longwire::worker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(WorkerSessionTest, AsksForAChildAgainInEachSessionUntilItHasEnded) {
    go_live();
    const auto id = assign("t");
    session_.start_child(id, "part", "\x80", now_us_);
    turn();
    ASSERT_THAT(sent<link::StartChild>(), SizeIs(1));
    EXPECT_EQ(sent<link::StartChild>()[0].name, "part");
    EXPECT_EQ(sent<link::StartChild>()[0].attempt.task, "t");
    EXPECT_EQ(sent<link::StartChild>()[0].fields.bytes, "\x80");
    turn(50);
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty());
    tell(link::ChildState{{"dev", "t", 1}, "part", "c", "RUNNING", {}, {}});

    tell(link::LinkReset{"again"});
    turn(5'000);
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty()) << "there is no session";
    welcome();
    turn();
    EXPECT_THAT(sent<link::StartChild>(), SizeIs(1));
    tell(link::ChildState{{"dev", "t", 1}, "part", "c", "COMPLETED", {"\x01"}, {}});

    tell(link::LinkReset{"again"});
    turn(5'000);
    welcome();
    turn();
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty());
    ASSERT_EQ(count_orders<ChildNews>(), 2U);
    const auto& news = std::get<ChildNews>(*std::find_if(
        orders_.rbegin(), orders_.rend(), [](const auto& order) { return std::holds_alternative<ChildNews>(order); }));
    EXPECT_EQ(news.id, id);
    EXPECT_TRUE(news.has_ended());
    EXPECT_EQ(news.result, "\x01");
}

TEST_F(WorkerSessionTest, AChildThatThereWasNoRoomForIsAskedForAgain) {
    go_live();
    const auto id = assign("t");
    session_.start_child(id, "part", "\x80", now_us_);
    turn();
    tell(link::ChildRefused{{"dev", "t", 1}, "part", "unavailable", "full", "kind", 1'000});
    turn(900);
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty());
    turn(100);
    EXPECT_THAT(sent<link::StartChild>(), SizeIs(1));
    EXPECT_EQ(count_orders<ChildNews>(), 0U);
    tell(link::ChildRefused{{"dev", "t", 1}, "part", "conflict", "no", "key", 0});
    turn(5'000);
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty());
    EXPECT_EQ(count_orders<ChildNews>(), 1U);
}

TEST_F(WorkerSessionTest, AnAttemptThatHasEndedAsksForNoChildren) {
    go_live();
    const auto id = assign("t");
    ASSERT_TRUE(emit(id, true));
    session_.start_child(id, "part", "\x80", now_us_);
    turn();
    EXPECT_THAT(sent<link::StartChild>(), IsEmpty());
}

}  // namespace
}  // namespace longwire::worker
