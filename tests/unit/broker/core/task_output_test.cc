#include "broker/core/task_output.h"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <random>

#include "protocol/json.h"
#include "protocol/json_value.h"
#include "protocol/utf8.h"
#include "tests/unit/broker/core/output_reader.h"

namespace longwire::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Le;
using testing::read_output;
using ::testing::SizeIs;

struct Said {
    std::string type;
    std::string payload;
};

std::string packed(std::string_view json) {
    return json_to_msgpack(json).value();
}

void fold_in(TaskOutput& output, std::uint64_t offset, const Said& said) {
    Envelope envelope;
    envelope.producer = "p";
    envelope.type = said.type;
    envelope.time_us = static_cast<std::int64_t>(offset) * 1000;
    envelope.payload = said.payload;
    fold(output, offset, envelope);
}

TaskOutput folded(const std::vector<std::pair<std::string, std::string>>& events) {
    TaskOutput output;
    std::uint64_t offset = 0;
    for (const auto& [type, json] : events) fold_in(output, ++offset, {type, packed(json)});
    return output;
}

std::string written(const TaskOutput& output) {
    std::string bytes;
    write_output(output, bytes);
    return bytes;
}

boost::json::object shown(const TaskOutput& output) {
    return msgpack_to_json_value(written(output)).value().as_object();
}

std::string delta(std::string_view text) {
    return R"({"stream":"a","text":")" + std::string(text) + "\"}";
}

TEST(TaskOutput, PiecesOfAStreamBecomeOneText) {
    const auto output = folded({{"text.delta", R"({"stream":"a","index":0,"text":"Hel","agent":"Ann"})"},
                                {"text.delta", R"({"stream":"b","text":"other"})"},
                                {"text.delta", R"({"stream":"a","index":1,"text":"lo"})"},
                                {"text.done", R"({"stream":"a","index":2})"}});
    EXPECT_EQ(boost::json::serialize(shown(output).at("texts")),
              R"([{"stream":"a","agent":"Ann","text":"Hello","cut":false,"done":true,"offset":4},)"
              R"({"stream":"b","agent":null,"text":"other","cut":false,"done":false,"offset":2}])");
}

TEST(TaskOutput, TheWholeTextAtTheEndTakesThePlaceOfItsPieces) {
    const auto output = folded({{"text.delta", delta("Helo")}, {"text.done", delta("Hello")}});
    EXPECT_EQ(output.texts.at(0).text, "Hello");
    EXPECT_TRUE(output.texts.at(0).done);
}

TEST(TaskOutput, ATextThatWasDiscardedIsEmptyAndDone) {
    const auto output = folded({{"text.delta", delta("Helo")}, {"text.done", delta("")}});
    EXPECT_EQ(output.texts.at(0).text, "");
    EXPECT_TRUE(output.texts.at(0).done);
}

TEST(TaskOutput, OfALongTextTheNewestPartStaysAndSaysSo) {
    TaskOutput output;
    std::string whole;
    for (std::uint64_t i = 1; i <= 40'000; ++i) {
        const auto piece = "\u00e4" + std::to_string(i) + " ";  // of two bytes, which must not be torn apart
        whole += piece;
        fold_in(output, i, {"text.delta", packed(delta(piece))});
        ASSERT_THAT(output.texts.at(0).text.size(), Le(TaskOutput::kTextBytesMax));
    }
    EXPECT_TRUE(output.texts.at(0).cut);
    EXPECT_GE(output.texts.at(0).text.size(), TaskOutput::kTextBytesLeft - 4);
    EXPECT_THAT(whole, EndsWith(output.texts.at(0).text));
    EXPECT_TRUE(is_valid_utf8(output.texts.at(0).text));
}

TEST(TaskOutput, OfManyTextsThoseTouchedLongestAgoGo) {
    TaskOutput output;
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < TaskOutput::kTextsMax; ++i) {
        fold_in(output, ++offset, {"text.delta", packed(R"({"text":"x","stream":")" + std::to_string(i) + "\"}")});
    }
    fold_in(output, ++offset, {"text.delta", packed(R"({"text":"y","stream":"0"})")});
    fold_in(output, ++offset, {"text.delta", packed(R"({"text":"x","stream":"new"})")});
    EXPECT_THAT(output.texts, SizeIs(TaskOutput::kTextsMax));
    EXPECT_EQ(output.texts.front().text, "xy");
    EXPECT_EQ(output.texts.at(1).stream, "2");
    EXPECT_EQ(output.texts_gone, 1U);
}

TEST(TaskOutput, TextsAreBoundedInAll) {
    TaskOutput output;
    const std::string long_text(60'000, 'x');
    for (std::uint64_t i = 1; i <= 10; ++i) {
        fold_in(output, i,
                {"text.delta", packed(R"({"stream":")" + std::to_string(i) + R"(","text":")" + long_text + "\"}")});
    }
    EXPECT_THAT(output.texts, SizeIs(TaskOutput::kTextBytesTotalMax / long_text.size()));
    EXPECT_EQ(output.texts.back().stream, "10");
    EXPECT_EQ(output.texts_gone, 6U);
}

TEST(TaskOutput, TheNewestLogsStay) {
    TaskOutput output;
    for (std::uint64_t i = 1; i <= TaskOutput::kLogsMax + 7; ++i) {
        fold_in(output, i, {"log", packed(R"({"i":)" + std::to_string(i) + "}")});
    }
    EXPECT_THAT(output.logs, SizeIs(TaskOutput::kLogsMax));
    EXPECT_EQ(output.logs.front().offset, 8U);
    EXPECT_EQ(output.logs_gone, 7U);
    EXPECT_EQ(boost::json::serialize(shown(output).at("logs").at(0)), R"({"offset":8,"time_us":8000,"data":{"i":8}})");
}

TEST(TaskOutput, OfALargeEventWhatNamesItStays) {
    const auto output =
        folded({{"artifact", R"({"id":"7","kind":"chart","url":"/x","meta":")" + std::string(5000, 'x') + "\"}"},
                {"log", R"({"level":"warn","message":")" + std::string(5000, 'm') + "\"}"}});
    EXPECT_EQ(boost::json::serialize(shown(output).at("artifacts").at(0).at("data")),
              R"({"cut":true,"id":"7","kind":"chart","url":"/x"})");
    const auto log = shown(output).at("logs").at(0).at("data").as_object();
    EXPECT_EQ(log.at("level"), "warn");
    EXPECT_THAT(log.at("message").as_string(), SizeIs(TaskOutput::kLogBytesMax / 2));
}

TEST(TaskOutput, OfADeepEventWhatNamesItStays) {
    const auto deep = std::string(60, '[') + std::string(60, ']');
    const auto output = folded({{"artifact", R"({"id":"7","meta":)" + deep + "}"}});
    EXPECT_EQ(boost::json::serialize(shown(output).at("artifacts").at(0).at("data")), R"({"cut":true,"id":"7"})");
    EXPECT_TRUE(is_one_msgpack_value(written(output)));
}

TEST(TaskOutput, AnArtifactThatComesAgainTakesItsOldPlace) {
    const auto output = folded({{"artifact", R"({"id":"a","url":"/1"})"},
                                {"artifact", R"({"id":"b","url":"/2"})"},
                                {"artifact", R"({"id":"a","url":"/3"})"},
                                {"artifact", R"({"url":"/4"})"},
                                {"artifact", R"({"url":"/5"})"}});
    std::vector<std::uint64_t> offsets;
    for (const auto& artifact : output.artifacts) offsets.push_back(artifact.offset);
    EXPECT_THAT(offsets, ElementsAre(3, 2, 4, 5));
}

TEST(TaskOutput, AQuestionIsOpenUntilThereIsInput) {
    const std::vector<std::pair<std::string, std::string>> asked{{"task.waiting", R"({"prompt":"Go on?"})"},
                                                                 {"log", "{}"}};
    EXPECT_EQ(boost::json::serialize(shown(folded(asked)).at("questions")),
              R"([{"offset":1,"time_us":1000,"data":{"prompt":"Go on?"}}])");
    for (const auto* type : {"task.input", "task.retrying", "task.completed", "task.failed", "task.cancelled"}) {
        auto events = asked;
        events.emplace_back(type, "{}");
        EXPECT_THAT(folded(events).questions, IsEmpty()) << type;
    }
}

TEST(TaskOutput, ANewAttemptBeginsWithNothing) {
    for (const auto* type : {"task.started", "task.queued"}) {
        const auto output = folded({{"text.delta", delta("x")}, {"log", "{}"}, {"artifact", "{}"}, {type, "{}"}});
        EXPECT_EQ(written(output), written({})) << type;
    }
}

TEST(TaskOutput, PayloadsThatSayNothingChangeNothing) {
    EXPECT_EQ(written(folded({{"text.delta", "7"}, {"text.delta", "{}"}, {"text.done", R"(["a"])"}})), written({}));
    EXPECT_THAT(folded({{"text.delta", R"({"stream":7,"text":[1]})"}}).texts, SizeIs(1));
}

TEST(TaskOutput, OnlyTheTypesItSaysChangeIt) {
    for (const auto* type :
         {"task.progress", "agent.status", "tool.call", "custom", "presence.join", "task.cancelling"}) {
        EXPECT_FALSE(shows_output(type)) << type;
        EXPECT_EQ(written(folded({{type, R"({"stream":"a","text":"x","message":"m"})"}})), written({})) << type;
    }
}

/// Events as they may come, large and small, of few streams or many.
Said random_event(std::mt19937_64& random) {
    constexpr std::string_view kTypes[] = {"text.delta", "text.delta",   "text.delta",    "text.delta", "text.done",
                                           "log",        "log",          "artifact",      "artifact",   "task.waiting",
                                           "task.input", "task.started", "task.progress", "custom"};
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    auto type = std::string(kTypes[pick(std::size(kTypes))]);
    if (type == "task.started" && pick(40) > 0) type = "log";
    boost::json::object data;
    data["stream"] = "s" + std::to_string(pick(pick(2) == 0 ? 3 : 60));
    if (pick(4) > 0) {
        const auto length = pick(20) == 0 ? pick(90'000) : pick(40);
        std::string text;
        while (text.size() < length) text += pick(2) == 0 ? "\u00e9" : "x";
        data[pick(3) > 0 ? "text" : "message"] = text;
    }
    if (pick(2) == 0) data["id"] = std::to_string(pick(100));
    if (pick(8) == 0) data["prompt"] = std::string(pick(9000), 'q');
    if (pick(20) == 0) return {type, packed("null")};
    return {type, packed(boost::json::serialize(data))};
}

TEST(TaskOutput, FoldsARestOntoAPrefixAsItFoldsAllAlsoThroughBytes) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        std::mt19937_64 random(seed);
        std::vector<Said> events;
        const auto count = random() % 400;
        for (std::uint64_t i = 0; i < count; ++i) events.push_back(random_event(random));
        const auto cut = events.empty() ? 0 : random() % events.size();

        TaskOutput all;
        TaskOutput parts;
        for (std::uint64_t i = 0; i < events.size(); ++i) {
            fold_in(all, i + 1, events[i]);
            if (i == cut) parts = read_output(written(parts)).value();
            fold_in(parts, i + 1, events[i]);
        }
        ASSERT_EQ(written(parts), written(all)) << "seed " << seed << ", cut at " << cut;
        ASSERT_EQ(written(read_output(written(all)).value()), written(all)) << "seed " << seed;
        constexpr std::size_t kAllBoundsBytes = TaskOutput::kTextBytesTotalMax + TaskOutput::kTextsMax * 600 +
                                                TaskOutput::kLogsMax * (TaskOutput::kLogBytesMax + 50) +
                                                TaskOutput::kArtifactsMax * (TaskOutput::kArtifactBytesMax + 50) +
                                                TaskOutput::kQuestionsMax * (TaskOutput::kQuestionBytesMax + 50) + 200;
        ASSERT_THAT(written(all).size(), Le(kAllBoundsBytes)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace longwire::broker
