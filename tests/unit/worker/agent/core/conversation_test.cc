#include "worker/agent/core/conversation.h"

#include <gmock/gmock.h>

#include "worker/agent/core/request_body.h"

namespace longwire::agent {
namespace {

using ::testing::ElementsAre;

using Role = ChatMessage::Role;

std::vector<std::string> contents(const Conversation& conversation) {
    std::vector<std::string> all;
    for (const auto& message : conversation.messages()) all.push_back(message.content.substr(0, 4));
    return all;
}

ChatMessage padded(Role role, std::string text) {
    text.resize(400, '.');
    return {role, std::move(text)};
}

TEST(Conversation, TheOldestStepsGoButForTheFirstMessage) {
    Conversation talk(2'000);
    talk.add(padded(Role::user, "goal"));
    talk.add(padded(Role::assistant, "use1"));
    talk.add(padded(Role::tool, "fnd1"));
    talk.add(padded(Role::tool, "fnd2"));
    EXPECT_THAT(contents(talk), ElementsAre("goal", "use1", "fnd1", "fnd2"));
    talk.add(padded(Role::assistant, "use2"));
    EXPECT_THAT(contents(talk), ElementsAre("goal", "use2")) << "what tools found goes with what wanted them";
    EXPECT_EQ(talk.gone(), 3U);
    talk.add(padded(Role::tool, "fnd3"));
    EXPECT_THAT(contents(talk), ElementsAre("goal", "use2", "fnd3"));
}

TEST(Conversation, WhatIsNewestStaysWhateverItsSize) {
    Conversation talk(100);
    talk.add(padded(Role::user, "goal"));
    talk.add(padded(Role::assistant, "use1"));
    talk.add(padded(Role::tool, "fnd1"));
    EXPECT_THAT(contents(talk), ElementsAre("goal", "use1", "fnd1"));
}

TEST(RequestBody, IsWhatServersExpect) {
    ChatRequest request;
    request.prompt = "Be brief.";
    request.messages.push_back({Role::user, "6*7?"});
    request.messages.push_back({Role::assistant, "", "Ann", {{"c1", "calculator", R"({"expression":"6*7"})"}}});
    request.messages.push_back({Role::tool, "42", "", {}, "c1"});
    request.tools.push_back({"calculator", "Calculates.", {{"type", "object"}}});
    request.temperature = 0.5;
    EXPECT_EQ(request_body(request, "m"),
              R"({"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"6*7?"},)"
              R"({"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":)"
              R"({"name":"calculator","arguments":"{\"expression\":\"6*7\"}"}}]},)"
              R"({"role":"tool","tool_call_id":"c1","content":"42"}],"tools":[{"type":"function","function":)"
              R"({"name":"calculator","description":"Calculates.","parameters":{"type":"object"}}}],)"
              R"("temperature":5E-1,"stream":true,"stream_options":{"include_usage":true}})");
    request = {};
    request.model = "own";
    EXPECT_EQ(request_body(request, "m"),
              R"({"model":"own","messages":[],"stream":true,"stream_options":{"include_usage":true}})");
}

}  // namespace
}  // namespace longwire::agent
