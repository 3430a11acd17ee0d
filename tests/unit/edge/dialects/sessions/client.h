#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "edge/dialects/sessions/sessions.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {

inline constexpr std::string_view kEmptyPage = R"({"epoch":"","head":0,"tail":0,"events":[]})";
inline constexpr std::string_view kStored = R"({"offset":1,"duplicate":false})";

/// Keeps what a product declares, so that a test may set it.
class SetAll final : public SettingSink {
  public:
    void text(const ProductSetting& setting, std::string& value, const Check& check) override {
        texts[setting.name] = {&value, check};
    }
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t /*least*/,
                std::int64_t /*most*/) override {
        numbers[setting.name] = &value;
    }
    void list(const ProductSetting& setting, std::vector<std::string>& value, const Check& check) override {
        lists[setting.name] = {&value, check};
    }
    void toggle(const ProductSetting& /*setting*/, bool& /*value*/) override {}

    std::map<std::string, std::pair<std::string*, Check>> texts;
    std::map<std::string, std::int64_t*> numbers;
    std::map<std::string, std::pair<std::vector<std::string>*, Check>> lists;
};

/// One connection of a session; the test plays the broker.
struct SessionsTest : testing::Test {
    std::unique_ptr<Product> product = make_sessions_product();
    FakeHost host{"sessions"};
    const std::string conversation = "session/print-anna tok/guide";

    void connect(std::string token = "tok") {
        Opening::Values query;
        if (!token.empty()) query.emplace_back("session_token", token);
        host.open(*product, "/api/ws/guide", {}, query);
    }
    void connect_liaison(std::string pillar) {
        host.open(*product, "/api/ws/liaison/{pillar}", {{"pillar", std::move(pillar)}}, {{"session_token", "tok"}});
    }
    /// Up to where the conversation of a session that is known goes on.
    void open_known(std::string_view records = kEmptyPage) {
        host.reply("history", R"({"epoch":"00000000000000e0","head":1,"events":[{"offset":1,"type":"presence.join",)"
                              R"("time_us":1,"data":{"member":"anna"}}]})");
        open_conversation(records);
    }
    void open_new() {
        host.reply("history", kEmptyPage);
        host.reply("publish", kStored);
        open_conversation(kEmptyPage);
    }
    void open_conversation(std::string_view records) {
        host.reply("history", records);
        host.reply("subscribe", "{}");  // what is passed on
        host.reply("subscribe", "{}");  // the records
        host.reply("publish", kStored);
    }
    /// Connected, greeted, and nothing has been said yet.
    void talk() {
        connect();
        open_new();
        host.heard();
        host.commands();
    }
    /// What the client said begins turn 1, task t1.
    void begin_turn(std::string_view message = R"({"type":"user_message","message":"hi"})") {
        host.say(message);
        const auto asked = host.commands();
        ASSERT_NE(asked.find(R"("type":"turn")"), std::string::npos) << asked;
        const auto data = asked.substr(asked.find('{'));
        const auto turn = json::parse(data).at("data");
        task = std::string(turn.at("task").as_string());
        host.reply("publish", kStored);
        host.event(conversation, "turn", json::serialize(turn));
        host.reply("start", R"({"task":"x","created":true})");
        host.reply("subscribe", "{}");
        host.heard();
    }
    void task_event(std::string_view type, std::string_view data) { host.event("task/" + task, type, data); }

    /// The only message that has been sent since; of it a field, as JSON.
    json::object only() {
        const auto text = host.heard();
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        return text.empty() ? json::object() : json::parse(text).as_object();
    }
    static std::string field(const json::object& message, std::string_view name) {
        const auto* const value = message.if_contains(name);
        return value == nullptr ? "absent" : json::serialize(*value);
    }
    std::string sent(std::string_view type, std::string_view data, std::string_view name) {
        task_event(type, data);
        return field(only(), name);
    }

    std::string task;
};

}  // namespace longwire::edge
