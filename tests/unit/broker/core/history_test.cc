#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "protocol/event_types.h"
#include "tests/unit/broker/broker_harness.h"

/// Random histories by seed: clients, workers, connections, the log and the broker do whatever may happen to them, and
/// then what is in the log is held against the contract.
namespace longwire::broker::testing {
namespace {

const std::set<std::string> kEnds{"task.completed", "task.failed", "task.cancelled", "task.expired"};

std::string task_json(const std::string& task) {
    return R"({"task":")" + task + "\"}";
}

class History {
  public:
    explicit History(std::uint64_t seed) : random_(seed), world_(options(seed)) {
        edge_ = &world_.edge();
        edge_->subscribe("room/x");
        for (const auto& task : tasks_) edge_->subscribe("task/" + task);
        world_.settle();
        for (auto* name : {"w1", "w2", "w3"}) new_worker(name);
    }

    void live(int acts) {
        for (int i = 0; i < acts; ++i) {
            act();
            if (pick(3) > 0) world_.turn(static_cast<std::int64_t>(pick(40)));
            if (pick(50) == 0) world_.pass(static_cast<std::int64_t>(pick(3000)));
        }
    }

    /// Everybody behaves and finishes what there is.
    void come_to_rest() {
        world_.log.release();
        world_.log.find_room();
        edge_->is_connected = true;
        edge_->is_reading = true;
        for (int round = 0; round < 600; ++round) {
            for (auto& [name, worker] : workers_) {
                worker->is_connected = worker->is_heartbeating = worker->rejoins = true;
                worker->loses_pub = false;
                if (!worker->is_live() && round % 20 == 0) worker->hello();
            }
            world_.pass(100);
            for (auto& [name, worker] : workers_) {
                const auto attempts = worker->attempts();
                for (const auto& [task, attempt] : attempts) {
                    if (!attempt.end) emit(*worker, task, "task.completed");
                }
            }
            if (round > 100 && world_.broker().scheduler().queued() == 0 &&
                world_.broker().scheduler().running() == 0) {
                break;
            }
        }
        world_.pass(1000);
        world_.settle();
    }

    void check() {
        std::map<std::string, std::vector<SeenEvent>> topics;
        for (const auto& record : world_.log.durable()) {
            const auto event = seen(*record.path, record.epoch, record.offset, record.envelope.bytes);
            auto& events = topics[event.topic];
            ASSERT_EQ(event.offset, events.size() + 1) << event.topic;
            if (!events.empty()) {
                ASSERT_EQ(event.epoch, events[0].epoch) << event.topic;
            }
            events.push_back(event);
        }
        for (const auto& [topic, events] : topics) {
            if (topic.starts_with("task/")) check_task(topic, events);
            if (::testing::Test::HasFatalFailure()) return;
        }
        check_emitted(topics);
        check_inputs(topics);
        check_webhooks(topics);
        check_seen_by_edge(topics);
    }

    /// What a new broker makes of the log is what this one has made of it.
    void check_replay() {
        world_.log.release();
        world_.log.find_room();
        world_.settle();
        const auto before = portrait();
        world_.restart();
        const auto after = portrait();
        ASSERT_EQ(before, after);
    }

  private:
    static World::Options options(std::uint64_t seed) {
        auto options = World::defaults();
        options.broker.scheduler.tasks_kept_max = 8;
        options.broker.scheduler.cancel_grace_ms = 700;
        options.broker.scheduler.retry_first_ms = 100;
        options.broker.scheduler.lease_ms = 1500;
        options.edge_window_bytes = 65'536;
        options.seed = seed;
        return options;
    }

    std::size_t pick(std::size_t below) { return random_() % below; }
    const std::string& any_task() { return tasks_[pick(tasks_.size())]; }
    FakeWorker& any_worker() { return *std::next(workers_.begin(), static_cast<long>(pick(workers_.size())))->second; }

    void new_worker(std::string name) {
        FakeWorker::Options options;
        options.name = name;
        options.kinds =
            name == "w3" ? std::vector<std::string>{"b"} : std::vector<std::string>{"a", "b", "longwire.webhook"};
        options.capacity = 2;
        options.incarnation = ++incarnation_;
        auto& worker = world_.worker(options);
        workers_[name] = &worker;
        worker.rejoins = true;
        worker.hello();
    }

    void act() {
        switch (pick(24)) {
            case 0:
            case 1:
            case 2:
                return start();
            case 3:
                edge_->send("run", task_json(any_task()));
                return;
            case 4:
                edge_->send("cancel", task_json(any_task()));
                return;
            case 5:
            case 6:
                edge_->send("input", R"({"task":")" + any_task() + R"(","data":)" + std::to_string(++inputs_) + "}");
                return;
            case 7:
                return trouble();
            case 8:
                world_.log.hold();
                return;
            case 9:
            case 10:
                world_.log.release(pick(4));
                return;
            case 11:
            case 12:
                world_.log.release();
                return;
            case 13:
                edge_->send("publish",
                            R"({"topic":"room/x","type":"custom","key":")" + std::to_string(++keys_ / 2) + "\"}");
                return;
            case 14:
                return pick(3) == 0 ? world_.log.run_out_of_room() : world_.log.find_room();
            default:
                return work();
        }
    }

    void start() {
        static const char* const kMore[] = {"",
                                            R"(,"priority":3)",
                                            R"(,"ttl_s":1)",
                                            R"(,"timeout_s":1)",
                                            R"(,"delay_s":0.5)",
                                            R"(,"hold":true)",
                                            R"(,"webhook":"http://hook.test")",
                                            R"(,"max_attempts":1)"};
        const auto& task = any_task();
        std::string key = pick(4) == 0 ? R"(,"key":"k)" + std::to_string(pick(4)) + "\"" : "";
        edge_->send("start", std::string(R"({"kind":")") + (pick(2) == 0 ? "a" : "b") + R"(","task":")" + task + "\"" +
                                 kMore[pick(std::size(kMore))] + key + "}");
    }

    void trouble() {
        auto& worker = any_worker();
        switch (pick(9)) {
            case 0:
                worker.is_connected = !worker.is_connected;
                return;
            case 1:
                worker.is_heartbeating = !worker.is_heartbeating;
                return;
            case 2:
                worker.loses_pub = !worker.loses_pub;
                return;
            case 3:
                worker.duplicates_pub = !worker.duplicates_pub;
                return;
            case 4:
                worker.publishes_by_pub = !worker.publishes_by_pub;
                return;
            case 5:
                worker.hello();
                return;
            case 6:
                return new_worker(worker.options().name);
            case 7:
                edge_->is_reading = !edge_->is_reading;
                return;
            case 8:
                if (pick(4) == 0) world_.restart();
                return;
        }
    }

    void work() {
        auto& worker = any_worker();
        if (pick(5) == 0) {
            worker.publish("room/x", "custom", "{\"e\":" + std::to_string(++emitted_) + "}");
            return;
        }
        if (pick(6) == 0) {
            emit_as(worker, any_task(), static_cast<std::uint32_t>(pick(4)), "log");  // a zombie's, mostly
            return;
        }
        const auto attempts = worker.attempts();
        if (attempts.empty()) return;
        const auto& [task, attempt] = *std::next(attempts.begin(), static_cast<long>(pick(attempts.size())));
        if (attempt.end) return;
        if (attempt.cancelled && pick(2) == 0) return emit(worker, task, "task.cancelled");
        static const char* const kTypes[] = {"log",          "log",          "text.delta",     "task.progress",
                                             "task.waiting", "agent.status", "task.completed", "task.failed",
                                             "hand back"};
        const std::string type = kTypes[pick(std::size(kTypes))];
        if (type == "hand back") return worker.hand_back(task);
        emit(worker, task, type);
    }

    void emit(FakeWorker& worker, const std::string& task, const std::string& type) {
        emit_as(worker, task, worker.attempts().at(task).attempt, type);
    }
    void emit_as(FakeWorker& worker, const std::string& task, std::uint32_t attempt, const std::string& type) {
        const auto number = std::to_string(++emitted_);
        worker.emit_as(task, attempt, type,
                       R"({"e":)" + number + R"(,"progress":0.5,"agent":"a","retryable":)" +
                           (pick(3) == 0 ? "false" : "true") + "}");
    }

    /// One end per run, one attempt at a time, rising attempts, nothing of a fenced one.
    void check_task(const std::string& topic, const std::vector<SeenEvent>& events) {
        std::uint32_t newest_attempt = 0;
        std::uint32_t open_attempt = 0;
        std::int64_t run = 0;
        bool ended = true;
        for (const auto& event : events) {
            const auto where = topic + ": " + ::testing::PrintToString(brief(events)) + " at " + brief(event);
            if (event.type == "task.queued") {
                const auto said = event.data.at("run").to_number<std::int64_t>();
                if (ended) {
                    const bool is_anew = said == 1;  // after it was forgotten
                    ASSERT_TRUE(said == run + 1 || is_anew) << where;
                } else {
                    ASSERT_EQ(said, run) << where << ": only a held one is let go";
                    ASSERT_EQ(open_attempt, 0U) << where;
                }
                run = said;
                ended = false;
                continue;
            }
            ASSERT_FALSE(ended) << where << ": after the end of run " << run;
            if (event.type == "task.started") {
                ASSERT_EQ(open_attempt, 0U) << where << ": another attempt holds the task";
                ASSERT_GT(event.attempt, newest_attempt) << where;
                open_attempt = newest_attempt = event.attempt;
            } else if (event.producer != "broker") {
                ASSERT_NE(open_attempt, 0U) << where;
                ASSERT_EQ(event.attempt, open_attempt) << where << ": of a fenced attempt";
            }
            if (event.type == "task.retrying") {
                ASSERT_NE(open_attempt, 0U) << where;
                open_attempt = 0;
            }
            if (kEnds.contains(event.type)) {
                ended = true;
                open_attempt = 0;
            }
        }
    }

    /// What a worker has published is there once, in its order.
    static void check_emitted(const std::map<std::string, std::vector<SeenEvent>>& topics) {
        std::map<std::int64_t, int> times;
        for (const auto& [topic, events] : topics) {
            std::map<std::string, std::int64_t> last;
            for (const auto& event : events) {
                const auto* number = event.data.is_object() ? event.data.as_object().if_contains("e") : nullptr;
                if (number == nullptr) continue;
                const auto e = number->to_number<std::int64_t>();
                ASSERT_EQ(++times[e], 1) << topic;
                ASSERT_LT(last[event.producer], e) << topic;
                last[event.producer] = e;
            }
        }
    }

    /// Each attempt has been given the inputs of its run from the first on, once and in order.
    void check_inputs(const std::map<std::string, std::vector<SeenEvent>>& topics) {
        std::map<std::string, std::vector<std::string>> of_attempt;
        for (const auto& [topic, events] : topics) {
            if (!topic.starts_with("task/")) continue;
            std::vector<std::string> inputs;
            std::vector<std::string> attempts;
            const auto end_run = [&] {
                for (const auto& attempt : attempts) of_attempt.emplace(attempt, inputs);
                inputs.clear();
                attempts.clear();
            };
            for (const auto& event : events) {
                if (event.type == "task.input") inputs.push_back(text_of(event.data.at("data")));
                if (event.type == "task.started") {
                    attempts.push_back(topic.substr(5) + "#" + std::to_string(event.attempt) + " " +
                                       text_of(event.data.at("incarnation")));
                }
                if (kEnds.contains(event.type)) end_run();
            }
            end_run();
        }
        for (auto& [name, worker] : workers_) {
            std::map<std::string, std::vector<std::string>> given;
            for (const auto& [attempt, data] : worker->inputs) {
                // Where its handing back got lost it was given the same attempt again, from the beginning.
                if (worker->handed_back.contains(attempt)) continue;
                given[attempt + " " + std::to_string(worker->options().incarnation)].push_back(data);
            }
            for (const auto& [attempt, inputs] : given) {
                auto expected = of_attempt[attempt];
                expected.resize(std::min(expected.size(), inputs.size()));
                ASSERT_EQ(inputs, expected) << attempt;
            }
        }
    }

    /// Each end of a run of a task with a webhook has one delivery, and nothing else has any.
    void check_webhooks(const std::map<std::string, std::vector<SeenEvent>>& topics) {
        std::set<std::string> due;
        std::set<std::string> made;
        for (const auto& [topic, events] : topics) {
            bool has_webhook = false;
            for (const auto& event : events) {
                const bool is_first = event.type == "task.queued" && event.data.as_object().contains("kind");
                if (is_first) has_webhook = !event.data.at("webhook").is_null();
                if (is_first && topic.starts_with("task/longwire.")) {
                    ASSERT_TRUE(made.insert(topic).second) << topic;
                }
                if (has_webhook && kEnds.contains(event.type)) {
                    due.insert("task/longwire.webhook." + topic.substr(5) + "." + std::to_string(event.offset));
                }
            }
        }
        EXPECT_EQ(made, due);
    }

    void check_seen_by_edge(const std::map<std::string, std::vector<SeenEvent>>& topics) {
        std::map<std::string, std::vector<SeenEvent>> seen_there;
        for (const auto& event : edge_->events) seen_there[event.topic].push_back(event);
        for (const auto& [topic, events] : topics) {
            if (topic.starts_with("task/longwire.")) continue;  // not subscribed to
            const auto& there = seen_there[topic];
            ASSERT_EQ(brief(there), brief(events)) << topic;
        }
    }

    /// All that outlives a broker, in words.
    std::string portrait() {
        std::string text;
        // The first hello brings what was missing, the second tells where all stand.
        for (int round = 0; round < 2; ++round) {
            for (auto& [name, worker] : workers_) {
                worker->is_connected = true;
                worker->hello();
            }
            world_.settle();
        }
        for (auto& [name, worker] : workers_) {
            text += name;
            for (const auto& at : worker->positions()) {
                text += " " + std::to_string(at.partition) + ":" + std::to_string(at.sequence);
            }
            text += "\n";
        }
        TasksCommand all;
        all.limit = 1000;
        const auto& scheduler = world_.broker().scheduler();
        const auto listed = json_of(scheduler.tasks(kRealm, all).value());
        for (const auto& task : listed.at("tasks").as_array()) text += text_of(task) + "\n";
        text += "queued " + std::to_string(scheduler.queued()) + " running " + std::to_string(scheduler.running());
        return text + " known " + std::to_string(scheduler.known());
    }

    std::mt19937_64 random_;
    World world_;
    FakeEdge* edge_ = nullptr;
    std::map<std::string, FakeWorker*> workers_;
    std::vector<std::string> tasks_{"t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10"};
    std::uint64_t incarnation_ = 0;
    std::uint64_t emitted_ = 0;
    std::uint64_t inputs_ = 0;
    std::uint64_t keys_ = 0;
};

constexpr int kSeeds = 60;
constexpr int kActs = 300;

struct RandomHistory : ::testing::TestWithParam<int> {};

TEST_P(RandomHistory, KeepsTheContract) {
    History history(static_cast<std::uint64_t>(GetParam()));
    history.live(kActs);
    history.come_to_rest();
    history.check();
}

TEST_P(RandomHistory, IsRebuiltByItsRecords) {
    History history(static_cast<std::uint64_t>(GetParam()));
    for (int stop = 0; stop < 4; ++stop) {
        history.live(kActs / 4);
        history.check_replay();
        if (HasFatalFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, ::testing::Range(1, kSeeds + 1));

}  // namespace
}  // namespace longwire::broker::testing
