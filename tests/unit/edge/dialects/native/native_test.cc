#include "edge/dialects/native/native.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

struct NativeTest : testing::Test, NativeClient {};

/// What a bad command is answered with.
std::string bad(std::string_view id, std::string_view field, std::string_view message) {
    return "{\"id\":" + std::string(id) + ",\"error\":{\"code\":\"bad_request\",\"message\":\"" + std::string(message) +
           "\",\"field\":\"" + std::string(field) + "\"}}";
}

TEST_F(NativeTest, HelloSaysWhoIsWho) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"hello","client":{"name":"x","version":"1"}})"),
              R"({"id":1,"ok":{"connection":"conn-1","realm":"dev","user":"anna","edge":"edge-1",)"
              R"("heartbeat_ms":25000,"max_message_bytes":1048576,"expires_us":null}})");
}

TEST_F(NativeTest, PingTellsTheTime) {
    EXPECT_EQ(say(R"({"id":2,"cmd":"ping"})"), R"({"id":2,"ok":{"time_us":1000000}})");
}

TEST_F(NativeTest, RefreshWantsATokenAndNothingExpires) {
    EXPECT_EQ(say(R"({"id":3,"cmd":"refresh","token":"t"})"), R"({"id":3,"ok":{"expires_us":null}})");
    EXPECT_EQ(say(R"({"id":3,"cmd":"refresh"})"), bad("3", "token", "is required"));
}

TEST_F(NativeTest, ACommandIsPassedOnWithItsFieldsAndItsAnswerComesBack) {
    EXPECT_EQ(say(R"({"id":7,"cmd":"publish","topic":"room/ops","type":"note","data":{"a":[1,null]},"key":"k"})"), "");
    EXPECT_EQ(command(),
              R"(publish {"id":7,"cmd":"publish","topic":"room/ops","type":"note","data":{"a":[1,null]},"key":"k"})");
    EXPECT_EQ(all<SendCommand>()[0].realm, "dev");
    EXPECT_EQ(all<SendCommand>()[0].user, "anna");
    answer(R"({"topic":"room/ops","epoch":"000000000000000e","offset":3,"duplicate":false})");
    EXPECT_EQ(heard(), R"({"id":7,"ok":{"topic":"room/ops","epoch":"000000000000000e","offset":3,"duplicate":false}})");
}

TEST_F(NativeTest, EveryCommandOfTheBrokerIsPassedOn) {
    for (const auto* text :
         {R"({"id":1,"cmd":"run","task":"t1"})", R"({"id":1,"cmd":"cancel","task":"t1","reason":"r"})",
          R"({"id":1,"cmd":"input","task":"t1","data":1})", R"({"id":1,"cmd":"state","task":"t1"})",
          R"({"id":1,"cmd":"tasks","state":"RUNNING","kind":"k","limit":5,"after":"t0"})",
          R"({"id":1,"cmd":"workers"})"}) {
        EXPECT_EQ(say(text), "") << text;
        EXPECT_TRUE(command().ends_with(text)) << command();
        answer("{}");
        EXPECT_EQ(heard(), R"({"id":1,"ok":{}})");
    }
}

TEST_F(NativeTest, AnErrorsPartsAreAllPassedOn) {
    say(R"({"id":7,"cmd":"state","task":"t1"})");
    refuse({Errc::not_found, "no such \"task\"", "task", 0});
    EXPECT_EQ(heard(), R"({"id":7,"error":{"code":"not_found","message":"no such \"task\"","field":"task"}})");
    say(R"({"id":8,"cmd":"state","task":"t1"})");
    refuse({Errc::unavailable, "try again", {}, 500});
    EXPECT_EQ(heard(), R"({"id":8,"error":{"code":"unavailable","message":"try again","retry_after_ms":500}})");
}

TEST_F(NativeTest, RepliesMayOvertakeEachOther) {
    say(R"({"id":1,"cmd":"workers"})");
    say(R"({"id":2,"cmd":"workers"})");
    answer("{}");
    answer("{}", 1);
    EXPECT_EQ(heard(), "{\"id\":2,\"ok\":{}}\n{\"id\":1,\"ok\":{}}");
}

TEST_F(NativeTest, ABadCommandNamesTheFieldAndIsNotPassedOn) {
    EXPECT_EQ(say(R"({"id":1,"cmd":"publish","topic":"room/ops"})"), bad("1", "type", "is required"));
    EXPECT_EQ(say(R"({"id":1,"cmd":"publish","type":"t"})"), bad("1", "topic", "is required"));
    EXPECT_EQ(say(R"({"id":1,"cmd":"start"})"), bad("1", "kind", "is required"));
    EXPECT_EQ(say(R"({"id":1,"cmd":"start","kind":"k","on_disconnect":"x"})"),
              bad("1", "on_disconnect", R"(must be \"continue\" or \"cancel\")"));
    EXPECT_EQ(say(R"({"id":1,"cmd":"history","topic":"a","limit":0})"), bad("1", "limit", "must be from 1 to 1000"));
    EXPECT_EQ(say(R"({"id":1})"), bad("1", "cmd", "is required"));
    EXPECT_EQ(say(R"({"id":1,"cmd":5})"), bad("1", "cmd", "must be a string"));
    EXPECT_EQ(say(R"({"id":1,"cmd":"fly"})"), bad("1", "cmd", "is unknown: fly"));
    EXPECT_NE(say(R"({"id":1,"cmd":"publish","topic":"task/t1","type":"t"})").find("forbidden"), std::string::npos);
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(transport.closes, 0);
}

TEST_F(NativeTest, ACommandWithoutAnIdIsAnsweredWithoutOneAndNotCounted) {
    // An object without a usable id counted as a frame that is no object: ten of them closed the connection.
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(say(R"({"cmd":"ping"})"), R"({"error":{"code":"bad_request","message":"is required","field":"id"}})");
    }
    EXPECT_NE(say(R"({"id":0,"cmd":"ping"})").find("\"field\":\"id\""), std::string::npos);
    EXPECT_NE(say(R"({"id":"a","cmd":"ping"})").find("\"field\":\"id\""), std::string::npos);
    EXPECT_NE(say(R"({"id":1.5,"cmd":"ping"})").find("\"field\":\"id\""), std::string::npos);
    EXPECT_EQ(transport.closes, 0);
}

TEST_F(NativeTest, AFrameMayHoldSeveralObjectsEachOnItsLine) {
    EXPECT_EQ(say("{\"id\":1,\"cmd\":\"ping\"}\n{\"id\":2,\"cmd\":\"ping\"}\r\n\n{\"id\":3,\"cmd\":\"ping\"}\n"),
              "{\"id\":1,\"ok\":{\"time_us\":1000000}}\n{\"id\":2,\"ok\":{\"time_us\":1000000}}\n"
              "{\"id\":3,\"ok\":{\"time_us\":1000000}}");
}

TEST_F(NativeTest, AnObjectMaySpanLines) {
    EXPECT_EQ(say("{\"id\":1,\n \"cmd\":\"ping\"}\n{\"id\":2,\n\"cmd\":\"ping\"}"),
              "{\"id\":1,\"ok\":{\"time_us\":1000000}}\n{\"id\":2,\"ok\":{\"time_us\":1000000}}");
}

TEST_F(NativeTest, AGarbledLineSpoilsOnlyItself) {
    const auto answers = say("{\"id\":1,\"cmd\":\"ping\"}\nnonsense\n{\"id\":2,\"cmd\":\"ping\"}");
    EXPECT_TRUE(answers.starts_with("{\"id\":1,\"ok\":{\"time_us\":1000000}}\n{\"error\":{\"code\":\"bad_request\""))
        << answers;
    EXPECT_TRUE(answers.ends_with("{\"id\":2,\"ok\":{\"time_us\":1000000}}")) << answers;
}

TEST_F(NativeTest, WhatIsNoObjectIsAnsweredWithoutIdAndTheTenthInAMinuteCloses) {
    for (const auto* text : {"", "  \n", "nonsense", "[1]", "5", "\"a\"", "null", "{\"id\":1", "{} {"}) {
        const auto answers = say(text);
        EXPECT_NE(answers.find("{\"error\":{\"code\":\"bad_request\""), std::string::npos) << text << ": " << answers;
        EXPECT_EQ(transport.closes, 0) << text;
    }
    say("nonsense");
    EXPECT_EQ(transport.closed_with, 1008);
    EXPECT_EQ(transport.closes, 1);
}

TEST_F(NativeTest, GarbageIsForgottenAfterAMinute) {
    for (int i = 0; i < 50; ++i) {
        services.now_us += 7'000'000;
        say("nonsense");
    }
    EXPECT_EQ(transport.closes, 0);
}

TEST_F(NativeTest, NothingIsObeyedBehindAClose) {
    // What stood behind the tenth garbled line of a frame was still obeyed.
    std::string frame;
    for (int i = 0; i < 10; ++i) frame += "nonsense\n";
    say(frame + R"({"id":1,"cmd":"start","kind":"k"})");
    EXPECT_EQ(transport.closes, 1);
    EXPECT_TRUE(asked.empty());
    say(R"({"id":1,"cmd":"start","kind":"k"})");
    EXPECT_TRUE(asked.empty());
}

TEST_F(NativeTest, ABinaryFrameIsGarbageInJson) {
    dialect->on_message("\x81\xa2id\x01", true);
    EXPECT_EQ(heard(), R"({"error":{"code":"bad_request","message":"must be a text one","field":"frame"}})");
}

TEST_F(NativeTest, DepthIsBounded) {
    std::string deep(100, '[');
    deep += std::string(100, ']');
    EXPECT_NE(say("{\"id\":1,\"cmd\":\"publish\",\"topic\":\"a\",\"type\":\"t\",\"data\":" + deep + "}").find("error"),
              std::string::npos);
    EXPECT_TRUE(asked.empty());
}

TEST_F(NativeTest, AReplyMayBeDeeperThanAPayload) {
    // A snapshot with a result of the greatest depth allowed was answered as unreadable.
    std::string deep(62, '[');
    deep += std::string(62, ']');
    say(R"({"id":1,"cmd":"state","task":"t1"})");
    answer("{\"result\":" + deep + "}");
    EXPECT_EQ(heard(), "{\"id\":1,\"ok\":{\"result\":" + deep + "}}");
}

TEST(NativeRate, TooManyAreRefusedAndFiveSecondsOfItClose) {
    NativeClient client({.messages_per_second = 10, .messages_burst = 2});
    EXPECT_NE(client.say(R"({"id":1,"cmd":"ping"})").find("ok"), std::string::npos);
    EXPECT_NE(client.say(R"({"id":2,"cmd":"ping"})").find("ok"), std::string::npos);
    EXPECT_EQ(client.say(R"({"id":3,"cmd":"ping"})"),
              R"({"id":3,"error":{"code":"rate_limited","message":"too many messages","retry_after_ms":101}})");
    for (int i = 0; i < 100 && client.transport.closes == 0; ++i) {
        client.services.now_us += 50'000;
        client.say("{\"id\":4,\"cmd\":\"ping\"}\n{\"id\":5,\"cmd\":\"ping\"}");
    }
    EXPECT_EQ(client.transport.closes, 0) << "five seconds are not over";
    client.services.now_us += 50'000;
    client.say("{\"id\":4,\"cmd\":\"ping\"}\n{\"id\":5,\"cmd\":\"ping\"}");
    EXPECT_EQ(client.transport.closed_with, 4429);
}

TEST(NativeRate, AClientThatPausesIsForgiven) {
    NativeClient client({.messages_per_second = 10, .messages_burst = 1});
    for (int i = 0; i < 20; ++i) {
        client.say("{\"id\":4,\"cmd\":\"ping\"}\n{\"id\":5,\"cmd\":\"ping\"}");
        client.services.now_us += 1'500'000;
    }
    EXPECT_EQ(client.transport.closes, 0);
}

TEST(NativeRate, CommandsWithoutAnIdCountToo) {
    NativeClient client({.messages_per_second = 10, .messages_burst = 1});
    client.say(R"({"cmd":"ping"})");
    EXPECT_NE(client.say(R"({"cmd":"ping"})").find("rate_limited"), std::string::npos);
}

TEST(NativeRate, LoopbackWithoutAuthenticationIsUnlimited) {
    NativeClient client({.messages_per_second = 1, .messages_burst = 1, .is_unlimited = true});
    for (int i = 0; i < 100; ++i) EXPECT_NE(client.say(R"({"id":1,"cmd":"ping"})").find("ok"), std::string::npos);
}

TEST_F(NativeTest, AStartIsNamedByTheEdge) {
    say(R"({"id":1,"cmd":"start","kind":"demo.echo","input":{"a":1}})");
    EXPECT_EQ(command(), R"(start {"id":1,"cmd":"start","kind":"demo.echo","input":{"a":1},"task":"2"})");
    answer(R"({"task":"2","topic":"task/2","state":"PENDING","created":true})");
    EXPECT_EQ(heard(), R"({"id":1,"ok":{"task":"2","topic":"task/2","state":"PENDING","created":true}})");
    EXPECT_TRUE(all<WatchTopic>().empty());
    say(R"({"id":1,"cmd":"start","kind":"demo.echo","task":"mine"})");
    EXPECT_TRUE(command().ends_with(R"("task":"mine"})"));
}

TEST_F(NativeTest, AStartWithWatchBringsTheTasksEventsFromTheFirst) {
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1","watch":true})");
    EXPECT_TRUE(all<WatchTopic>().empty());
    answer(R"({"task":"t1","topic":"task/t1","state":"PENDING","created":true})");
    EXPECT_EQ(heard(), R"({"id":1,"ok":{"task":"t1","topic":"task/t1","state":"PENDING","created":true}})");
    EXPECT_EQ(*all<WatchTopic>().at(0).path, "dev/task/t1");
    ready("dev/task/t1", 1);
    page({0xe, 1, 1, make_batch("dev/task/t1", 0xe, 1, 1)});
    events("task/t1", 2, 1);
    EXPECT_EQ(heard(), event_push("task/t1", 1) + "\n" + event_push("task/t1", 2));
    EXPECT_NE(say(R"({"id":2,"cmd":"subscribe","topic":"task/t1"})").find("conflict"), std::string::npos);
    EXPECT_EQ(say(R"({"id":3,"cmd":"unsubscribe","topic":"task/t1"})"), R"({"id":3,"ok":{}})");
}

TEST_F(NativeTest, AStartWithWatchOfAWatchedTaskWatchesOnce) {
    say(R"({"id":1,"cmd":"subscribe","topic":"task/t1"})");
    say(R"({"id":2,"cmd":"start","kind":"k","task":"t1","watch":true})");
    answer(R"({"task":"t1"})");
    ready("dev/task/t1", 0);
    heard();
    events("task/t1", 1, 1);
    EXPECT_EQ(heard(), event_push("task/t1", 1));
}

TEST_F(NativeTest, ARefusedStartWatchesNothingAndCancelsNothing) {
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1","watch":true,"on_disconnect":"cancel"})");
    refuse({Errc::conflict, "there is one", "task", 0});
    EXPECT_TRUE(all<WatchTopic>().empty());
    leave();
    EXPECT_TRUE(all<TellGone>().empty());
}

TEST(NativeLimits, AStartWithWatchNeedsRoomForItsSubscription) {
    // Such a task was started, and its watch left out without a word.
    NativeClient client({.subscriptions_max = 1});
    client.say(R"({"id":1,"cmd":"subscribe","filter":"room/#"})");
    EXPECT_NE(client.say(R"({"id":2,"cmd":"start","kind":"k","watch":true})").find("too_many"), std::string::npos);
    EXPECT_TRUE(client.all<SendCommand>().empty());
}

std::string field_of(const std::string& map, std::string_view name) {
    return std::string(MsgpackFields::parse(map, "map")->string(name).value());
}

TEST_F(NativeTest, AClientThatWasThereForATaskIsToldToBeGone) {
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1","on_disconnect":"cancel","connection":"another's"})");
    const auto connection = field_of(all<SendCommand>().back().fields, "connection");
    EXPECT_TRUE(connection.starts_with("conn-")) << "it is the edge that says so";
    answer(R"({"task":"t1","state":"PENDING"})");
    leave();
    ASSERT_EQ(all<TellGone>().size(), 1U);
    EXPECT_EQ(all<TellGone>().back().connection, connection);
}

TEST_F(NativeTest, AClientThatWasThereForNoneIsNotSpokenOf) {
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1"})");
    answer(R"({"task":"t1","state":"PENDING"})");
    say(R"({"id":2,"cmd":"attach","task":"t1"})");
    refuse({Errc::conflict, "goes on by itself", "task", 0});
    leave();
    EXPECT_TRUE(all<TellGone>().empty());
}

TEST_F(NativeTest, AClientThatGoesBeforeItsStartIsAnsweredIsSpokenOfAgainAfterwards) {
    // The start may be obeyed in a later session, after all that was said before.
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1","on_disconnect":"cancel"})");
    say(R"({"id":2,"cmd":"start","kind":"k","task":"t3"})");
    leave();
    EXPECT_EQ(all<TellGone>().size(), 1U);
    answer(R"({"task":"t1","state":"PENDING"})", 1);
    EXPECT_EQ(all<TellGone>().size(), 2U);
    EXPECT_EQ(requests.waiting(), 0U) << "the other was given up";
}

TEST_F(NativeTest, WhoIsThereForATaskIsSaidAgainToABrokerThatDoesNotKnow) {
    say(R"({"id":1,"cmd":"start","kind":"k","task":"t1","on_disconnect":"cancel"})");
    answer(R"({"task":"t1","state":"PENDING"})");
    say(R"({"id":2,"cmd":"attach","task":"t2"})");
    EXPECT_EQ(all<SendCommand>().back().command, "attach");
    answer(R"({"task":"t2","state":"RUNNING"})");
    EXPECT_EQ(heard(), R"({"id":2,"ok":{"task":"t2","state":"RUNNING"}})");
    const auto before = all<SendCommand>().size();
    dialect->on_link_up();
    ASSERT_EQ(all<SendCommand>().size(), before + 2);
    EXPECT_EQ(all<SendCommand>().back().command, "attach");
    EXPECT_EQ(field_of(all<SendCommand>().back().fields, "task"), "t2");
    answer(R"({"task":"t2","state":"COMPLETED"})");
    answer(R"({"task":"t1","state":"RUNNING"})", 1);
    EXPECT_EQ(heard(), "") << "the client did not ask";
    dialect->on_link_up();
    EXPECT_EQ(all<SendCommand>().size(), before + 3) << "only those that go on";
}

TEST_F(NativeTest, AClientThatGoesGivesUpWhatItHasAsked) {
    say(R"({"id":1,"cmd":"workers"})");
    say(R"({"id":2,"cmd":"history","topic":"room/ops"})");
    say(R"({"id":3,"cmd":"subscribe","topic":"room/ops"})");
    say(R"({"id":4,"cmd":"subscribe","filter":"task/+"})");
    leave();
    EXPECT_EQ(requests.waiting(), 0U);
    EXPECT_EQ(all<UnwatchFilter>().size(), 1U);
    hub.tick(services.now_us + 100'000'000);
    EXPECT_EQ(hub.topics(), 0U);
}

TEST_F(NativeTest, AClientThatIsMuchTooSlowIsClosed) {
    transport.unsent = (4U << 20) + 1;
    dialect->on_tick();
    dialect->on_tick();
    EXPECT_EQ(transport.closed_with, 4410);
    EXPECT_EQ(transport.closes, 1);
}

TEST_F(NativeTest, ASlowClientLagsWithoutLoss) {
    say(R"({"id":1,"cmd":"subscribe","topic":"room/ops"})");
    ready("dev/room/ops", 0);
    heard();
    transport.unsent = (256U << 10) + 1;
    events("room/ops", 1, 2);
    events("room/ops", 3, 1);
    EXPECT_EQ(heard(), "");
    EXPECT_TRUE(transport.must_tell);
    EXPECT_EQ(transport.closes, 0);
    transport.unsent = 0;
    dialect->on_drained();
    EXPECT_EQ(heard(), event_push("room/ops", 1) + "\n" + event_push("room/ops", 2) + "\n" + event_push("room/ops", 3));
}

TEST_F(NativeTest, DrainingIsNoticed) {
    dialect->on_draining(1500);
    EXPECT_EQ(heard(), R"({"notice":"draining","reconnect_ms":1500})");
}

}  // namespace
}  // namespace longwire::edge
