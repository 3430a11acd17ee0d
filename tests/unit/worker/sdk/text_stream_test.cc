#include "worker/sdk/text_stream.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "unit/worker/running_worker.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;
using testing::ended;
using testing::FakeBroker;
using testing::has_types;
using ::testing::HasSubstr;
using testing::LoggedEvent;
using ::testing::Not;
using testing::RunningWorker;
using testing::welcomed;

constexpr std::int64_t kNeverMs = 3'600'000;

TextOptions joined_for(std::int64_t join_ms) {
    TextOptions options;
    options.agent = "Ann";
    options.join_ms = join_ms;
    return options;
}

class TextStreams : public ::testing::Test {
  protected:
    std::vector<LoggedEvent> events_of(const std::function<TaskResult(Task&)>& handler) {
        RunningWorker worker(broker_, [&](Worker& w) { w.serve("text", handler); });
        EXPECT_TRUE(welcomed(broker_));
        broker_.assign("t", 1, "text", "null");
        EXPECT_TRUE(broker_.wait_until(ended("t")));
        return FakeBroker::events_of(broker_.seen(), "t");
    }

    FakeBroker broker_;
};

TEST_F(TextStreams, PiecesThatComeQuicklyAreJoinedAndNoEventOvertakesThem) {
    const auto events = events_of([](Task& task) {
        TextStream text(task, "answer", joined_for(kNeverMs));
        for (const auto* const word : {"one ", "two ", "three "}) text.write(word);
        task.log(LogLevel::info, "between");
        text.write("four");
        text.done();
        return TaskResult::completed();
    });
    ASSERT_EQ(events.size(), 6U);
    EXPECT_EQ(events[0].json, R"({"stream":"answer","index":0,"text":"one ","agent":"Ann"})");
    EXPECT_EQ(events[1].json, R"({"stream":"answer","index":1,"text":"two three ","agent":"Ann"})");
    EXPECT_EQ(events[2].type, "log");
    EXPECT_EQ(events[3].json, R"({"stream":"answer","index":2,"text":"four","agent":"Ann"})");
    EXPECT_EQ(events[4].json,
              R"({"stream":"answer","index":3,"text":"one two three four","bytes":18,)"
              R"("sha256":"113f69ccf08f80a63beba2f49218eaa72a183f374065e6cb56ebe9bd68eb79cc","agent":"Ann"})");
}

TEST_F(TextStreams, WhatIsHeldGoesByItselfWhenTheHandlerOnlyWaits) {
    RunningWorker worker(broker_, [](Worker& w) {
        w.serve("text", [](Task& task) {
            TextStream text(task, "answer", joined_for(5));
            text.write("a");
            text.write("b");
            task.wait_input();
            return TaskResult::completed();
        });
    });
    ASSERT_TRUE(welcomed(broker_));
    broker_.assign("t", 1, "text", "null");
    ASSERT_TRUE(broker_.wait_until(has_types("t", 2)));
    EXPECT_THAT(FakeBroker::events_of(broker_.seen(), "t")[1].json, HasSubstr(R"("index":1,"text":"b")"));
    broker_.input("t", 1, 1, "null");
    ASSERT_TRUE(broker_.wait_until(ended("t")));
}

TEST_F(TextStreams, WhatIsHeldIsSentWhenAHandlerLeavesItsTextUnfinished) {
    const auto events = events_of([](Task& task) -> TaskResult {
        TextStream text(task, "answer", joined_for(kNeverMs));
        text.write("a");
        text.write("b");
        throw std::runtime_error("broken");
    });
    EXPECT_THAT(FakeBroker::types_of(broker_.seen(), "t"), ElementsAre("text.delta", "text.delta", "task.failed"));
    EXPECT_THAT(events[1].json, HasSubstr(R"("text":"b")"));
}

TEST_F(TextStreams, ALongPieceIsCutBetweenCharactersAndALongTextEndsWithItsHashAlone) {
    constexpr std::size_t kPairs = 200'000;
    std::string whole;
    for (std::size_t i = 0; i < kPairs; ++i) whole += "\u00e9";
    const auto events = events_of([&](Task& task) {
        TextStream text(task, "answer", joined_for(0));
        text.write(whole);
        text.write("!");
        text.done();
        return TaskResult::completed();
    });
    std::string put_together;
    std::uint64_t index = 0;
    for (const auto& event : events) {
        if (event.type != "text.delta") continue;
        const auto data = boost::json::parse(event.json).as_object();
        EXPECT_EQ(data.at("index").to_number<std::uint64_t>(), index++);
        put_together += data.at("text").as_string();
    }
    EXPECT_EQ(put_together, whole + "!");
    const auto& done = events.at(events.size() - 2);
    ASSERT_EQ(done.type, "text.done");
    EXPECT_THAT(done.json, Not(HasSubstr(R"("text":)")));
    EXPECT_THAT(done.json, HasSubstr(R"("bytes":400001,"sha256":")"));
}

TEST_F(TextStreams, ATextThatBreaksOffIsDiscarded) {
    const auto events = events_of([](Task& task) {
        TextStream text(task, "first", joined_for(kNeverMs));
        text.write("half an ans");
        text.discard("the line broke");
        return TaskResult::completed();
    });
    ASSERT_EQ(events.size(), 3U);
    EXPECT_THAT(events[1].json, HasSubstr(R"("index":1,"text":"","bytes":0,"sha256":"e3b0c442)"));
    EXPECT_THAT(events[1].json, HasSubstr(R"("discarded":true,"reason":"the line broke","agent":"Ann")"));
}

TEST_F(TextStreams, APieceBeyondTheBoundIsABugOfTheHandler) {
    const auto events = events_of([](Task& task) {
        TextStream text(task, "answer");
        text.write(std::string(TextStream::kWriteBytesMax + 1, 'x'));
        return TaskResult::completed();
    });
    EXPECT_THAT(events.back().json, HasSubstr("more than 1 MiB"));
}

}  // namespace
}  // namespace longwire
