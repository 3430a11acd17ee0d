#include "clients/cli/verify/task_story.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace longwire::cli {
namespace {

namespace json = boost::json;

void count(TaskStory& story, std::int64_t i) {
    story.on_event({{"type", "log"}, {"data", {{"i", i}, {"message", "x"}}}});
}

void start(TaskStory& story) {
    story.on_event({{"type", "task.started"}, {"data", {{"attempt", 1}}}});
}

void complete(TaskStory& story, std::int64_t n) {
    story.on_event({{"type", "task.completed"}, {"data", {{"result", {{"n", n}}}}}});
}

TEST(TaskStory, AllInOrderIsExact) {
    TaskStory story;
    start(story);
    for (std::int64_t i = 1; i <= 3; ++i) count(story, i);
    EXPECT_FALSE(story.has_ended());
    complete(story, 3);
    EXPECT_TRUE(story.has_ended());
    EXPECT_TRUE(story.counts().is_exact());
    EXPECT_EQ(story.counts().events, 3);
}

TEST(TaskStory, HolesRepeatsAndAMissingEndAreTold) {
    TaskStory story;
    start(story);
    count(story, 1);
    count(story, 3);
    count(story, 3);
    count(story, 2);
    complete(story, 5);
    EXPECT_EQ(story.counts().lost, 3) << "2 when 3 came, and 4 and 5 at the end";
    EXPECT_EQ(story.counts().duplicated, 1);
    EXPECT_EQ(story.counts().reordered, 1);
}

TEST(TaskStory, EachAttemptBeginsAnew) {
    TaskStory story;
    start(story);
    count(story, 1);
    count(story, 2);
    start(story);
    for (std::int64_t i = 1; i <= 3; ++i) count(story, i);
    complete(story, 3);
    EXPECT_TRUE(story.counts().is_exact());
}

TEST(TaskStory, WhatWasThinnedProvesNothingUntilTheNextAttempt) {
    TaskStory story;
    start(story);
    count(story, 1);
    story.on_thinned();
    count(story, 9);
    start(story);
    count(story, 2);
    EXPECT_EQ(story.counts().lost, 1);
}

}  // namespace
}  // namespace longwire::cli
