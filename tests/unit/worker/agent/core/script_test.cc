#include "worker/agent/core/script.h"

#include <gmock/gmock.h>

#include "worker/agent/core/handoff.h"
#include "worker/agent/core/steering.h"

namespace longwire::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string text_of(const Script& script) {
    std::string text;
    for (const auto& piece : script.pieces) text += piece;
    return text;
}

ChatRequest asked(const std::string& message, std::vector<std::string> tools = {"calculator", "ask_user"}) {
    ChatRequest request;
    request.agent = "Ann";
    request.messages.push_back({ChatMessage::Role::user, message});
    for (auto& tool : tools) request.tools.push_back({std::move(tool), "", nullptr});
    return request;
}

/// The talk goes on: what the script wanted was done.
void answer(ChatRequest& request, const Script& script, const std::string& text) {
    request.messages.push_back({ChatMessage::Role::assistant, text_of(script), "Ann", script.tool_calls});
    for (const auto& call : script.tool_calls) {
        request.messages.push_back({ChatMessage::Role::tool, text, "", {}, call.id});
    }
}

TEST(Script, UsesOneToolAndThenSaysWhatItIsAndQuotes) {
    auto request = asked("what is it?");
    const auto first = write_script(request);
    ASSERT_THAT(first.tool_calls, SizeIs(1));
    EXPECT_EQ(first.tool_calls[0].name, "calculator");
    EXPECT_EQ(first.tool_calls[0].arguments, R"({"expression":"6 * 7"})");
    answer(request, first, "42");
    const auto second = write_script(request);
    EXPECT_THAT(second.tool_calls, IsEmpty());
    EXPECT_THAT(text_of(second), StartsWith("I am Longwire's scripted model"));
    EXPECT_THAT(text_of(second), HasSubstr("\"what is it?\". The tool calculator answered: 42."));
    EXPECT_DOUBLE_EQ(first.seconds + second.seconds, 3.0);
    EXPECT_FALSE(second.fails_at);
    request.messages.push_back({ChatMessage::Role::user, "and now?"});
    EXPECT_THAT(write_script(request).tool_calls, SizeIs(1)) << "what the user says next is answered likewise";
}

TEST(Script, WordsInTheMessageSteerIt) {
    auto request = asked("@tool=read_file @with=a/b @ask @seconds=10 @words=7");
    auto script = write_script(request);
    ASSERT_THAT(script.tool_calls, SizeIs(1));
    EXPECT_EQ(script.tool_calls[0].name, "ask_user");
    answer(request, script, "yes");
    script = write_script(request);
    ASSERT_THAT(script.tool_calls, SizeIs(1));
    EXPECT_EQ(script.tool_calls[0].name, "read_file") << "it tries what it was told to, offered or not";
    EXPECT_EQ(script.tool_calls[0].arguments, R"({"path":"a/b"})");
    EXPECT_DOUBLE_EQ(script.seconds, 1.0);
    answer(request, script, "text");
    script = write_script(request);
    EXPECT_THAT(script.tool_calls, IsEmpty());
    EXPECT_THAT(script.pieces, SizeIs(7));
    EXPECT_DOUBLE_EQ(script.seconds, 9.0);
}

TEST(Script, HasAsManyWordsAsItIsTold) {
    for (const std::size_t words : {1U, 10U, 30U, 1'000U}) {
        const auto text = text_of(write_script(asked("@words=" + std::to_string(words), {})));
        std::size_t blanks = 0;
        for (const char c : text) blanks += c == ' ' ? 1 : 0;
        EXPECT_EQ(blanks, words - 1) << text;
        EXPECT_FALSE(text.ends_with(' '));
    }
}

TEST(Script, FailsInMidAnswerForGoodOrForSomeTries) {
    const auto for_good = write_script(asked("@fail", {}));
    EXPECT_EQ(for_good.fails_at, for_good.pieces.size() / 2);
    EXPECT_TRUE(for_good.fails_for_good);
    auto twice = asked("@fail=2", {});
    EXPECT_TRUE(write_script(twice).fails_at);
    EXPECT_FALSE(write_script(twice).fails_for_good);
    twice.try_number = 2;
    EXPECT_TRUE(write_script(twice).fails_at);
    twice.try_number = 3;
    EXPECT_FALSE(write_script(twice).fails_at);
}

TEST(Script, HandsOverWhereItCan) {
    const auto handoff = handoff_tool("Data Writer");
    EXPECT_EQ(handoff, "transfer_to_Data_Writer");
    auto request = asked("plan it", {"ask_user", handoff});
    const auto script = write_script(request);
    ASSERT_THAT(script.tool_calls, SizeIs(1));
    EXPECT_EQ(script.tool_calls[0].name, handoff);
    EXPECT_FALSE(script.pieces.empty());
    answer(request, script, "goes on");
    request.tools.clear();
    const auto last = write_script(request);
    EXPECT_THAT(last.tool_calls, IsEmpty());
    EXPECT_DOUBLE_EQ(script.seconds + last.seconds, 2.1) << "the rest is the one between";
}

TEST(Steering, WhatIsNoOrderIsAWordLikeAnyOther) {
    const auto steering = read_steering("@seconds=x @words=0 @words= @fail=0 @asks @ mail@fail @seconds=-1");
    EXPECT_EQ(steering.seconds, 3);
    EXPECT_EQ(steering.words, 0U);
    EXPECT_FALSE(steering.fail);
    EXPECT_FALSE(steering.ask);
    EXPECT_EQ(steering.fail_tries, 0);
    EXPECT_EQ(read_steering("a\n@seconds=0.5\t@ask").seconds, 0.5);
}

}  // namespace
}  // namespace longwire::agent
