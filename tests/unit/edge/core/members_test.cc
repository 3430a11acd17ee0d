#include "edge/core/members.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/fake_shard.h"

namespace longwire::edge {
namespace {

struct MembersTest : testing::Test, FakeShard {
    const Identity who{"dev", "anna"};
    std::vector<std::string> replies;

    Requests::OnReply noted() {
        return [this](const Result<std::string>& result) {
            replies.push_back(result ? "ok" : std::string(to_string(result.error().code)));
        };
    }
    void join(const std::string& connection, const std::string& topic, const std::string& as = "") {
        members.join(who, connection, {topic, as, {}, {}}, noted());
    }
    std::vector<std::string> sent() {
        std::vector<std::string> commands;
        for (const auto& message : std::exchange(asked, {})) {
            const auto& command = std::get<SendCommand>(message);
            std::string json;
            EXPECT_TRUE(append_json(command.fields, json));
            commands.push_back(command.command + " " + json);
        }
        return commands;
    }
};

const std::string kJoined = R"(join {"topic":"room/a","as":null,"connection":"c1","info":null})";

TEST_F(MembersTest, AreToldToTheBrokerAndAgainInANewSession) {
    join("c1", "room/a");
    answer("{}");
    EXPECT_EQ(replies, std::vector<std::string>{"ok"});
    EXPECT_EQ(sent(), std::vector<std::string>{kJoined});
    members.on_link_up();
    EXPECT_EQ(sent(), std::vector<std::string>{kJoined});
    EXPECT_EQ(members.size(), 1U);
}

TEST_F(MembersTest, WhatFailsInANewSessionIsTriedAgain) {
    join("c1", "room/a");
    answer("{}");
    members.on_link_up();
    refuse({Errc::unavailable, "not now", {}, 0});
    sent();
    members.tick(10'000'000);
    EXPECT_EQ(command(), kJoined);
    answer("{}");
    sent();
    members.tick(20'000'000);
    EXPECT_TRUE(sent().empty());
}

TEST_F(MembersTest, ARefusedOneIsNone) {
    join("c1", "room/a");
    refuse({Errc::too_many, "full", "topic", 0});
    EXPECT_EQ(replies, std::vector<std::string>{"too_many"});
    EXPECT_EQ(members.size(), 0U);
    sent();
    members.on_link_up();
    members.drop("c1", true);
    EXPECT_TRUE(sent().empty());
}

TEST_F(MembersTest, OneThatMayHaveJoinedUnheardIsMadeToLeave) {
    join("c1", "room/a");
    refuse({Errc::unavailable, "no answer", {}, 0});
    EXPECT_EQ(sent().back(), R"(leave {"topic":"room/a","as":null,"connection":"c1","lost":false})");
    EXPECT_EQ(members.size(), 0U);
}

TEST_F(MembersTest, AConnectionThatGoesTakesItsMembersAlong) {
    join("c1", "room/a", "bob");
    join("c1", "room/b");
    join("c2", "room/a");
    EXPECT_EQ(members.count("c1"), 2U);
    sent();
    members.drop("c1", true);
    EXPECT_EQ(sent(),
              (std::vector<std::string>{R"(leave {"topic":"room/a","as":"bob","connection":"c1","lost":true})",
                                        R"(leave {"topic":"room/b","as":null,"connection":"c1","lost":true})"}));
    members.drop("c1", true);
    EXPECT_TRUE(sent().empty());
    EXPECT_EQ(members.size(), 1U);
}

TEST_F(MembersTest, LeavingWhatOneIsNotInIsNotFound) {
    members.leave("c1", "room/a", noted());
    join("c1", "room/a");
    members.leave("c1", "room/a", noted());
    answer("{}");
    answer("{}", 1);
    EXPECT_EQ(replies, (std::vector<std::string>{"not_found", "ok", "ok"}));
    EXPECT_EQ(members.size(), 0U);
}

TEST_F(MembersTest, AConnectionIsOneMemberOfATopic) {
    join("c1", "room/a", "bob");
    join("c1", "room/a", "bob");
    join("c1", "room/a", "eve");
    EXPECT_EQ(replies, std::vector<std::string>{"conflict"});
    EXPECT_EQ(members.size(), 1U);
}

}  // namespace
}  // namespace longwire::edge
