#include "edge/core/requests.h"

#include <gtest/gtest.h>

#include "protocol/msgpack_writer.h"

namespace longwire::edge {
namespace {

struct RequestsFixture : testing::Test {
    std::vector<ToLink> asked;
    Requests requests{[this](ToLink message) { asked.push_back(std::move(message)); }};
    std::vector<std::string> answers;

    std::uint64_t command(std::string_view name, std::string fields = "\x80") {
        return requests.command({"acme", "anna"}, name, std::move(fields), [this](const Result<std::string>& reply) {
            answers.push_back(reply ? *reply : std::string(to_string(reply.error().code)));
        });
    }
    bool may_repeat() const { return std::get<SendCommand>(asked.back()).may_repeat; }
};

TEST_F(RequestsFixture, ACommandGoesOutWithWhoAsks) {
    const auto token = command("state");
    const auto& sent = std::get<SendCommand>(asked.at(0));
    EXPECT_EQ(sent.token, token);
    EXPECT_EQ(sent.realm, "acme");
    EXPECT_EQ(sent.user, "anna");
    EXPECT_EQ(sent.command, "state");
    EXPECT_EQ(sent.fields, "\x80");
}

TEST_F(RequestsFixture, EachIsAnsweredOnce) {
    const auto token = command("state");
    EXPECT_EQ(requests.waiting(), 1U);
    requests.on_answered({token, std::string("a")});
    requests.on_answered({token, std::string("b")});
    EXPECT_EQ(answers, std::vector<std::string>{"a"});
    EXPECT_EQ(requests.waiting(), 0U);
}

TEST_F(RequestsFixture, AFailureIsAnAnswer) {
    requests.on_answered({command("state"), Error{Errc::unavailable, "no"}});
    EXPECT_EQ(answers, std::vector<std::string>{"unavailable"});
}

TEST_F(RequestsFixture, WhatIsGivenUpIsNotAnswered) {
    const auto token = command("state");
    requests.give_up(token);
    EXPECT_EQ(requests.waiting(), 0U);
    requests.on_answered({token, std::string("a")});
    EXPECT_TRUE(answers.empty());
}

TEST_F(RequestsFixture, WhoAsksTheSameAtOnceSharesTheAnswer) {
    const auto ask = [&](const std::string& user, const std::string& name, const std::string& realm = "acme") {
        return requests.shared_command({realm, user}, "state", name,
                                       [this, user](const auto& reply) { answers.push_back(user + *reply); });
    };
    ask("anna", "t");
    const auto given_up = ask("bob", "t");
    ask("cem", "t");
    EXPECT_EQ(asked.size(), 1U);
    ask("dan", "u");
    ask("eve", "t", "other");
    EXPECT_EQ(asked.size(), 3U);
    requests.give_up(given_up);
    requests.on_answered({std::get<SendCommand>(asked[0]).token, std::string("1")});
    EXPECT_EQ(answers, (std::vector<std::string>{"anna1", "cem1"}));
    ask("fay", "t");
    EXPECT_EQ(asked.size(), 4U) << "what was answered is asked anew";
}

TEST_F(RequestsFixture, WhoIsAnsweredTogetherMayGiveUpForOthersAndAskAnew) {
    std::uint64_t other = 0;
    const auto never = [](const auto&) { FAIL() << "was given up"; };
    requests.shared_command({"acme", "anna"}, "state", "t", [&](const auto&) {
        requests.give_up(other);
        requests.shared_command({"acme", "anna"}, "state", "t", [this](const auto&) { answers.push_back("again"); });
    });
    other = requests.shared_command({"acme", "bob"}, "state", "t", never);
    requests.on_answered({std::get<SendCommand>(asked[0]).token, std::string("1")});
    EXPECT_TRUE(answers.empty());
    requests.on_answered({std::get<SendCommand>(asked.at(1)).token, std::string("2")});
    EXPECT_EQ(answers, std::vector<std::string>{"again"});
    EXPECT_EQ(requests.waiting(), 0U);
}

TEST_F(RequestsFixture, ARedirectedAnswerGoesToTheOtherOnly) {
    const auto token = command("start");
    std::string other;
    requests.redirect(token, [&](const Result<std::string>& reply) { other = *reply; });
    requests.on_answered({token, std::string("a")});
    EXPECT_EQ(other, "a");
    EXPECT_TRUE(answers.empty());
    requests.redirect(token, [&](const Result<std::string>&) { other = "again"; });
    EXPECT_EQ(requests.waiting(), 0U) << "an answered one cannot be redirected";
}

TEST_F(RequestsFixture, PagesAreAnsweredOnceToo) {
    int pages = 0;
    const auto token =
        requests.fetch("acme/room/ops", 7, 10, 50, [&](const Result<FetchedPage>& page) { pages += page ? 1 : 100; });
    const auto& sent = std::get<FetchEvents>(asked.at(0));
    EXPECT_EQ(sent.path, "acme/room/ops");
    EXPECT_EQ(sent.epoch, 7U);
    EXPECT_EQ(sent.after, 10U);
    EXPECT_EQ(sent.events_max, 50U);
    requests.on_fetched({token, FetchedPage{}});
    requests.on_fetched({token, FetchedPage{}});
    EXPECT_EQ(pages, 1);
    const auto given_up = requests.fetch("acme/room/ops", 0, 0, 1, [&](const auto&) { pages += 1000; });
    requests.give_up(given_up);
    requests.on_fetched({given_up, FetchedPage{}});
    EXPECT_EQ(pages, 1);
}

TEST_F(RequestsFixture, OnlyWhatDoesNoHarmTwiceMayBeRepeated) {
    for (const auto* name : {"start", "cancel", "state", "tasks", "workers", "kinds"}) {
        command(name);
        EXPECT_TRUE(may_repeat()) << name;
    }
    for (const auto* name : {"run", "input", "publish"}) {
        command(name);
        EXPECT_FALSE(may_repeat()) << name;
    }
    std::string keyed;
    MsgpackWriter writer(keyed);
    writer.map(1);
    writer.field("key", "k");
    command("publish", keyed);
    EXPECT_TRUE(may_repeat());
    command("input", keyed);
    EXPECT_FALSE(may_repeat());
}

}  // namespace
}  // namespace longwire::edge
