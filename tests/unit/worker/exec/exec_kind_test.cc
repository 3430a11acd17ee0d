#include "worker/exec/exec_kind.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "unit/worker/running_worker.h"

namespace longwire::exec {
namespace {

using longwire::testing::ended;
using longwire::testing::FakeBroker;
using longwire::testing::has_types;
using longwire::testing::LoggedEvent;
using longwire::testing::RunningWorker;
using longwire::testing::welcomed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ExecOptions options() {
    ExecOptions options;
    options.allow = {"sh", "echo", "cat", "env", "pwd", "not-installed-anywhere"};
    options.allow_env = {"COLOUR"};
    options.kill_after_ms = 100;
    options.output_bytes_max = 100'000;
    options.root = ::testing::TempDir();
    return options;
}

class ExecKindTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(welcomed(broker_)); }

    /// Starts `sh -c script`; only tests allow a shell.
    std::string start(const std::string& script) { return start_input({{"argv", {"sh", "-c", script}}}); }

    std::string start_input(const boost::json::value& input) {
        const auto task = "t" + std::to_string(++tasks_);
        broker_.assign(task, 1, "exec", boost::json::serialize(input));
        return task;
    }

    std::vector<LoggedEvent> finish(const std::string& task) {
        EXPECT_TRUE(broker_.wait_until(ended(task)));
        return FakeBroker::events_of(broker_.seen(), task);
    }

    static std::vector<std::string> logs_of(const std::vector<LoggedEvent>& events) {
        std::vector<std::string> logs;
        for (const auto& event : events) {
            if (event.type != "log") continue;
            const auto data = boost::json::parse(event.json).as_object();
            logs.push_back(std::string(data.at("level").as_string()) + " " +
                           std::string(data.at("message").as_string()));
        }
        return logs;
    }

    FakeBroker broker_;
    RunningWorker worker_{broker_, [](Worker& worker) { worker.serve("exec", exec_handler(options())); }};
    int tasks_ = 0;
};

TEST_F(ExecKindTest, LinesBecomeLogsAndExitStatusZeroCompletes) {
    const auto events = finish(start("echo one; echo two; printf three"));
    EXPECT_THAT(logs_of(events), ElementsAre("info one", "info two", "info three"));
    EXPECT_EQ(events.back().json, R"({"result":{"exit_code":0,"lines":3,"bytes":14},"events":3})");
}

TEST_F(ExecKindTest, StderrIsAWarningAndItsTailIsKept) {
    const auto events = finish(start("echo bad >&2; exit 3"));
    EXPECT_THAT(logs_of(events), ElementsAre("warn bad"));
    EXPECT_EQ(events.back().type, "task.failed");
    const auto end = boost::json::parse(events.back().json);
    EXPECT_EQ(end.at_pointer("/error/code"), "exit_status");
    EXPECT_EQ(end.at_pointer("/error/details/exit_code"), 3);
    EXPECT_EQ(end.at_pointer("/error/details/stderr_tail"), "bad\n");
    EXPECT_EQ(end.at_pointer("/retryable"), false);
}

TEST_F(ExecKindTest, ASignalFailsTheTask) {
    const auto end = boost::json::parse(finish(start("kill -SEGV $$")).back().json);
    EXPECT_EQ(end.at_pointer("/error/code"), "signal");
    EXPECT_EQ(end.at_pointer("/error/details/signal"), SIGSEGV);
}

TEST_F(ExecKindTest, ProgressLinesBecomeProgress) {
    const auto events = finish(start("echo '::progress 0.5 half'; echo '::progress 2 no'"));
    EXPECT_EQ(events[0].type, "task.progress");
    EXPECT_EQ(events[0].json, R"({"progress":0.5,"message":"half"})");
    EXPECT_THAT(logs_of(events), ElementsAre("info ::progress 2 no"));
}

TEST_F(ExecKindTest, ExpectedLinesTellTheProgressByPercent) {
    const auto script = "for i in 1 2 3 4; do echo $i; done; echo aside >&2";
    const auto events = finish(start_input({{"argv", {"sh", "-c", script}}, {"expect_lines", 4}}));
    std::vector<std::string> told;
    for (const auto& event : events) {
        if (event.type == "task.progress") told.push_back(event.json);
    }
    EXPECT_THAT(
        told,
        ElementsAre(R"({"progress":0.25,"message":"1 of 4 lines"})", R"({"progress":0.5,"message":"2 of 4 lines"})",
                    R"({"progress":0.75,"message":"3 of 4 lines"})", R"({"progress":1,"message":"4 of 4 lines"})"));
}

TEST_F(ExecKindTest, LinesComeWhileTheProgramRuns) {
    const auto task = start("echo first; while :; do sleep 1; done");
    ASSERT_TRUE(broker_.wait_until(has_types(task, 1)));
    broker_.cancel(task, 1, "enough");
    const auto events = finish(task);
    EXPECT_EQ(events.back().type, "task.cancelled");
    EXPECT_EQ(events.back().json, R"({"reason":"enough","events":1})");
}

TEST_F(ExecKindTest, WhoIgnoresSigtermIsKilled) {
    const auto task = start("trap '' TERM; echo deaf; while :; do sleep 1; done");
    ASSERT_TRUE(broker_.wait_until(has_types(task, 1)));
    broker_.cancel(task, 1, "");
    EXPECT_EQ(finish(task).back().type, "task.cancelled");
}

TEST_F(ExecKindTest, WhoEndsWellAllTheSameHasCompleted) {
    const auto task = start("trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    ASSERT_TRUE(broker_.wait_until(has_types(task, 1)));
    broker_.cancel(task, 1, "");
    const auto events = finish(task);
    EXPECT_EQ(events.back().type, "task.completed");
    EXPECT_THAT(logs_of(events), ::testing::Contains("info saved"));  // the shell may have more to say
}

bool is_gone(pid_t pid) {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

pid_t pid_in(const std::string& log) {
    return std::stoi(log.substr(log.rfind(' ') + 1));
}

TEST_F(ExecKindTest, ChildrenEndWithTheirProgram) {
    const auto events = finish(start("sleep 1000 & echo $!"));
    EXPECT_EQ(events.back().type, "task.completed");
    EXPECT_TRUE(is_gone(pid_in(logs_of(events)[0])));
}

TEST_F(ExecKindTest, ChildrenThatEscapeTheirGroupEndToo) {
    // setsid -f leaves the group and the session; the shell goes on once the escaped one has said its number.
    const auto pipe = std::filesystem::path(::testing::TempDir()) / "exec_kind_test.fifo";
    std::filesystem::remove(pipe);
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const auto events =
        finish(start("setsid -f sh -c 'echo $$ > " + pipe.string() + "; exec sleep 1000'; cat " + pipe.string()));
    EXPECT_EQ(events.back().type, "task.completed");
    // The last event is emitted after the escaped ones have been killed.
    EXPECT_TRUE(is_gone(pid_in(logs_of(events)[0])));
}

TEST_F(ExecKindTest, WrongInputsAreRefused) {
    EXPECT_THAT(finish(start_input({{"argv", {"rm", "-rf", "/"}}})).back().json, HasSubstr("\"code\":\"forbidden\""));
    EXPECT_THAT(finish(start_input({{"argv", {"not-installed-anywhere"}}})).back().json, HasSubstr("not_found"));
    EXPECT_THAT(finish(start_input(nullptr)).back().json, HasSubstr("argv: is required"));
    const boost::json::object up{{"argv", {"pwd"}}, {"cwd", ".."}};
    EXPECT_THAT(finish(start_input(up)).back().json, HasSubstr("cwd: lies outside"));
    const boost::json::object nowhere{{"argv", {"pwd"}}, {"cwd", "no/such/place"}};
    EXPECT_THAT(finish(start_input(nowhere)).back().json, HasSubstr("cwd: is no directory"));
}

TEST_F(ExecKindTest, TheEnvironmentIsScrubbed) {
    ::setenv("SECRET_OF_THE_WORKER", "x", 1);
    const boost::json::object input{{"argv", {"env"}}, {"env", {{"COLOUR", "blue"}}}};
    const auto logs = logs_of(finish(start_input(input)));
    EXPECT_THAT(logs, ::testing::Contains("info COLOUR=blue"));
    EXPECT_THAT(logs, ::testing::Contains(HasSubstr("PATH=/usr/local/bin:")));
    for (const auto& log : logs) {
        const auto name = log.substr(5, log.find('=') - 5);
        EXPECT_THAT(name, ::testing::AnyOf("COLOUR", "PATH", "HOME", "LANG", "TZ", "LONGWIRE_EXEC")) << log;
    }
}

TEST_F(ExecKindTest, StdinIsTheTextOrNothing) {
    const boost::json::object with{{"argv", {"cat"}}, {"stdin", "a\nb\n"}};
    EXPECT_THAT(logs_of(finish(start_input(with))), ElementsAre("info a", "info b"));
    const boost::json::object without{{"argv", {"cat"}}};
    EXPECT_EQ(finish(start_input(without)).back().json, R"({"result":{"exit_code":0,"lines":0,"bytes":0},"events":0})");
}

TEST_F(ExecKindTest, ItRunsInTheDirectoryAskedFor) {
    const auto place = std::filesystem::path(::testing::TempDir()) / "exec_kind_test";
    std::filesystem::create_directories(place);
    const boost::json::object input{{"argv", {"pwd"}}, {"cwd", "exec_kind_test"}};
    EXPECT_THAT(logs_of(finish(start_input(input))), ElementsAre("info " + std::filesystem::canonical(place).string()));
}

TEST_F(ExecKindTest, NoDescriptorsAreInherited) {
    // The listing itself opens one more, number 3.
    EXPECT_THAT(logs_of(finish(start("ls /proc/self/fd | tr '\\n' ' '"))), ElementsAre("info 0 1 2 3 "));
}

TEST_F(ExecKindTest, TooMuchOutputIsCountedAndDropped) {
    const auto events = finish(start("yes 123456789 | head -n 20000"));
    const auto end = boost::json::parse(events.back().json);
    EXPECT_EQ(end.at_pointer("/result/lines"), 20'000);
    EXPECT_EQ(end.at_pointer("/result/bytes"), 200'000);
    EXPECT_EQ(end.at_pointer("/result/dropped/bytes"), 100'000);
    const auto logs = logs_of(events);
    ASSERT_EQ(logs.size(), 10'001u);
    EXPECT_THAT(logs.back(), HasSubstr("warn more than 100000 bytes of output"));
}

TEST_F(ExecKindTest, RootsPowersAreNotInherited) {
    const auto logs = logs_of(finish(start("grep -E 'CapEff|NoNewPrivs' /proc/self/status")));
    EXPECT_THAT(logs, ElementsAre("info CapEff:\t0000000000000000", "info NoNewPrivs:\t1"));
}

}  // namespace
}  // namespace longwire::exec
