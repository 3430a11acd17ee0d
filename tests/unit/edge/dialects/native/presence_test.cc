#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

struct NativePresence : testing::Test, NativeClient {};

TEST_F(NativePresence, JoinAndLeaveArePassedOnWithTheConnection) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"join","topic":"room/a","info":{"n":1},"connection":"forged"})"), "");
    EXPECT_EQ(command(), R"(join {"topic":"room/a","as":null,"connection":"conn-1","info":{"n":1}})");
    answer("{}");
    EXPECT_EQ(heard(), R"({"id":1,"ok":{}})");
    EXPECT_EQ(say(R"({"id":2,"cmd":"leave","topic":"room/a","lost":true})"), "");
    EXPECT_EQ(command(), R"(leave {"topic":"room/a","as":null,"connection":"conn-1","lost":false})");
    answer("{}");
    EXPECT_EQ(heard(), R"({"id":2,"ok":{}})");
    EXPECT_EQ(say(R"({"id":3,"cmd":"leave","topic":"room/a"})"),
              R"({"id":3,"error":{"code":"not_found","message":"is not a member of room/a","field":"topic"}})");
}

TEST_F(NativePresence, PresenceIsPassedOn) {
    say(R"({"id":1,"cmd":"presence","topic":"room/a"})");
    answer(R"({"members":[{"id":"anna","info":null,"since_us":5}]})");
    EXPECT_EQ(heard(), R"({"id":1,"ok":{"members":[{"id":"anna","info":null,"since_us":5}]}})");
}

TEST_F(NativePresence, ALostConnectionIsLostAndOneThatIsDoneLeaves) {
    for (const auto& [code, lost] :
         {std::pair<std::uint16_t, std::string>{1006, "true"}, {1001, "true"}, {1000, "false"}}) {
        say(R"({"id":1,"cmd":"join","topic":"room/a"})");
        dialect->on_closed(code);
        EXPECT_EQ(command(), R"(leave {"topic":"room/a","as":null,"connection":"conn-1","lost":)" + lost + "}");
        heard();
    }
    dialect.reset();
    answer("{}", 1);
    EXPECT_EQ(heard(), "") << "an answer to a client that has gone";
}

TEST_F(NativePresence, RefusesWhatIsNoJoin) {
    EXPECT_NE(say(R"({"id":1,"cmd":"join"})").find(R"("field":"topic")"), std::string::npos);
    EXPECT_NE(say(R"({"id":1,"cmd":"join","topic":"a","as":"no good"})").find(R"("field":"as")"), std::string::npos);
    const auto large = std::string(2000, 'x');
    EXPECT_NE(say(R"({"id":1,"cmd":"join","topic":"a","info":")" + large + "\"}").find(R"("code":"too_large")"),
              std::string::npos);
    EXPECT_TRUE(asked.empty());
}

TEST(NativePresenceLimits, TooManyAreRefused) {
    NativeClient client({.joins_max = 1});
    client.say(R"({"id":1,"cmd":"join","topic":"a"})");
    EXPECT_NE(client.say(R"({"id":2,"cmd":"join","topic":"b"})").find(R"("code":"too_many")"), std::string::npos);
}

}  // namespace
}  // namespace longwire::edge
