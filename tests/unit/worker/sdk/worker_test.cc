#include "worker/sdk/worker.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/json.hpp>

#include "unit/worker/running_worker.h"

namespace longwire {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::ended;
using testing::FakeBroker;
using testing::has_types;
using ::testing::HasSubstr;
using testing::RunningWorker;
using testing::welcomed;

/// Emits `n` events as fast as it can.
TaskResult count(Task& task) {
    const auto n = task.input().at("n").to_number<std::int64_t>();
    for (std::int64_t i = 1; i <= n; ++i) {
        boost::json::object payload;
        payload["i"] = i;
        task.emit("tick", payload);
    }
    boost::json::object result;
    result["n"] = n;
    return TaskResult::completed(std::move(result));
}

void expect_counted(const FakeBroker::Seen& seen, const std::string& task, std::size_t n) {
    const auto events = FakeBroker::events_of(seen, task);
    ASSERT_EQ(events.size(), n + 1);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(events[i].json, "{\"i\":" + std::to_string(i + 1) + "}");
    EXPECT_EQ(events.back().type, "task.completed");
    EXPECT_EQ(events.back().json,
              "{\"result\":{\"n\":" + std::to_string(n) + "},\"events\":" + std::to_string(n) + "}");
    EXPECT_FALSE(seen.violated);
}

TEST(Worker, EventsComeInOrderAndEndWithTheResult) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) { w.serve("count", count); });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 3, "count", R"({"n": 2000})");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    const auto seen = broker.seen();
    expect_counted(seen, "t1", 2000);
    EXPECT_EQ(FakeBroker::events_of(seen, "t1").front().attempt, 3u);
    EXPECT_EQ(worker.end(), 0);
    EXPECT_TRUE(broker.wait_until([](const auto& s) { return s.bye; }));
}

TEST(Worker, WhatPubLosesComesOverTheLink) {
    FakeBroker::Options options;
    options.lose_published_percent = 40;
    FakeBroker broker(options);
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("slow_count", [](Task& task) {
            const auto n = task.input().at("n").to_number<std::int64_t>();
            for (std::int64_t i = 1; i <= n; ++i) {
                boost::json::object payload;
                payload["i"] = i;
                task.emit("tick", payload);
                if (i % 50 == 0)
                    task.sleep_for(std::chrono::milliseconds(1));  // many messages rather than a few large ones
            }
            boost::json::object result;
            result["n"] = n;
            return TaskResult::completed(std::move(result));
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "slow_count", R"({"n": 3000})");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    expect_counted(broker.seen(), "t1", 3000);
    EXPECT_GT(broker.seen().lost_messages, 0u);
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, EventsGoOverTheLinkWhileNobodySubscribes) {
    FakeBroker::Options options;
    options.subscribe = false;
    FakeBroker broker(options);
    RunningWorker worker(broker, [](Worker& w) { w.serve("count", count); });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "count", R"({"n": 100})");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    expect_counted(broker.seen(), "t1", 100);
}

TEST(Worker, TasksRunThroughResetSessions) {
    FakeBroker::Options options;
    options.lose_published_percent = 20;
    FakeBroker broker(options);
    std::atomic<int> stage{0};
    RunningWorker worker(broker, [&](Worker& w) {
        w.serve("staged", [&](Task& task) {
            for (int i = 1; i <= 3000; ++i) {
                boost::json::object payload;
                payload["i"] = i;
                task.emit("tick", payload);
                if (i % 1000 == 0) {
                    stage = i / 1000;
                    task.wait_input();
                }
            }
            boost::json::object result;
            result["n"] = 3000;
            return TaskResult::completed(std::move(result));
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "staged", "null");
    for (std::size_t i = 1; i <= 3; ++i) {
        const auto hellos = broker.seen().hellos;
        ASSERT_TRUE(broker.wait_until(has_types("t1", i * 900)));
        i % 2 == 1 ? broker.reset_session() : broker.lose_next_message();
        ASSERT_TRUE(broker.wait_until([&](const auto& seen) { return seen.hellos > hellos; }));
        EXPECT_THAT(broker.seen().last_running, ElementsAre("t1:1"));
        broker.input("t1", 1, i, "null");
    }
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    expect_counted(broker.seen(), "t1", 3000);
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, LateAcknowledgementsHoldTheEmitterBack) {
    FakeBroker::Options options;
    options.window_bytes = 64 << 10;
    FakeBroker broker(options);
    WorkerOptions worker_options;
    worker_options.task_buffer_bytes = 16 << 10;
    std::atomic<std::uint64_t> blocked_at{0};
    RunningWorker worker(
        broker,
        [&](Worker& w) {
            w.serve("fill", [&](Task& task) {
                std::uint64_t taken = 0;
                const boost::json::value text(std::string(100, 'x'));
                for (int refused = 0; refused < 20;) {
                    if (task.emit("tick", text, WhenFull::would_block) == EmitOutcome::queued) {
                        ++taken;
                        refused = 0;
                    } else {
                        ++refused;
                        task.sleep_for(std::chrono::milliseconds(5));  // for the loop to take what was buffered
                    }
                }
                blocked_at = taken;
                task.emit("tick", boost::json::value("waited"), WhenFull::wait);
                return TaskResult::completed();
            });
        },
        worker_options);
    ASSERT_TRUE(welcomed(broker));
    broker.hold_acks();
    broker.assign("t1", 1, "fill", "null");
    // What was numbered has come, nothing is acknowledged, and the handler is held back.
    ASSERT_TRUE(broker.wait_until([&](const auto& seen) { return seen.event_count > 200 && blocked_at > 0; }));
    broker.release_acks();
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    const auto events = FakeBroker::events_of(broker.seen(), "t1");
    ASSERT_EQ(events.size(), blocked_at + 2);
    EXPECT_EQ(events[events.size() - 2].json, "\"waited\"");
    EXPECT_FALSE(broker.seen().violated);
}

TEST(Worker, CancelReachesASleepingTask) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("sleep", [](Task& task) {
            task.log(LogLevel::info, "sleeping");
            return task.sleep_for(std::chrono::hours(1)) ? TaskResult::completed() : TaskResult::cancelled();
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "sleep", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 1)));
    broker.cancel("t1", 1, "no longer wanted");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    EXPECT_EQ(FakeBroker::events_of(broker.seen(), "t1").back().json, R"({"reason":"no longer wanted","events":1})");
}

TEST(Worker, ACancelledTaskMayCompleteAllTheSame) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("stubborn", [](Task& task) {
            task.log(LogLevel::info, "working");
            task.sleep_for(std::chrono::hours(1));
            return TaskResult::completed({{"done", true}});
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "stubborn", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 1)));
    broker.cancel("t1", 1, "please");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    EXPECT_EQ(FakeBroker::events_of(broker.seen(), "t1").back().json, R"({"result":{"done":true},"events":1})");
}

TEST(Worker, InputsComeInOrderAndOnce) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("echo", [](Task& task) {
            while (const auto input = task.ask("more?")) {
                if (*input == "end") break;
                task.emit("agent.message", *input);
            }
            return TaskResult::completed();
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "echo", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 1)));
    broker.input("t1", 1, 5, "\"a\"");
    broker.input("t1", 1, 5, "\"a\"");
    broker.input("t1", 1, 7, "\"b\"");
    broker.input("t1", 1, 6, "\"late\"");
    broker.input("t1", 1, 8, "\"end\"");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    std::string messages;
    for (const auto& event : FakeBroker::events_of(broker.seen(), "t1")) {
        if (event.type == "agent.message") messages += event.json;
    }
    EXPECT_EQ(messages, "\"a\"\"b\"");
}

TEST(Worker, ARevokedAttemptSaysNoMore) {
    FakeBroker broker;
    std::atomic<bool> returned{false};
    RunningWorker worker(broker, [&](Worker& w) {
        w.serve("talk", [&](Task& task) {
            task.log(LogLevel::info, "begun");
            task.sleep_for(std::chrono::hours(1));
            EXPECT_EQ(task.log(LogLevel::info, "after"), EmitOutcome::revoked);
            returned = true;
            return TaskResult::completed();
        });
        w.serve("count", count);
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "talk", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 1)));
    broker.revoke("t1", 1, "lease lost");
    broker.assign("t2", 1, "count", R"({"n": 5})");
    ASSERT_TRUE(broker.wait_until(ended("t2")));
    ASSERT_TRUE(broker.wait_until([&](const auto&) { return returned.load(); }));
    EXPECT_EQ(worker.end(), 0);
    EXPECT_THAT(FakeBroker::types_of(broker.seen(), "t1"), ElementsAre("log"));
}

TEST(Worker, DrainingLetsTasksEndAndTakesNoMore) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("gate", [](Task& task) {
            task.log(LogLevel::info, "at the gate");
            task.wait_input();
            return TaskResult::completed();
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "gate", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 1)));
    (*worker).drain();
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.draining; }));
    broker.assign("t2", 1, "gate", "null");
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return !seen.handed_back.empty(); }));
    EXPECT_THAT(broker.seen().handed_back, ElementsAre("t2:1 draining"));
    broker.input("t1", 1, 1, "null");
    EXPECT_EQ(worker.join(), 0);
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.bye; }));
    EXPECT_THAT(FakeBroker::types_of(broker.seen(), "t1"), ElementsAre("log", "task.completed"));
}

TEST(Worker, WhatDoesNotEndInTimeIsHandedBackAfterItsEvents) {
    FakeBroker broker;
    WorkerOptions options;
    options.drain_grace_ms = 50;
    RunningWorker worker(
        broker,
        [](Worker& w) {
            w.serve("long", [](Task& task) {
                for (int i = 0; i < 100; ++i) task.log(LogLevel::info, "line");
                task.sleep_for(std::chrono::hours(1));
                return TaskResult::completed();
            });
        },
        options);
    ASSERT_TRUE(welcomed(broker));
    broker.hold_acks();
    broker.assign("t1", 1, "long", "null");
    ASSERT_TRUE(broker.wait_until(has_types("t1", 100)));
    (*worker).drain();
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.draining; }));
    EXPECT_TRUE(broker.seen().handed_back.empty());
    broker.release_acks();
    EXPECT_EQ(worker.join(), 0);
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.bye; }));
    EXPECT_THAT(broker.seen().handed_back, ElementsAre("t1:1 draining"));
    EXPECT_EQ(FakeBroker::types_of(broker.seen(), "t1").size(), 100u);
}

TEST(Worker, AnExceptionFailsTheTask) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("throw", [](Task&) -> TaskResult { throw std::runtime_error("out of paper"); });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "throw", "null");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
    EXPECT_EQ(FakeBroker::events_of(broker.seen(), "t1").back().json,
              R"({"error":{"code":"exception","message":"out of paper"},"retryable":true,"events":0})");
}

TEST(Worker, APayloadTooLargeIsSaidSo) {
    FakeBroker broker;
    RunningWorker worker(broker, [](Worker& w) {
        w.serve("large", [](Task& task) {
            task.emit("custom", boost::json::value(std::string(2 << 20, 'x')));
            return TaskResult::completed();
        });
        w.serve("large_result",
                [](Task&) { return TaskResult::completed(boost::json::value(std::string(2 << 20, 'x'))); });
        w.serve("forged", [](Task& task) {
            task.emit("task.completed", nullptr);
            return TaskResult::completed();
        });
    });
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "large", "null");
    broker.assign("t2", 1, "large_result", "null");
    broker.assign("t3", 1, "forged", "null");
    for (const auto* task : {"t1", "t2", "t3"}) ASSERT_TRUE(broker.wait_until(ended(task)));
    const auto last = [&](const char* task) { return FakeBroker::events_of(broker.seen(), task).back().json; };
    EXPECT_THAT(last("t1"), HasSubstr("event 'custom' has a payload of 2097157 bytes; at most 1048576 are allowed"));
    EXPECT_THAT(last("t2"), HasSubstr("\"code\":\"too_large\""));
    EXPECT_THAT(last("t3"), HasSubstr("is not a handler's to emit"));
}

TEST(Worker, ARefusedHelloEndsIt) {
    FakeBroker::Options options;
    options.refuse = "name in use";
    FakeBroker broker(options);
    RunningWorker worker(broker, [](Worker& w) { w.serve("count", count); });
    EXPECT_EQ(worker.join(), 1);
}

TEST(Worker, MoreThanItsCapacityIsHandedBack) {
    FakeBroker broker;
    WorkerOptions options;
    options.capacity = 1;
    options.waiting_max = 0;
    RunningWorker worker(
        broker,
        [](Worker& w) {
            w.serve("gate", [](Task& task) {
                task.wait_input();
                return TaskResult::completed();
            });
        },
        options);
    ASSERT_TRUE(welcomed(broker));
    broker.assign("t1", 1, "gate", "null");
    broker.assign("t2", 1, "gate", "null");
    broker.assign("t3", 1, "unknown", "null");
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.handed_back.size() == 2; }));
    EXPECT_THAT(broker.seen().handed_back, Contains("t2:1 no room"));
    EXPECT_THAT(broker.seen().handed_back, Contains("t3:1 kind is not served here"));
    broker.input("t1", 1, 1, "null");
    ASSERT_TRUE(broker.wait_until(ended("t1")));
}

}  // namespace
}  // namespace longwire
