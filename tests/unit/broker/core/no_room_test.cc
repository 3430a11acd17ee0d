// A broker whose log takes no new work, because its disk is full.
#include <gmock/gmock.h>

#include "tests/unit/broker/one_worker.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

struct NoRoom : OneWorker {
    void run_out() {
        world.log.run_out_of_room();
        world.settle();
    }
    void find() {
        world.log.find_room();
        world.settle();
    }
};

TEST_F(NoRoom, NewWorkIsRefusedWithTheTimeToTryAgain) {
    edge.start("held", R"(,"hold":true)");
    edge.start("open");
    run_out();
    for (const auto& [command, json] :
         {std::pair{"start", R"({"kind":"demo","task":"t"})"}, std::pair{"run", R"({"task":"held"})"},
          std::pair{"input", R"({"task":"open","data":1})"},
          std::pair{"publish", R"({"topic":"room/a","type":"note"})"}}) {
        const auto answer = edge.ask(command, json);
        EXPECT_EQ(answer.code, "unavailable") << command;
        EXPECT_EQ(answer.retry_after_ms, 1000) << command;
    }
    find();
    EXPECT_EQ(edge.ask("publish", R"({"topic":"room/a","type":"note"})").number("offset"), 1);
    EXPECT_THAT(world.log_of("task/t"), IsEmpty());
}

TEST_F(NoRoom, RefusalsAndReadsDoNotWaitForWhatIsStuck) {
    join();
    edge.start("a");
    edge.start("b");
    world.log.hold();
    edge.send("cancel", R"({"task":"b"})");
    world.settle();
    run_out();
    EXPECT_EQ(edge.ask("start", R"({"kind":"demo","task":"t"})").code, "unavailable");
    EXPECT_EQ(edge.ask("state", R"({"task":"a"})").text("state"), "RUNNING");
    EXPECT_EQ(edge.ask("workers").ok.at("workers").as_array().size(), 1U);
    const auto cancelled = edge.send("state", R"({"task":"b"})");
    const auto all = edge.send("tasks");
    world.settle();
    EXPECT_FALSE(edge.answers.contains(cancelled)) << "it would show what is not durable";
    EXPECT_FALSE(edge.answers.contains(all));
    world.log.release();
    find();
    EXPECT_EQ(edge.answers[cancelled].text("state"), "CANCELLED");
    EXPECT_EQ(edge.answers[all].ok.at("tasks").as_array().size(), 2U);
}

TEST_F(NoRoom, AWorkersEventsStayWithItAndComeOnceThereIsRoom) {
    join();
    edge.start("a");
    worker.emit("a", "log");
    world.settle();
    worker.heard();
    run_out();
    for (int i = 0; i < 3; ++i) worker.emit("a", "log");
    worker.emit("a", "task.completed");
    world.pass(3000);
    EXPECT_THAT(worker.heard(), IsEmpty());
    EXPECT_GT(worker.sender().kept_bytes(), 0U);
    EXPECT_EQ(edge.state("a").at("state"), "RUNNING");
    find();
    world.pass(3000);
    EXPECT_EQ(worker.sender().kept_bytes(), 0U);
    EXPECT_THAT(world.log_of("task/a"),
                ElementsAre("1 task.queued", "2 task.started", "3 log", "4 log", "5 log", "6 log", "7 task.completed"));
}

TEST_F(NoRoom, NothingIsHandedOutButCancelsGoThrough) {
    edge.start("a");
    edge.start("b");
    run_out();
    join();
    EXPECT_THAT(worker.heard(), Not(Contains("assign a#1")));
    EXPECT_EQ(edge.ask("cancel", R"({"task":"a"})").text("state"), "CANCELLED");
    find();
    EXPECT_THAT(worker.heard(), Contains("assign b#1"));
}

}  // namespace
}  // namespace longwire::broker::testing
