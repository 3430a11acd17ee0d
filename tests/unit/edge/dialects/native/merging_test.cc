#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

const std::string kPath = "dev/task/t";

std::string subscribe(std::string_view more) {
    return R"({"id":1,"cmd":"subscribe","topic":"task/t")" + std::string(more) + "}";
}

struct NativeMerging : testing::Test, NativeClient {
    /// Watches from now on; then events come that it is too slow for, for a second.
    void lag(std::string_view more = "") {
        say(subscribe(more));
        hub.on_ready({kPath, 1, 0, 1});
        hub.tick(services.now_us);
        heard();
        transport.unsent = 1U << 20;
        std::vector<Said> said{{"task.progress", R"({"progress":0.1})"},
                               {"text.delta", R"({"stream":"s","text":"Hel"})"},
                               {"text.delta", R"({"stream":"s","text":"lo"})"}};
        said.insert(said.end(), Merger::kLogsMax + 2, {"log", "{}"});
        hub.on_events(make_batch_of(kPath, 1, said));
        hub.on_events(make_batch_of(kPath, 26, {{"task.completed", "{}"}}));
        hub.tick(services.now_us + 1'000'000);
        EXPECT_EQ(heard(), "");
        transport.unsent = 0;
        dialect->on_drained();
    }
    std::vector<std::string> lines() {
        std::vector<std::string> lines;
        for (const auto& message : std::exchange(transport.sent, {})) lines.push_back(message.payload);
        return lines;
    }
};

TEST_F(NativeMerging, ASlowClientIsToldWhatIsLeftAndGetsIt) {
    lag();
    const auto all = lines();
    ASSERT_EQ(all.size(), 1 + 1 + 1 + 1 + Merger::kLogsMax + 1);
    EXPECT_EQ(all[0], R"({"merged":{"topic":"task/t","from":1,"to":26,"events":26,"left":23}})");
    EXPECT_EQ(all[1], R"({"topic":"task/t","offset":1,"type":"task.progress","time_us":1700000000000000,)"
                      R"("data":{"progress":0.1},"task":"t","attempt":0,"source":"worker-1"})");
    EXPECT_EQ(all[2], R"({"topic":"task/t","offset":3,"type":"text.delta","time_us":1700000000000000,)"
                      R"("data":{"stream":"s","text":"Hello"},"task":"t","attempt":0,"source":"worker-1"})");
    EXPECT_EQ(all[3], R"({"gap":{"topic":"task/t","from":4,"to":5,"reason":"slow"}})");
    EXPECT_TRUE(all.back().starts_with(R"({"topic":"task/t","offset":26,"type":"task.completed")"));
}

TEST_F(NativeMerging, ZeroAsksForEveryEvent) {
    lag(R"(,"conflate_ms":0)");
    EXPECT_EQ(lines().size(), 26U);
}

TEST_F(NativeMerging, AnIntervalIsMergedWithoutBeingSlow) {
    say(R"({"id":1,"cmd":"subscribe","topics":[{"topic":"task/t","conflate_ms":200}]})");
    hub.tick(services.now_us);
    hub.on_ready({kPath, 1, 0, 1});
    heard();
    hub.on_events(make_batch_of(kPath, 1, {{"text.delta", R"({"text":"a"})"}}));
    EXPECT_EQ(lines().size(), 1U) << "whole: without a word of merging";
    hub.on_events(make_batch_of(kPath, 2, {{"text.delta", R"({"text":"b"})"}}));
    hub.on_events(make_batch_of(kPath, 3, {{"text.delta", R"({"text":"c"})"}}));
    EXPECT_TRUE(lines().empty());
    hub.tick(services.now_us + 200'000);
    const auto all = lines();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0], R"({"merged":{"topic":"task/t","from":2,"to":3,"events":2,"left":1}})");
    EXPECT_NE(all[1].find(R"("offset":3)"), std::string::npos);
    EXPECT_NE(all[1].find(R"("data":{"text":"bc"})"), std::string::npos);
}

TEST_F(NativeMerging, AnIntervalIsCheckedByName) {
    for (const auto* wrong : {"-1", "60001", "1.5", "\"100\"", "true", "[]"}) {
        const auto answer = say(subscribe(",\"conflate_ms\":" + std::string(wrong)));
        EXPECT_NE(answer.find(R"("code":"bad_request")"), std::string::npos) << wrong;
        EXPECT_NE(answer.find(R"("field":"conflate_ms")"), std::string::npos) << wrong;
    }
    say(subscribe(R"(,"conflate_ms":60000)"));
    EXPECT_EQ(all<WatchTopic>().size(), 1U);
}

TEST(NativeMergingMsgpack, PushesAreMessagePackToo) {
    NativeClient client({}, msgpack_encoding());
    const auto command = json_to_msgpack(subscribe(R"(,"conflate_ms":100)"));
    client.dialect->on_message(*command, true);
    client.hub.on_ready({kPath, 1, 0, 1});
    client.transport.sent.clear();
    client.hub.on_events(make_batch_of(
        kPath, 1, {{"task.progress", "{}"}, {"text.delta", R"({"text":"a"})"}, {"text.delta", R"({"text":"b"})"}}));
    ASSERT_EQ(client.transport.sent.size(), 3U);
    std::string json;
    for (const auto& message : client.transport.sent) {
        EXPECT_TRUE(message.is_binary);
        EXPECT_TRUE(append_json(message.payload, json));
    }
    EXPECT_TRUE(json.starts_with(R"({"merged":{"topic":"task/t","from":1,"to":3,"events":3,"left":2}}{"topic")"))
        << json;
    EXPECT_NE(json.find(R"("data":{"text":"ab"})"), std::string::npos) << json;
}

}  // namespace
}  // namespace longwire::edge
