#include "edge/core/merger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

const std::string kPath = "dev/task/t";

std::string delta(const std::string& text, const std::string& stream = "s", int index = 0) {
    return R"({"stream":")" + stream + R"(","index":)" + std::to_string(index) + R"(,"text":")" + text + R"("})";
}

MergedStretch merge(const std::vector<Said>& said, bool thins_logs = true, std::uint64_t first = 1) {
    Merger merger(thins_logs);
    merger.add(make_batch_of(kPath, first, said), 0);
    return merger.take();
}

/// "3 task.progress {"progress":1}" for a push, "gap 4-5" for a gap.
std::vector<std::string> lines(const MergedStretch& stretch) {
    std::vector<std::string> result;
    for (const auto& item : stretch.items) {
        if (const auto* gap = std::get_if<MergedGap>(&item)) {
            result.push_back("gap " + std::to_string(gap->from) + "-" + std::to_string(gap->to));
            continue;
        }
        const auto& push = std::get<MergedPush>(item);
        const auto& envelope = push.batch->envelope(push.index);
        std::string json;
        EXPECT_TRUE(append_json(push.payload.empty() ? envelope.payload : std::string_view(push.payload), json));
        result.push_back(std::to_string(push.offset()) + " " + std::string(envelope.type) + " " + json);
    }
    return result;
}

using Lines = std::vector<std::string>;

TEST(Merger, WhatIsAlwaysSentIsSentInOrder) {
    const auto stretch =
        merge({{"task.started", "1"}, {"tool.call", "2"}, {"unheard.of", "3"}, {"task.completed", "4"}});
    EXPECT_EQ(lines(stretch), (Lines{"1 task.started 1", "2 tool.call 2", "3 unheard.of 3", "4 task.completed 4"}));
    EXPECT_TRUE(stretch.is_whole());
    EXPECT_EQ(stretch.events(), 4U);
}

TEST(Merger, TextIsJoinedUnderTheNewestOffset) {
    const auto stretch = merge({{"text.delta", delta("one ", "s", 4)},
                                {"text.delta", delta("two ", "s", 5)},
                                {"text.delta", delta("three", "s", 6)}});
    EXPECT_EQ(lines(stretch), Lines{R"(3 text.delta {"stream":"s","index":6,"text":"one two three"})"});
    EXPECT_EQ(stretch.left, 1U);
    EXPECT_EQ(stretch.events(), 3U);
    EXPECT_FALSE(stretch.is_whole());
}

TEST(Merger, OnlyPiecesOfOneTextAreJoined) {
    const auto stretch = merge({{"text.delta", delta("a", "x")},
                                {"text.delta", delta("b", "y")},
                                {"text.delta", R"({"stream":"y","agent":"Ann","text":"c"})"},
                                {"text.delta", R"({"stream":"y","agent":"Ann","text":"d"})"}});
    EXPECT_EQ(lines(stretch), (Lines{R"(1 text.delta {"stream":"x","index":0,"text":"a"})",
                                     R"(2 text.delta {"stream":"y","index":0,"text":"b"})",
                                     R"(4 text.delta {"stream":"y","agent":"Ann","text":"cd"})"}));
}

TEST(Merger, TextIsJoinedOverWhatIsOutdatedAndNothingElse) {
    // A client that lost its connection between a log and the text joined over it would go on behind the log, and have
    // lost the text's beginning.
    const auto stretch = merge({{"text.delta", delta("a")},
                                {"task.progress", "2"},
                                {"text.delta", delta("b")},
                                {"log", "{}"},
                                {"text.delta", delta("c")},
                                {"task.progress", "6"},
                                {"text.delta", delta("d")}});
    EXPECT_EQ(lines(stretch), (Lines{R"(3 text.delta {"stream":"s","index":0,"text":"ab"})", "4 log {}",
                                     R"(5 text.delta {"stream":"s","index":0,"text":"c"})", "6 task.progress 6",
                                     R"(7 text.delta {"stream":"s","index":0,"text":"d"})"}));
}

TEST(Merger, TextIsNotSaidAfterWhatFollowedIt) {
    const auto stretch = merge({{"text.delta", delta("before ")},
                                {"text.delta", delta("the call")},
                                {"tool.call", "{}"},
                                {"text.delta", delta("after")},
                                {"text.done", "{}"}});
    EXPECT_EQ(lines(stretch),
              (Lines{R"(2 text.delta {"stream":"s","index":0,"text":"before the call"})", "3 tool.call {}",
                     R"(4 text.delta {"stream":"s","index":0,"text":"after"})", "5 text.done {}"}));
}

TEST(Merger, TextOfAnotherFormIsLeftAlone) {
    const auto stretch = merge({{"text.delta", "7"},
                                {"text.delta", R"({"stream":"s"})"},
                                {"text.delta", R"({"stream":"s","text":5})"},
                                {"text.delta", R"({"stream":"s","text":null})"}});
    EXPECT_TRUE(stretch.is_whole());
}

TEST(Merger, EmptyTextsAreJoinedLikeOthers) {
    const auto stretch = merge({{"text.delta", delta("")}, {"text.delta", delta("")}, {"text.delta", delta("x")}});
    EXPECT_EQ(lines(stretch), Lines{R"(3 text.delta {"stream":"s","index":0,"text":"x"})"});
}

TEST(Merger, AJoinedTextHasABound) {
    const std::string half(Merger::kTextBytesMax / 2, 'x');
    const auto stretch = merge({{"text.delta", delta(half)}, {"text.delta", delta(half)}, {"text.delta", delta("y")}});
    const auto all = lines(stretch);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[0].find(half + half), std::string::npos);
    EXPECT_EQ(all[1], R"(3 text.delta {"stream":"s","index":0,"text":"y"})");
}

TEST(Merger, OnlyTheNewestProgressAndStatusOfEachAgentIsSent) {
    const auto stretch = merge({{"task.progress", R"({"progress":0.1})"},
                                {"agent.status", R"({"agent":"A","status":"x"})"},
                                {"agent.status", R"({"agent":"B","status":"x"})"},
                                {"task.progress", R"({"progress":0.2})"},
                                {"agent.status", R"({"agent":"A","status":"y"})"},
                                {"agent.status", R"({"status":"whose"})"},
                                {"agent.status", R"({"status":"whose"})"}});
    EXPECT_EQ(lines(stretch),
              (Lines{R"(3 agent.status {"agent":"B","status":"x"})", R"(4 task.progress {"progress":0.2})",
                     R"(5 agent.status {"agent":"A","status":"y"})", R"(6 agent.status {"status":"whose"})",
                     R"(7 agent.status {"status":"whose"})"}));
}

TEST(Merger, OnlyTheNewestLogsAreSentAndTheOthersAreAGap) {
    const std::vector<Said> said(50, {"log", "{}"});
    const auto stretch = merge(said, true, 101);
    const auto all = lines(stretch);
    ASSERT_EQ(all.size(), 1 + Merger::kLogsMax);
    EXPECT_EQ(all[0], "gap 101-130");
    EXPECT_EQ(all[1], "131 log {}");
    EXPECT_EQ(stretch.left, Merger::kLogsMax);
    EXPECT_EQ(stretch.from, 101U);
    EXPECT_EQ(stretch.to, 150U);
}

TEST(Merger, LogsAreNotThinnedForAClientThatIsNotSlow) {
    EXPECT_TRUE(merge(std::vector<Said>(50, {"log", "{}"}), false).is_whole());
}

TEST(Merger, AGapEndsAtWhatIsSentOrStoodForAndSpansWhatIsOutdated) {
    std::vector<Said> said{{"log", "1"},           {"task.progress", "2"},     {"log", "3"}, {"task.started", "4"},
                           {"log", "5"},           {"text.delta", delta("a")}, {"log", "7"}, {"text.delta", delta("b")},
                           {"task.progress", "9"}, {"task.progress", "10"}};
    said.insert(said.end(), Merger::kLogsMax, {"log", "{}"});
    auto all = lines(merge(said));
    all.resize(7);
    EXPECT_EQ(all,
              (Lines{"gap 1-3", "4 task.started 4", "gap 5-5", R"(6 text.delta {"stream":"s","index":0,"text":"a"})",
                     "gap 7-7", R"(8 text.delta {"stream":"s","index":0,"text":"b"})", "10 task.progress 10"}));
}

TEST(Merger, AStretchGoesOnOverBatchesAndBeginsWithinOne) {
    Merger merger(true);
    merger.add(make_batch_of(kPath, 5, {{"text.delta", delta("not")}, {"text.delta", delta("a")}}), 1);
    merger.add(make_batch_of(kPath, 7, {{"text.delta", delta("b")}}), 0);
    const auto stretch = merger.take();
    EXPECT_EQ(stretch.from, 6U);
    EXPECT_EQ(stretch.to, 7U);
    EXPECT_EQ(lines(stretch), Lines{R"(7 text.delta {"stream":"s","index":0,"text":"ab"})"});
}

TEST(Merger, IsFullAtItsBounds) {
    Merger many(true);
    const auto batch = make_batch_of(kPath, 1, std::vector<Said>(Merger::kEventsMax, {"task.progress", "1"}));
    many.add(batch, 1);
    EXPECT_FALSE(many.is_full());
    many.add(batch, Merger::kEventsMax - 1);
    EXPECT_TRUE(many.is_full());
    Merger large(true);
    large.add(make_batch_of(kPath, 1, {{"artifact", "\"" + std::string(Merger::kSentBytesMax, 'x') + "\""}}), 0);
    EXPECT_TRUE(large.is_full());
}

TEST(Merger, OnlyTextAndWhatIsReplacedCanWait) {
    const auto batch = make_batch_of(kPath, 1, {{"log", "1"}, {"text.delta", delta("a")}, {"task.progress", "1"}});
    EXPECT_FALSE(can_wait(*batch, 0));
    EXPECT_TRUE(can_wait(*batch, 1));
    EXPECT_FALSE(can_wait(*make_batch_of(kPath, 1, {{"task.completed", "1"}}), 0));
}

}  // namespace
}  // namespace longwire::edge
