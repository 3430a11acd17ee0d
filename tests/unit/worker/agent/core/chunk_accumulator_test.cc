#include "worker/agent/core/chunk_accumulator.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <initializer_list>

namespace longwire::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kTextBytesMax = 1'000;

std::string delta(const std::string& fields, const std::string& finish = "null") {
    return R"({"model":"m-1","choices":[{"index":0,"delta":{)" + fields + R"(},"finish_reason":)" + finish + "}]}";
}

Completion completion_of(std::initializer_list<std::string> chunks) {
    ChunkAccumulator accumulator(kTextBytesMax);
    std::string text;
    for (const auto& chunk : chunks) {
        const auto added = accumulator.take(chunk);
        EXPECT_TRUE(added) << chunk << describe(added.error());
        if (added) text += *added;
    }
    EXPECT_TRUE(accumulator.is_whole());
    auto completion = accumulator.finish();
    EXPECT_EQ(completion.text, text);
    return completion;
}

Error error_of(const std::string& chunk) {
    ChunkAccumulator accumulator(kTextBytesMax);
    const auto added = accumulator.take(chunk);
    EXPECT_FALSE(added) << chunk;
    return added ? Error{} : added.error();
}

TEST(ChunkAccumulator, JoinsTextsWithWhateverChunksAreAround) {
    const auto completion = completion_of(
        {R"({"choices":[]})", "{}", delta(R"("role":"assistant")"), delta(R"("role":"assistant","content":null)"),
         delta(R"("content":"")"), delta(R"("content":"Hel")"), delta(R"("content":"lo","refusal":null)"),
         R"({"choices":[{"index":0,"finish_reason":null}]})", R"({"choices":[{"index":0,"delta":null}]})",
         delta("", R"("stop")"), R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3}})", "[DONE]"});
    EXPECT_EQ(completion.text, "Hello");
    EXPECT_THAT(completion.tool_calls, IsEmpty());
    EXPECT_EQ(completion.usage, (Usage{12, 3}));
    EXPECT_EQ(completion.model, "m-1");
    EXPECT_EQ(completion.finish, "stop");
}

TEST(ChunkAccumulator, TakesTextsInPartsAndLeavesOutThoughts) {
    const auto completion = completion_of(
        {delta(R"("content":[{"type":"thinking","text":"hm"},{"type":"text","text":"Hel"},7,{"type":"text"}])"),
         delta(R"("content":[{"type":"text","text":"lo"}],"reasoning_content":"hm")"), "[DONE]"});
    EXPECT_EQ(completion.text, "Hello");
}

TEST(ChunkAccumulator, IsWholeWithoutDoneOnceItHasFinished) {
    ChunkAccumulator accumulator(kTextBytesMax);
    ASSERT_TRUE(accumulator.take(delta(R"("content":"x")")));
    EXPECT_FALSE(accumulator.is_whole());
    ASSERT_TRUE(accumulator.take(delta("", R"("length")")));
    EXPECT_TRUE(accumulator.is_whole());
    EXPECT_FALSE(accumulator.is_done()) << "the usage may still come";
    EXPECT_EQ(accumulator.finish().finish, "length");
}

TEST(ChunkAccumulator, WhatComesAfterTheEndIsPassedOver) {
    EXPECT_EQ(completion_of({delta(R"("content":"x")"), "[DONE]", "nonsense"}).text, "x");
}

TEST(ChunkAccumulator, PutsToolCallsTogetherByTheirIndex) {
    const auto completion = completion_of(
        {delta(R"("tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"two","arguments":""}}])"),
         delta(R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"one","arguments":"{\"x"}}])"),
         delta(R"("tool_calls":[{"index":1,"function":{"arguments":"{}"}},{"index":0,"function":)"
               R"({"arguments":"\":1}"}}])"),
         delta("", R"("tool_calls")")});
    EXPECT_THAT(completion.tool_calls, ElementsAre(ToolCall{"a", "one", R"({"x":1})"}, ToolCall{"b", "two", "{}"}));
}

TEST(ChunkAccumulator, TakesToolCallsAsOtherServersSendThem) {
    const auto whole =
        completion_of({delta(R"("tool_calls":[{"id":"a","function":{"name":"one","arguments":{"x":1}}}])"),
                       delta(R"("tool_calls":[{"id":"b","function":{"name":"two","arguments":null}}])"), "[DONE]"});
    EXPECT_THAT(whole.tool_calls, ElementsAre(ToolCall{"a", "one", R"({"x":1})"}, ToolCall{"b", "two", "{}"}));
    const auto bare =
        completion_of({delta(R"("tool_calls":[{"function":{"name":"one"}},{"function":{"name":"two"}}])"), "[DONE]"});
    EXPECT_THAT(bare.tool_calls, ElementsAre(ToolCall{"call-1", "one", "{}"}, ToolCall{"call-2", "two", "{}"}));
    const auto repeated = completion_of(
        {delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"one","arguments":"{"}}])"),
         delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"one","arguments":"}"}}])"), "[DONE]"});
    EXPECT_THAT(repeated.tool_calls, ElementsAre(ToolCall{"a", "one", "{}"}));
    EXPECT_THAT(completion_of({delta(R"("tool_calls":[{"index":0}])"), "[DONE]"}).tool_calls, IsEmpty())
        << "a call of nothing is none";
}

TEST(ChunkAccumulator, AnErrorInMidStreamSaysWhoseFaultItWas) {
    EXPECT_EQ(error_of(R"({"error":{"message":"overloaded","type":"server_error"}})").code, Errc::unavailable);
    EXPECT_EQ(error_of(R"({"error":"it broke"})").message, "the model server says: it broke");
    EXPECT_EQ(error_of(R"({"error":{"message":"slow down","code":429}})").code, Errc::rate_limited);
    EXPECT_EQ(error_of(R"({"error":{"message":"no","type":"invalid_request_error"}})").code, Errc::bad_request);
    EXPECT_THAT(error_of(R"({"error":{"status":5}})").message, HasSubstr(R"({"status":5})"));
    ChunkAccumulator fine(kTextBytesMax);
    EXPECT_TRUE(fine.take(R"({"error":null,"choices":[]})"));
}

TEST(ChunkAccumulator, WhatIsNoChunkMayBeOneNextTime) {
    for (const auto* const chunk : {"", "nonsense", "[1]", "7", R"({"choices":[7]})", "{\"choices\":[\"\xC3\"]}",
                                    R"({"choices":[{"delta":{"tool_calls":[7]}}]})"}) {
        EXPECT_EQ(error_of(chunk).code, Errc::unavailable) << chunk;
    }
}

TEST(ChunkAccumulator, BoundsHold) {
    EXPECT_EQ(error_of(delta(R"("content":")" + std::string(kTextBytesMax + 1, 'x') + '"')).code, Errc::too_large);
    EXPECT_EQ(error_of(delta(R"("tool_calls":[{"index":0,"function":{"arguments":")" +
                             std::string(ChunkAccumulator::kArgumentsBytesMax + 1, 'x') + R"("}}])"))
                  .code,
              Errc::too_large);
    std::string calls;
    for (std::size_t i = 0; i <= ChunkAccumulator::kToolCallsMax; ++i) {
        calls += (calls.empty() ? "" : ",") + std::string(R"({"index":)") + std::to_string(i * 1000) + "}";
    }
    EXPECT_EQ(error_of(delta(R"("tool_calls":[)" + calls + "]")).code, Errc::too_many);
}

TEST(ChunkAccumulator, ReadsAnswersThatAreNoStreams) {
    const auto answer = read_whole_answer(
        R"({"model":"m","choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],)"
        R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})",
        kTextBytesMax);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->text, "Hi");
    EXPECT_EQ(answer->usage, (Usage{1, 2}));
    EXPECT_FALSE(read_whole_answer(R"({"choices":[]})", kTextBytesMax));
    EXPECT_FALSE(read_whole_answer(R"({"error":"no"})", kTextBytesMax));
}

}  // namespace
}  // namespace longwire::agent
