#include "worker/sdk/worker_program.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "unit/worker/running_worker.h"

namespace longwire {
namespace {

using testing::FakeBroker;
using ::testing::HasSubstr;

TEST(WorkerProgram, SaysReadyAndDrainsOnSigterm) {
    FakeBroker broker;
    const std::array arguments{"longwire-worker-test",
                               "--broker-events",
                               broker.events_endpoint().c_str(),
                               "--broker-link",
                               broker.link_endpoint().c_str(),
                               "--name",
                               "tester-1",
                               "--capacity",
                               "3"};
    ::testing::internal::CaptureStdout();
    int status = -1;
    std::thread thread([&] {
        WorkerProgram program("longwire-worker-test", "Is tested.");
        status = program.main(static_cast<int>(arguments.size()), arguments.data(), [](Worker& worker) {
            worker.serve("gate", [](Task& task) {
                task.log(LogLevel::info, "at the gate");
                task.wait_input();
                return TaskResult::completed();
            });
        });
    });
    ASSERT_TRUE(testing::welcomed(broker));
    broker.assign("t1", 1, "gate", "null");
    ASSERT_TRUE(broker.wait_until(testing::has_types("t1", 1)));
    ::kill(::getpid(), SIGTERM);
    ASSERT_TRUE(broker.wait_until([](const auto& seen) { return seen.draining; }));
    broker.input("t1", 1, 1, "null");
    thread.join();
    EXPECT_EQ(status, 0);
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "ready tester-1\n");
}

TEST(WorkerProgram, AWrongFlagNamesItself) {
    const auto run = [](std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "longwire-worker-test");
        ::testing::internal::CaptureStderr();
        WorkerProgram program("longwire-worker-test", "Is tested.");
        const int status = program.main(static_cast<int>(arguments.size()), arguments.data(), [](Worker&) {});
        return std::to_string(status) + " " + ::testing::internal::GetCapturedStderr();
    };
    EXPECT_THAT(run({"--capacty", "3"}), ::testing::AllOf(HasSubstr("2 "), HasSubstr("--capacty")));
    EXPECT_THAT(run({"--capacity", "none"}), ::testing::AllOf(HasSubstr("2 "), HasSubstr("--capacity")));
    EXPECT_THAT(run({"--broker-link", "nowhere"}), ::testing::AllOf(HasSubstr("2 "), HasSubstr("--broker-link")));
    EXPECT_THAT(run({"--name", "a b"}), ::testing::AllOf(HasSubstr("2 "), HasSubstr("--name")));
}

}  // namespace
}  // namespace longwire
