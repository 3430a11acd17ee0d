#include <gmock/gmock.h>

#include "clients/cli/fields.h"
#include "clients/cli/top/top_rates.h"
#include "clients/cli/top/top_view.h"

namespace longwire::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;

boost::json::object task(const std::string& id, const std::string& state, std::int64_t offset,
                         std::int64_t created_us = 1, std::int64_t ended_us = 0) {
    boost::json::object snapshot{{"task", id},         {"kind", "demo.count"},   {"state", state},
                                 {"progress", 0.42},   {"offset", offset},       {"created_us", created_us},
                                 {"started_us", 1000}, {"message", "half\nway"}, {"worker", "w1"}};
    if (ended_us != 0) snapshot["ended_us"] = ended_us;
    return snapshot;
}

boost::json::object worker(const std::string& name, int running, int capacity) {
    return {{"worker", name},       {"kinds", {"a", "b"}}, {"running", running},
            {"capacity", capacity}, {"version", "1.0"},    {"heartbeat_us", 3'000'000}};
}

TopSample sample(std::int64_t time_s, std::vector<boost::json::object> running,
                 std::vector<boost::json::object> youngest = {}) {
    TopSample sample;
    sample.time_us = time_s * 1'000'000;
    sample.running = std::move(running);
    sample.youngest = std::move(youngest);
    return sample;
}

TEST(TopRates, CountEventsByOffsetsAndEndsByWhatIsNoLongerActive) {
    TopRates rates;
    rates.take(sample(10, {task("a", "RUNNING", 100), task("b", "RUNNING", 50)}, {task("old", "COMPLETED", 7, 1, 5)}));
    EXPECT_FALSE(rates.events_per_s());
    EXPECT_FALSE(rates.events_per_s("a"));
    rates.take(
        sample(12, {task("a", "RUNNING", 300)}, {task("new", "FAILED", 10, 2, 9), task("old", "COMPLETED", 7, 1, 5)}));
    EXPECT_EQ(rates.events_per_s(), 105.0);
    EXPECT_EQ(rates.events_per_s("a"), 100.0);
    EXPECT_EQ(rates.events_per_s("old"), 0.0);
    EXPECT_EQ(rates.ended_per_s(), 1.0) << "b and new, in two seconds";
}

TEST(TopRates, CountNothingThatOnlyCameIntoView) {
    TopRates rates;
    rates.take(sample(1, {task("a", "RUNNING", 5, 100)}));
    rates.take(sample(2, {task("a", "RUNNING", 5, 100), task("older", "RUNNING", 1000, 50)}));
    EXPECT_EQ(rates.events_per_s(), 0.0);
    EXPECT_EQ(rates.ended_per_s(), 0.0);
}

TEST(TopRates, ACutListEndsNothing) {
    TopRates rates;
    rates.take(sample(1, {task("a", "RUNNING", 5), task("b", "RUNNING", 5)}));
    auto cut = sample(2, {task("a", "RUNNING", 5)});
    cut.has_more_running = true;
    rates.take(cut);
    EXPECT_EQ(rates.ended_per_s(), 0.0);
}

TEST(TopView, ShowsTheBusiestThenWhoWaitsThenWhatHasEnded) {
    TopRates rates;
    auto before = sample(1, {task("calm", "RUNNING", 1), task("busy", "RUNNING", 1)});
    auto now = sample(2, {task("calm", "RUNNING", 2), task("busy", "RUNNING", 90)},
                      {task("e1", "COMPLETED", 1, 1, 5), task("e2", "FAILED", 1, 1, 9), task("busy", "RUNNING", 80)});
    now.pending = {task("p2", "PENDING", 1, 30), task("p1", "PENDING", 1, 20)};
    rates.take(before);
    rates.take(now);
    std::vector<std::string> order;
    for (const auto& shown : tasks_to_show(now, rates)) order.push_back(text_at(shown, "task"));
    EXPECT_THAT(order, ElementsAre("busy", "calm", "p1", "p2", "e2", "e1"));
}

TEST(TopView, IsAPictureOfTheCluster) {
    auto now = sample(5, {task("t1", "RUNNING", 5)});
    now.workers = {worker("w1", 1, 2)};
    const auto lines = top_lines(now, TopRates(), {100, 24, 5'000'000, "http://here", ""}, Paint(false));
    EXPECT_THAT(lines[0], StartsWith("longwire top   http://here   "));
    EXPECT_EQ(lines[1], "tasks    1 running, 0 pending");
    EXPECT_EQ(lines[2], "rates    - events/s, - tasks ended/s");
    EXPECT_EQ(lines[3], "workers  1, 1 of 2 places taken");
    EXPECT_THAT(lines, SizeIs(10));
    EXPECT_EQ(lines[5], "WORKER  LOAD          TASKS  HEARD    KINDS  VERSION");
    EXPECT_EQ(lines[6], "w1      [|||||     ]  1/2    2 s ago  a b    1.0");
    EXPECT_EQ(lines[8], "TASK  KIND        STATE    PROGRESS          EVENTS/S  TOOK  CREATED  WORKER  MESSAGE");
    EXPECT_EQ(lines[9], "t1    demo.count  RUNNING  [||||      ] 42%  -         0:04  4 s ago  w1      half way");
}

TEST(TopView, FitsAnySizeAndSaysWhatIsLeftOut) {
    auto now = sample(5, {});
    for (int i = 0; i < 60; ++i) now.running.push_back(task("t" + std::to_string(i), "RUNNING", 5));
    for (int i = 0; i < 30; ++i) now.workers.push_back(worker("w" + std::to_string(i), 1, 2));
    for (std::size_t height = 1; height < 110; ++height) {
        for (const std::size_t width : {1, 20, 80, 300}) {
            const auto lines = top_lines(now, TopRates(), {width, height, 0, "x", "gone"}, Paint(false));
            ASSERT_THAT(lines.size(), Le(height));
            for (const auto& line : lines) ASSERT_THAT(display_width(line), Le(width));
        }
    }
    const auto lines = top_lines(now, TopRates(), {80, 40, 0, "x", ""}, Paint(false));
    EXPECT_THAT(lines, SizeIs(40));
    EXPECT_EQ(lines.back(), "and 57 more tasks");
    EXPECT_THAT(lines, ::testing::Contains("and 3 more workers"));
    const auto all = top_lines(now, TopRates(), {80, 0, 0, "x", ""}, Paint(false));
    EXPECT_THAT(all, SizeIs(4 + 2 + 30 + 2 + 60));
}

TEST(TopView, SaysWhatTheTroubleIs) {
    const auto lines = top_lines({}, TopRates(), {80, 24, 0, "x", "no\nanswer"}, Paint(true));
    EXPECT_THAT(lines, ::testing::Contains(HasSubstr("trouble  no answer")));
}

}  // namespace
}  // namespace longwire::cli
