// Snapshots with what a task has shown, from memory and from the log.
#include <gmock/gmock.h>

#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

struct Outputs : ::testing::Test {
    static World::Options options() {
        auto options = World::defaults();
        options.broker.outputs_bytes_max = 40'000;
        return options;
    }

    World world{options()};
    FakeEdge& edge = world.edge();
    FakeWorker& worker = world.worker({.capacity = 100});
    std::string written;  // by write()

    void SetUp() override {
        worker.rejoins = true;
        worker.hello();
        world.settle();
    }
    void write(const std::string& task, int from, int to) {
        for (int i = from; i <= to; ++i) {
            const auto piece = std::to_string(i) + " ";
            written += piece;
            ASSERT_TRUE(worker.emit(task, "text.delta", R"({"stream":"s","text":")" + piece + "\"}"));
            if (i % 100 == 0) world.settle();
        }
        world.settle();
    }
    Answer ask(const std::string& task) {
        auto answer = edge.ask("state", R"({"output":true,"task":")" + task + "\"}");
        world.settle();
        return answer;
    }
    static boost::json::object output_of(const Answer& answer) { return answer.ok.at("output").as_object(); }
    static std::string text_in(const Answer& answer) {
        return output_of(answer).at("texts").at(0).at("text").as_string().c_str();
    }
};

TEST_F(Outputs, AreThereWhenAskedForOnly) {
    edge.start("t");
    write("t", 1, 3);
    EXPECT_FALSE(edge.state("t").contains("output"));
    EXPECT_EQ(text_in(ask("t")), "1 2 3 ");
    EXPECT_EQ(ask("t").ok.at("offset"), 5);
}

TEST_F(Outputs, OfATaskThatIsNotThereAreNotFound) {
    EXPECT_EQ(ask("t").code, "not_found");
}

TEST_F(Outputs, OfATaskThatWaitsAreEmpty) {
    edge.ask("start", R"({"kind":"nobody","task":"t"})");
    EXPECT_THAT(output_of(ask("t")).at("texts").as_array(), IsEmpty());
}

TEST_F(Outputs, AreReadFromTheLogAfterARestart) {
    edge.start("t");
    write("t", 1, 5000);
    world.restart();
    world.pass(2'000);
    ASSERT_TRUE(worker.is_live());
    EXPECT_EQ(world.broker().outputs().size(), 0U);
    EXPECT_EQ(text_in(ask("t")), written);
    EXPECT_EQ(world.broker().outputs().size(), 1U);
    write("t", 5001, 5010);
    EXPECT_EQ(text_in(ask("t")), written);
    EXPECT_EQ(output_of(ask("t")).at("incomplete"), false);
}

TEST_F(Outputs, HaveWhatIsDecidedAndNotYetDurable) {
    edge.start("t");
    write("t", 1, 10);
    world.restart();
    world.pass(2'000);
    world.log.hold();
    write("t", 11, 20);
    const auto request = edge.send("state", R"({"output":true,"task":"t"})");
    world.settle();
    write("t", 21, 30);
    EXPECT_FALSE(edge.answers.contains(request));
    world.log.release();
    world.settle();
    const auto& answer = edge.answers.at(request);
    std::string until_20;
    for (int i = 1; i <= 20; ++i) until_20 += std::to_string(i) + " ";
    EXPECT_EQ(text_in(answer), until_20);
    EXPECT_EQ(answer.ok.at("offset"), 22);
}

TEST_F(Outputs, OfManyTasksThoseInMemoryAreBounded) {
    for (int i = 0; i < 60; ++i) {
        const auto task = "t" + std::to_string(i);
        edge.start(task);
        written.clear();
        write(task, 1, 500);
        worker.emit(task, "task.completed");
        world.settle();
    }
    EXPECT_THAT(world.broker().outputs().bytes(), Lt(45'000U));
    EXPECT_THAT(world.broker().outputs().size(), Lt(30U));
    for (int i = 0; i < 60; ++i) EXPECT_EQ(text_in(ask("t" + std::to_string(i))), written) << i;
    EXPECT_THAT(world.broker().outputs().bytes(), Lt(45'000U));
}

TEST_F(Outputs, ManyWhoAskAtOnceShareOneReading) {
    edge.start("t");
    write("t", 1, 3000);
    world.restart();
    world.pass(2'000);
    std::vector<std::uint64_t> requests;
    for (int i = 0; i < 50; ++i) requests.push_back(edge.send("state", R"({"output":true,"task":"t"})"));
    world.settle();
    for (const auto request : requests) EXPECT_EQ(text_in(edge.answers.at(request)), written);
}

TEST_F(Outputs, BelongToTheAttemptInCharge) {
    edge.start("t");
    write("t", 1, 10);
    worker.emit("t", "task.failed", R"({"error":{"code":"x","message":"y"}})");
    world.pass(2'000);
    EXPECT_EQ(worker.attempts().at("t").attempt, 2U);
    EXPECT_THAT(output_of(ask("t")).at("texts").as_array(), IsEmpty());
    written.clear();
    write("t", 5, 6);
    EXPECT_EQ(text_in(ask("t")), "5 6 ");
    world.restart();
    world.pass(2'000);
    EXPECT_EQ(text_in(ask("t")), "5 6 ");
}

TEST_F(Outputs, SayWhatTheLogNoLongerHas) {
    edge.start("t");
    write("t", 1, 10);
    worker.emit("t", "task.completed", R"({"result":1})");
    world.settle();
    world.restart();
    world.pass(1'000);
    world.log.damage(8);
    const auto answer = ask("t");
    EXPECT_EQ(output_of(answer).at("incomplete"), true);
    EXPECT_EQ(text_in(answer), "6 7 8 9 10 ");
    EXPECT_EQ(answer.ok.at("state"), "COMPLETED");
}

TEST_F(Outputs, HaveWhatIsCommittedWhileADamagedLogIsRead) {
    edge.start("t");
    write("t", 1, 10);
    world.restart();
    world.pass(2'000);
    world.log.damage(GatedLog::kAll);
    const auto request = edge.send("state", R"({"output":true,"task":"t"})");
    ASSERT_TRUE(worker.emit("t", "text.delta", R"({"stream":"s","text":"11 "})"));
    world.turn();
    world.log.damage(0);
    world.settle();
    EXPECT_EQ(text_in(edge.answers.at(request)), "11 ");
    EXPECT_EQ(output_of(edge.answers.at(request)).at("incomplete"), true);
}

TEST_F(Outputs, OfAForgottenTaskAreGone) {
    auto few = options();
    few.broker.scheduler.tasks_kept_max = 1;
    World small(few);
    auto& asker = small.edge();
    auto& runner = small.worker();
    runner.hello();
    small.settle();
    asker.start("t");
    runner.emit("t", "task.completed");
    small.settle();
    EXPECT_EQ(small.broker().outputs().size(), 1U);
    asker.ask("start", R"({"kind":"nobody","task":"u"})");
    EXPECT_EQ(small.broker().outputs().size(), 0U);
}

}  // namespace
}  // namespace longwire::broker::testing
