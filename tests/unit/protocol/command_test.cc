#include "protocol/command.h"

#include <gmock/gmock.h>

#include <string>

#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::from_hex;
using ::testing::HasSubstr;
using testing::to_hex;

/// Decodes a command whose fields are written as JSON.
Result<Command> decoded(std::string_view name, std::string_view json) {
    const auto fields = json_to_msgpack(json);
    EXPECT_TRUE(fields) << json;
    return decode_command(name, *fields);
}

template <class Wanted>
Wanted read(std::string_view json) {
    const auto command = decoded(Wanted::kName, json);
    EXPECT_TRUE(command) << describe(command.error());
    if (!command || !std::holds_alternative<Wanted>(*command)) return {};
    return std::get<Wanted>(*command);
}

/// The field that an error is about, with its code.
std::string fault(std::string_view name, std::string_view json) {
    const auto command = decoded(name, json);
    if (command) return "none";
    return std::string(to_string(command.error().code)) + " " + command.error().field;
}

std::string quoted(std::size_t size) {
    return "\"" + std::string(size, 'n') + "\"";
}

TEST(Command, IsKnownByItsName) {
    for (const auto name : {"publish", "start", "run", "cancel", "input", "state", "tasks", "history", "workers",
                            "kinds", "join", "leave", "presence"}) {
        EXPECT_TRUE(is_command(name)) << name;
    }
    for (const auto name : {"", "Publish", "publish ", "subscribe", "hello", "ping"})
        EXPECT_FALSE(is_command(name)) << name;
}

TEST(Command, OfUnknownNameIsRefusedWithoutRepeatingAllOfIt) {
    const auto command = decoded(std::string(1000, 'x'), "{}");
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().field, "cmd");
    EXPECT_LT(command.error().message.size(), 200U);
}

TEST(Command, FieldsAreAMap) {
    EXPECT_EQ(fault("publish", "[]"), "bad_request command");
    EXPECT_EQ(fault("publish", "null"), "bad_request command");
    EXPECT_FALSE(decode_command("workers", ""));
    EXPECT_FALSE(decode_command("workers", from_hex("80 c0")));
}

TEST(Command, OtherFieldsAreLetThrough) {
    EXPECT_EQ(fault("workers", R"({"id": 7, "cmd": "workers", "future": [1]})"), "none");
}

TEST(Publish, ReadsItsFields) {
    const auto c =
        read<PublishCommand>(R"({"topic": "room/ops", "type": "note", "data": {"a": 1}, "key": "any text!"})");
    EXPECT_EQ(c.topic, "room/ops");
    EXPECT_EQ(c.type, "note");
    EXPECT_EQ(to_hex(c.data), "81a16101");
    EXPECT_EQ(c.key, "any text!");
    EXPECT_EQ(read<PublishCommand>(R"({"topic": "a", "type": "b", "data": null})").data, "");
}

TEST(Publish, NamesTheFieldAtFault) {
    EXPECT_EQ(fault("publish", R"({"type": "note"})"), "bad_request topic");
    EXPECT_EQ(fault("publish", R"({"topic": "a//b", "type": "note"})"), "bad_request topic");
    EXPECT_EQ(fault("publish", R"({"topic": 7, "type": "note"})"), "bad_request topic");
    EXPECT_EQ(fault("publish", R"({"topic": "a"})"), "bad_request type");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "no type"})"), "bad_request type");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "b", "key": ""})"), "bad_request key");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "b", "key": 1})"), "bad_request key");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "b", "key": )" + quoted(129) + "}"), "bad_request key");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "b", "key": )" + quoted(128) + "}"), "none");
    EXPECT_EQ(fault("publish", R"({"topic": "a", "type": "b", "data": )" + quoted(kPayloadBytesMax) + "}"),
              "too_large data");
}

TEST(Publish, IsForbiddenUnderTask) {
    EXPECT_EQ(fault("publish", R"({"topic": "task/1", "type": "b"})"), "forbidden topic");
    EXPECT_EQ(fault("publish", R"({"topic": "task/1/x", "type": "b"})"), "forbidden topic");
    EXPECT_EQ(fault("publish", R"({"topic": "task", "type": "b"})"), "none");
    EXPECT_EQ(fault("publish", R"({"topic": "tasks/1", "type": "b"})"), "none");
}

TEST(Start, HasDefaults) {
    const auto c = read<StartCommand>(R"({"kind": "demo.count"})");
    EXPECT_EQ(c.kind, "demo.count");
    EXPECT_EQ(c.input + c.task + c.key + c.parent, "");
    EXPECT_EQ(c.timeout_ms + c.ttl_ms + c.delay_ms, 0);
    EXPECT_EQ(c.max_attempts, 3);
    EXPECT_EQ(c.priority, 0);
    EXPECT_FALSE(c.hold || c.watch);
    EXPECT_EQ(c.concurrency.key, "");
    EXPECT_EQ(c.on_disconnect, OnDisconnect::keep_running);
}

TEST(Start, ReadsTheConcurrencyOfItsKey) {
    const auto c = read<StartCommand>(R"({"kind": "k", "concurrency": {"key": "user 7", "limit": 2}})");
    EXPECT_EQ(c.concurrency.key, "user 7");
    EXPECT_EQ(c.concurrency.limit, 2U);
    const auto fault_of = [](const std::string& json) {
        return fault("start", R"({"kind": "k", "concurrency": )" + json + "}");
    };
    EXPECT_EQ(fault_of("null"), "none");
    EXPECT_EQ(fault_of("3"), "bad_request concurrency");
    EXPECT_EQ(fault_of("{}"), "bad_request concurrency.key");
    EXPECT_EQ(fault_of(R"({"key": "", "limit": 1})"), "bad_request concurrency.key");
    EXPECT_EQ(fault_of(R"({"key": 7, "limit": 1})"), "bad_request concurrency.key");
    EXPECT_EQ(fault_of(R"({"key": )" + quoted(129) + R"(, "limit": 1})"), "bad_request concurrency.key");
    EXPECT_EQ(fault_of(R"({"key": "k"})"), "bad_request concurrency.limit");
    EXPECT_EQ(fault_of(R"({"key": "k", "limit": 0})"), "bad_request concurrency.limit");
    EXPECT_EQ(fault_of(R"({"key": "k", "limit": 1000001})"), "bad_request concurrency.limit");
}

TEST(Start, ReadsItsFields) {
    const auto c = read<StartCommand>(
        R"({"kind": "k", "input": [1], "task": "t", "key": "a key", "parent": "p", "timeout_s": 1.5, "ttl_s": 60,
            "delay_s": 0.25, "max_attempts": 100, "priority": -100, "hold": true, "watch": true,
            "on_disconnect": "cancel"})");
    EXPECT_EQ(to_hex(c.input), "9101");
    EXPECT_EQ(c.task, "t");
    EXPECT_EQ(c.key, "a key");
    EXPECT_EQ(c.parent, "p");
    EXPECT_EQ(c.timeout_ms, 1'500);
    EXPECT_EQ(c.ttl_ms, 60'000);
    EXPECT_EQ(c.delay_ms, 250);
    EXPECT_EQ(c.max_attempts, 100);
    EXPECT_EQ(c.priority, -100);
    EXPECT_TRUE(c.hold && c.watch);
    EXPECT_EQ(c.on_disconnect, OnDisconnect::cancel);
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "on_disconnect": "continue"})").on_disconnect,
              OnDisconnect::keep_running);
}

TEST(Start, TakesAUrlForItsWebhook) {
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k"})").webhook, "");
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "webhook": "https://a.test/x?y"})").webhook, "https://a.test/x?y");
    for (const auto* value : {R"("")", R"("a.test")", R"("ftp://a.test")", R"("http://u@a.test")", "7"}) {
        EXPECT_EQ(fault("start", std::string(R"({"kind": "k", "webhook": )") + value + "}"), "bad_request webhook");
    }
    const auto with_task = [](std::size_t bytes) {
        return fault("start", R"({"kind": "k", "webhook": "http://a.test", "task": )" + quoted(bytes) + "}");
    };
    EXPECT_EQ(with_task(90), "none");
    EXPECT_EQ(with_task(91), "bad_request task");
}

TEST(Start, LeavesTheClustersOwnNamesAlone) {
    EXPECT_EQ(fault("start", R"({"kind": "longwire.webhook"})"), "forbidden kind");
    EXPECT_EQ(fault("start", R"({"kind": "k", "task": "longwire.webhook.t.3"})"), "forbidden task");
    EXPECT_EQ(fault("start", R"({"kind": "longwire", "task": "longwires.t"})"), "none");
}

TEST(Start, NamesTheFieldAtFault) {
    EXPECT_EQ(fault("start", "{}"), "bad_request kind");
    EXPECT_EQ(fault("start", R"({"kind": ""})"), "bad_request kind");
    const std::pair<const char*, const char*> faults[] = {
        {"task", R"("a/b")"},    {"task", "7"},           {"task", R"("")"},         {"parent", R"("a b")"},
        {"key", R"("")"},        {"timeout_s", "-1"},     {"timeout_s", R"("1")"},   {"timeout_s", "2592001"},
        {"ttl_s", "-0.5"},       {"ttl_s", "1e300"},      {"delay_s", "true"},       {"max_attempts", "0"},
        {"max_attempts", "101"}, {"max_attempts", "1.5"}, {"priority", "-101"},      {"priority", "101"},
        {"hold", "1"},           {"watch", R"("yes")"},   {"on_disconnect", "true"}, {"on_disconnect", R"("stop")"}};
    for (const auto& [field, value] : faults) {
        const auto json = std::string(R"({"kind": "k", ")") + field + "\": " + value + "}";
        EXPECT_EQ(fault("start", json), std::string("bad_request ") + field) << json;
    }
    EXPECT_EQ(fault("start", R"({"kind": "k", "input": )" + quoted(kPayloadBytesMax) + "}"), "too_large input");
    EXPECT_EQ(fault("start", R"({"kind": )" + quoted(129) + "}"), "bad_request kind");
}

TEST(Start, ReadsHowLongItGoesOnAlone) {
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "on_disconnect": "cancel"})").disconnect_grace_ms, -1);
    const auto c = read<StartCommand>(
        R"({"kind": "k", "on_disconnect": "cancel", "disconnect_grace_s": 0, "connection": "conn-1"})");
    EXPECT_EQ(c.disconnect_grace_ms, 0);
    EXPECT_EQ(c.connection, "conn-1");
    EXPECT_EQ(fault("start", R"({"kind": "k", "disconnect_grace_s": 1})"), "bad_request disconnect_grace_s");
    EXPECT_EQ(fault("start", R"({"kind": "k", "on_disconnect": "cancel", "disconnect_grace_s": -1})"),
              "bad_request disconnect_grace_s");
}

TEST(Attach, NamesATaskAndAConnection) {
    const auto c = read<AttachCommand>(R"({"task": "t", "connection": "conn-1"})");
    EXPECT_EQ(c.task + " " + c.connection, "t conn-1");
    EXPECT_EQ(fault("attach", R"({"connection": "conn-1"})"), "bad_request task");
    EXPECT_EQ(fault("attach", R"({"task": "t"})"), "bad_request connection");
}

TEST(TaskLists, AreOfAParentOrOfARoot) {
    EXPECT_EQ(read<TasksCommand>(R"({"parent": "p"})").parent, "p");
    EXPECT_EQ(read<TasksCommand>(R"({"root": "r"})").root, "r");
    EXPECT_EQ(fault("tasks", R"({"parent": "a/b"})"), "bad_request parent");
    EXPECT_EQ(fault("tasks", R"({"root": 1})"), "bad_request root");
    EXPECT_EQ(fault("tasks", R"({"parent": "p", "root": "p"})"), "bad_request root");
}

TEST(Start, ThirtyDaysAreTheLongestTime) {
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "timeout_s": 2592000})").timeout_ms, 2'592'000'000);
}

TEST(Start, AShortTimeIsNotNone) {
    // A timeout of less than half a millisecond was rounded to 0, which stands for none at all.
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "timeout_s": 0.0001})").timeout_ms, 1);
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "ttl_s": 0.0004})").ttl_ms, 1);
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "timeout_s": 0.0016})").timeout_ms, 2);
    EXPECT_EQ(read<StartCommand>(R"({"kind": "k", "timeout_s": 0})").timeout_ms, 0);
}

TEST(TaskCommands, NameTheirTask) {
    EXPECT_EQ(read<RunCommand>(R"({"task": "t"})").task, "t");
    EXPECT_EQ(read<StateCommand>(R"({"task": "t"})").task, "t");
    EXPECT_EQ(read<CancelCommand>(R"({"task": "t"})").task, "t");
    for (const auto name : {"run", "state", "cancel", "input"}) {
        EXPECT_EQ(fault(name, R"({"data": 1})"), "bad_request task") << name;
        EXPECT_EQ(fault(name, R"({"data": 1, "task": "a/b"})"), "bad_request task") << name;
        EXPECT_EQ(fault(name, R"({"data": 1, "task": 1})"), "bad_request task") << name;
    }
}

TEST(Run, MayNameTheRunThatThereShallBe) {
    EXPECT_EQ(read<RunCommand>(R"({"task": "t"})").run, 0U);
    EXPECT_EQ(read<RunCommand>(R"({"task": "t", "run": 7})").run, 7U);
    EXPECT_EQ(read<RunCommand>(R"({"task": "t", "run": 4294967295})").run, 4294967295U);
    for (const auto* run : {"0", "-1", "1.5", "4294967296", "\"2\""}) {
        EXPECT_EQ(fault("run", R"({"task": "t", "run": )" + std::string(run) + "}"), "bad_request run") << run;
    }
}

TEST(Cancel, MayGiveAReason) {
    EXPECT_EQ(read<CancelCommand>(R"({"task": "t", "reason": "too slow"})").reason, "too slow");
    EXPECT_EQ(fault("cancel", R"({"task": "t", "reason": 1})"), "bad_request reason");
    EXPECT_EQ(fault("cancel", R"({"task": "t", "reason": )" + quoted(1024) + "}"), "none");
    EXPECT_EQ(fault("cancel", R"({"task": "t", "reason": )" + quoted(1025) + "}"), "bad_request reason");
}

TEST(Input, NeedsData) {
    EXPECT_EQ(to_hex(read<InputCommand>(R"({"task": "t", "data": false})").data), "c2");
    EXPECT_EQ(fault("input", R"({"task": "t"})"), "bad_request data");
    EXPECT_EQ(fault("input", R"({"task": "t", "data": null})"), "bad_request data");
    EXPECT_EQ(fault("input", R"({"task": "t", "data": )" + quoted(kPayloadBytesMax) + "}"), "too_large data");
}

TEST(Tasks, FilterByStateAndKind) {
    const auto c = read<TasksCommand>(R"({"state": "RUNNING", "kind": "demo.count", "after": "t-9", "limit": 1000})");
    EXPECT_EQ(c.state, "RUNNING");
    EXPECT_EQ(c.kind, "demo.count");
    EXPECT_EQ(c.after, "t-9");
    EXPECT_EQ(c.limit, 1000);
    EXPECT_EQ(read<TasksCommand>("{}").limit, 100);
    for (const auto state : {"PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "EXPIRED"}) {
        EXPECT_EQ(fault("tasks", std::string(R"({"state": ")") + state + "\"}"), "none");
    }
}

TEST(Tasks, NamesTheFieldAtFault) {
    EXPECT_EQ(fault("tasks", R"({"state": "running"})"), "bad_request state");
    EXPECT_EQ(fault("tasks", R"({"state": 1})"), "bad_request state");
    EXPECT_EQ(fault("tasks", R"({"kind": "a b"})"), "bad_request kind");
    EXPECT_EQ(fault("tasks", R"({"after": "a/b"})"), "bad_request after");
    for (const auto limit : {"0", "1001", "1.5", "\"1\"", "-1"}) {
        EXPECT_EQ(fault("tasks", std::string(R"({"limit": )") + limit + "}"), "bad_request limit") << limit;
    }
}

TEST(History, AsksForAPage) {
    const auto c =
        read<HistoryCommand>(R"({"topic": "task/1", "after": 9007199254740992, "limit": 1, "reverse": true})");
    EXPECT_EQ(c.topic, "task/1");
    EXPECT_EQ(c.after, std::uint64_t{1} << 53);
    EXPECT_EQ(c.limit, 1);
    EXPECT_TRUE(c.reverse);
    EXPECT_EQ(read<HistoryCommand>(R"({"topic": "a"})").after, 0U);
}

TEST(History, NamesTheFieldAtFault) {
    EXPECT_EQ(fault("history", "{}"), "bad_request topic");
    EXPECT_EQ(fault("history", R"({"topic": "#"})"), "bad_request topic");
    EXPECT_EQ(fault("history", R"({"topic": "a", "after": -1})"), "bad_request after");
    EXPECT_EQ(fault("history", R"({"topic": "a", "after": 9007199254740993})"), "bad_request after");
    EXPECT_EQ(fault("history", R"({"topic": "a", "limit": 0})"), "bad_request limit");
    EXPECT_EQ(fault("history", R"({"topic": "a", "reverse": 1})"), "bad_request reverse");
}

TEST(Workers, HasNoFields) {
    EXPECT_EQ(fault("workers", "{}"), "none");
    EXPECT_EQ(fault("kinds", "{}"), "none");
}

TEST(Join, ReadsItsFields) {
    const auto join = read<JoinCommand>(R"({"topic":"room/a","as":"bob","connection":"c-1","info":7})");
    EXPECT_EQ(join.topic, "room/a");
    EXPECT_EQ(join.as, "bob");
    EXPECT_EQ(join.connection, "c-1");
    EXPECT_EQ(to_hex(join.info), "07");
    EXPECT_EQ(read<JoinCommand>(R"({"topic":"room/a"})").as, "");
}

TEST(Join, RefusesAnInfoThatIsTooLargeOrTooDeep) {
    const auto with = [](const std::string& info) { return R"({"topic":"room/a","info":)" + info + "}"; };
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    EXPECT_EQ(fault("join", with(quoted(JoinCommand::kInfoBytesMax - 3))), "none");
    EXPECT_EQ(fault("join", with(quoted(JoinCommand::kInfoBytesMax - 2))), "too_large info");
    EXPECT_EQ(fault("join", with(nested(JoinCommand::kInfoDepthMax))), "none");
    EXPECT_EQ(fault("join", with(nested(JoinCommand::kInfoDepthMax + 1))), "bad_request info");
}

TEST(Join, AndLeaveAndPresenceAreAboutATopic) {
    for (const auto* name : {"join", "leave", "presence"}) {
        EXPECT_EQ(fault(name, "{}"), "bad_request topic") << name;
        EXPECT_EQ(fault(name, R"({"topic":"room/+"})"), "bad_request topic") << name;
        EXPECT_EQ(fault(name, R"({"topic":"room/a"})"), "none") << name;
    }
    EXPECT_EQ(fault("join", R"({"topic":"a","as":"no good"})"), "bad_request as");
    EXPECT_EQ(fault("leave", R"({"topic":"a","lost":1})"), "bad_request lost");
    EXPECT_TRUE(read<LeaveCommand>(R"({"topic":"a","lost":true})").lost);
}

TEST(State, HasOutputWhereThatIsAskedFor) {
    EXPECT_FALSE(read<StateCommand>(R"({"task":"t"})").output);
    EXPECT_TRUE(read<StateCommand>(R"({"task":"t","output":true})").output);
    EXPECT_EQ(fault("state", R"({"task":"t","output":"yes"})"), "bad_request output");
}

TEST(Command, WhatBecomesPartOfAPayloadLeavesALevelForIt) {
    const auto input = [](std::size_t levels) {
        std::string fields;
        MsgpackWriter writer(fields);
        writer.map(2);
        writer.field("task", "t");
        writer.field_raw("data", std::string(levels - 1, '\x91') + '\x90');
        return decode_command(InputCommand::kName, fields);
    };
    EXPECT_TRUE(input(63));
    EXPECT_EQ(input(64).error().field, "data");
}

}  // namespace
}  // namespace longwire
