#include "broker/core/task.h"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <random>

#include "protocol/epoch.h"
#include "protocol/json.h"
#include "protocol/json_value.h"

namespace longwire::broker {
namespace {

using ::testing::ElementsAre;

struct Said {
    std::string type;
    std::string payload;
    std::int64_t time_us = 0;
};

std::string packed(std::string_view json) {
    return json_to_msgpack(json).value();
}

void fold_in(Task& task, std::uint64_t offset, const Said& said) {
    Envelope envelope;
    envelope.producer = "p";
    envelope.type = said.type;
    envelope.time_us = said.time_us;
    envelope.payload = said.payload;
    fold(task, offset, envelope);
}

boost::json::object snapshot(const Task& task) {
    std::string bytes;
    write_snapshot(task, bytes);
    return msgpack_to_json_value(bytes).value().as_object();
}

Task folded(const std::vector<std::pair<std::string, std::string>>& events) {
    Task task;
    task.id = "t";
    task.realm = "r";
    task.epoch = 0xABCD;
    std::uint64_t offset = 0;
    for (const auto& [type, json] : events) {
        ++offset;
        fold_in(task, offset, {type, packed(json), static_cast<std::int64_t>(1000 * offset)});
    }
    return task;
}

const std::pair<std::string, std::string> kQueued{
    "task.queued", R"({"run":1,"held":false,"kind":"demo","input":{"n":1},"key":null,"parent":"p","user":"ann",)"
                   R"("priority":2,"max_attempts":3,"timeout_ms":0,"ttl_ms":0,"not_before_us":0})"};
const std::pair<std::string, std::string> kStarted{"task.started", R"({"run":1,"attempt":1,"worker":"w"})"};

TEST(TaskSnapshot, HasEveryFieldOfTheClientProtocol) {
    const auto fields = snapshot(Task{});
    for (const auto* name : {"task",       "kind",     "state",   "held",          "waiting", "parent", "run",
                             "attempt",    "progress", "message", "current_agent", "agents",  "worker", "created_us",
                             "started_us", "ended_us", "result",  "error",         "topic",   "epoch",  "offset"}) {
        EXPECT_TRUE(fields.contains(name)) << name;
    }
}

TEST(TaskSnapshot, SaysNullForWhatIsNotKnownYet) {
    const auto fields = snapshot(folded({kQueued}));
    for (const auto* name : {"current_agent", "worker", "started_us", "ended_us", "result", "error"}) {
        EXPECT_TRUE(fields.at(name).is_null()) << name;
    }
    EXPECT_EQ(fields.at("created_us"), 1000);
    EXPECT_EQ(fields.at("topic"), "task/t");
    EXPECT_EQ(fields.at("epoch"), "000000000000abcd");
}

TEST(TaskSnapshot, ShowsWhatTheEventsTell) {
    const auto fields =
        snapshot(folded({kQueued,
                         kStarted,
                         {"task.progress", R"({"progress":0.25,"message":"quarter"})"},
                         {"agent.status", R"({"agent":"a","status":"busy","progress":0.5,"message":"m"})"},
                         {"agent.status", R"({"agent":"b","status":"idle"})"},
                         {"agent.status", R"({"agent":"a","agent_id":"a-1","status":"done"})"},
                         {"agent.handoff", R"({"agent":"a","to":"b"})"}}));
    EXPECT_EQ(
        boost::json::serialize(fields),
        R"({"task":"t","kind":"demo","input":{"n":1},"state":"RUNNING","held":false,"waiting":false,"prompt":null,)"
        R"("cancelling":false,"parent":"p","run":1,"attempt":1,"max_attempts":3,"concurrency":null,"progress":2.5E-1,)"
        R"("message":"quarter","current_agent":"b","agents":[{"agent":"a","agent_id":"a-1","status":"done",)"
        R"("progress":5E-1,"message":"m"},{"agent":"b","agent_id":null,"status":"idle","progress":0,"message":""}],)"
        R"("worker":"w","user":"ann",)"
        R"("webhook":null,"created_us":1000,"queued_us":1000,"started_us":2000,"ended_us":null,"result":null,)"
        R"("error":null,"topic":"task/t","epoch":"000000000000abcd","offset":7})");
}

TEST(TaskSnapshot, WhoeverSaysSomethingIsTheCurrentAgent) {
    const auto fields = snapshot(folded({kQueued,
                                         kStarted,
                                         {"agent.status", R"({"agent":"a","status":"busy","progress":0.5})"},
                                         {"agent.message", R"({"agent":"a","message":"read it"})"},
                                         {"agent.message", R"({"agent":"b","to":"a","message":"I do"})"}}));
    EXPECT_EQ(fields.at("current_agent"), "b");
    EXPECT_EQ(boost::json::serialize(fields.at("agents")),
              R"([{"agent":"a","agent_id":null,"status":"busy","progress":5E-1,"message":"read it"},)"
              R"({"agent":"b","agent_id":null,"status":"","progress":0,"message":"I do"}])");
}

TEST(TaskFold, EveryEndIsItsState) {
    const std::vector<std::pair<std::string, std::string>> ends{{"task.completed", "COMPLETED"},
                                                                {"task.failed", "FAILED"},
                                                                {"task.cancelled", "CANCELLED"},
                                                                {"task.expired", "EXPIRED"}};
    for (const auto& [type, state] : ends) {
        const auto task = folded({kQueued, kStarted, {type, "{}"}});
        EXPECT_EQ(to_string(task.status), state);
        EXPECT_TRUE(is_terminal(task.status));
        EXPECT_EQ(task.ended_us, 3000);
        EXPECT_TRUE(task.worker.empty());
    }
}

TEST(TaskFold, NeverFailsWhateverThePayload) {
    for (const auto* type :
         {"task.queued", "task.started", "task.progress", "task.retrying", "task.waiting", "task.input",
          "task.cancelling", "task.completed", "task.failed", "task.cancelled", "task.expired", "agent.status",
          "agent.step", "agent.handoff", "agent.message", "log", "anything"}) {
        for (const auto* json :
             {"null", "7", "[1]", "\"text\"", R"({"progress":"x","attempt":-1,"worker":7,"agent":[]})",
              R"({"progress":7e9,"run":99999999999,"message":{}})"}) {
            auto task = folded({kQueued, kStarted, {type, json}});
            EXPECT_EQ(task.offset, 3U);
            EXPECT_GE(task.progress, 0);
            EXPECT_LE(task.progress, 1);
            snapshot(task);
        }
    }
}

TEST(TaskFold, AgentsAndTextsAreBounded) {
    auto task = folded({kQueued, kStarted});
    for (int i = 0; i < 1000; ++i) {
        const auto json = R"({"agent":"a)" + std::to_string(i) + R"(","message":")" + std::string(10'000, 'x') + "\"}";
        fold_in(task, 3, {"agent.status", packed(json), 0});
    }
    EXPECT_EQ(task.agents.size(), 256U);
    EXPECT_EQ(task.agents[0].message.size(), 4096U);
}

TEST(TaskFold, AllAtOnceIsAPrefixAndThenTheRest) {
    const std::vector<std::pair<std::string, std::string>> kEvents{
        kQueued,
        kStarted,
        {"task.queued", R"({"run":2,"held":true})"},
        {"task.queued", R"({"run":2,"held":false})"},
        {"task.started", R"({"run":2,"attempt":2,"worker":"v"})"},
        {"task.progress", R"({"progress":0.5,"message":"half"})"},
        {"task.retrying", R"({"attempt":2,"not_before_us":9000,"uncounted":true})"},
        {"task.waiting", R"({"prompt":"?"})"},
        {"task.input", R"({"data":1})"},
        {"task.cancelling", R"({"reason":"r"})"},
        {"task.completed", R"({"result":[1]})"},
        {"task.failed", R"({"error":{"code":"c"}})"},
        {"agent.status", R"({"agent":"a","status":"s"})"},
        {"agent.step", R"({"agent":"b"})"},
        {"log", R"({"message":"x"})"}};
    std::mt19937_64 random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<Said> history;
        for (int i = 0; i < 30; ++i) {
            const auto& [type, json] = kEvents[random() % kEvents.size()];
            history.push_back({type, packed(json), 100 + i});
        }
        Task whole;
        for (std::size_t i = 0; i < history.size(); ++i) fold_in(whole, i + 1, history[i]);
        const auto cut = random() % history.size();
        Task prefix;
        for (std::size_t i = 0; i < cut; ++i) fold_in(prefix, i + 1, history[i]);
        auto rest = prefix;  // as if it had been kept and taken up again
        for (std::size_t i = cut; i < history.size(); ++i) fold_in(rest, i + 1, history[i]);
        ASSERT_EQ(snapshot(rest), snapshot(whole));
        ASSERT_EQ(rest.inputs.size(), whole.inputs.size());
        ASSERT_EQ(rest.attempts_in_run, whole.attempts_in_run);
        ASSERT_EQ(rest.not_before_us, whole.not_before_us);
    }
}

TEST(TaskEpoch, IsSixteenHexDigits) {
    EXPECT_EQ(epoch_text(1), "0000000000000001");
    EXPECT_EQ(epoch_text(UINT64_MAX), "ffffffffffffffff");
}

}  // namespace
}  // namespace longwire::broker
