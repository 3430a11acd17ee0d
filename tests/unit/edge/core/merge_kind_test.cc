#include "edge/core/merge_kind.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace longwire::edge {
namespace {

TEST(MergeKind, WhatTellsHowATaskWentIsAlwaysSent) {
    for (const auto* type : {"task.queued",     "task.started",       "task.retrying", "task.waiting",   "task.input",
                             "task.cancelling", "task.completed",     "task.failed",   "task.cancelled", "task.expired",
                             "agent.step",      "agent.handoff",      "agent.message", "text.done",      "tool.call",
                             "tool.result",     "artifact",           "presence.join", "presence.leave", "message",
                             "custom",          "a.type.of.tomorrow", "text",          "logs",           ""}) {
        EXPECT_EQ(merge_kind_of(type), MergeKind::always) << type;
    }
}

TEST(MergeKind, TheRestIsInTheTable) {
    EXPECT_EQ(merge_kind_of("text.delta"), MergeKind::text);
    EXPECT_EQ(merge_kind_of("task.progress"), MergeKind::newest);
    EXPECT_EQ(merge_kind_of("agent.status"), MergeKind::newest);
    EXPECT_EQ(merge_kind_of("log"), MergeKind::log);
    EXPECT_EQ(subject_field_of("agent.status"), "agent");
    EXPECT_EQ(subject_field_of("task.progress"), "");
    EXPECT_EQ(subject_field_of("log"), "");
}

}  // namespace
}  // namespace longwire::edge
