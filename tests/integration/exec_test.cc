// Real programs as tasks: their lines, their end, and that nothing of them is left behind.
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Exec : public ClusterTest {
  protected:
    Exec() : ClusterTest({.workers = {"exec"}, .worker = {"--output-bytes-max", "100000", "--kill-after-ms", "300"}}) {}

    /// Runs it to its end, watched on both edges; what both saw, which has to be the same.
    std::vector<json::value> watch_run(const std::string& task, json::array argv, const std::string& last_type) {
        auto one = cluster.ws(0);
        auto two = cluster.ws(1);
        two.ok({{"cmd", "subscribe"}, {"topic", "task/" + task}, {"from", "start"}});
        one.ok({{"cmd", "start"}, {"kind", "exec"}, {"task", task}, {"watch", true}, {"input", {{"argv", argv}}}});
        const auto seen = one.pushes_until_type(last_type);
        EXPECT_EQ(two.pushes_until_type(last_type), seen);
        expect_seamless(seen, 1);
        return seen;
    }

    static std::vector<std::string> messages_of(const std::vector<json::value>& pushes) {
        std::vector<std::string> messages;
        for (const auto& data : data_of(pushes, "log")) messages.push_back(text(data, "message"));
        return messages;
    }
};

TEST_F(Exec, EachLineOfAProgramArrivesOnceInOrderOnBothEdges) {
    const auto messages = messages_of(watch_run("seq", {"seq", "1", "2000"}, "task.completed"));
    ASSERT_EQ(messages.size(), 2000);
    for (std::size_t i = 0; i < messages.size(); ++i) ASSERT_EQ(messages[i], std::to_string(i + 1));
}

TEST_F(Exec, ChecksumsOfATreeAreThoseOfItsFiles) {
    const auto tree = folder / "tree";
    std::set<std::string> files;
    for (int i = 0; i < 60; ++i) {
        const auto place = tree + "/" + std::to_string(i % 7);
        std::filesystem::create_directories(place);
        files.insert(place + "/" + std::to_string(i));
        std::ofstream(place + "/" + std::to_string(i)) << "file " << i;
    }
    const auto seen =
        watch_run("sums", {"find", tree, "-type", "f", "-exec", "sha256sum", "{}", "+"}, "task.completed");
    std::set<std::string> summed;
    for (const auto& message : messages_of(seen)) {
        ASSERT_EQ(message.substr(64, 2), "  ") << message;
        EXPECT_TRUE(summed.insert(message.substr(66)).second) << message;
    }
    EXPECT_EQ(summed, files);
}

TEST_F(Exec, ProgressLinesBecomeProgressAndStderrAWarning) {
    const auto script = "echo '::progress 0.42 almost'; echo plain; echo careful >&2; sleep 0.05; echo done";
    const auto seen = watch_run("progress", {"sh", "-c", script}, "task.completed");
    const auto progress = data_of(seen, "task.progress");
    ASSERT_EQ(progress.size(), 1);
    EXPECT_EQ(at(progress[0], "progress"), json::value(0.42));
    EXPECT_EQ(text(progress[0], "message"), "almost");
    const auto messages = messages_of(seen);
    EXPECT_EQ(std::multiset<std::string>(messages.begin(), messages.end()),
              (std::multiset<std::string>{"plain", "careful", "done"}));
    for (const auto& data : data_of(seen, "log")) {
        EXPECT_EQ(text(data, "level"), text(data, "message") == "careful" ? "warn" : "info");
    }
}

TEST_F(Exec, ExitStatusDecidesAndIsTheFollowersOwn) {
    const auto input = R"({"argv":["sh","-c","echo why >&2; exit 7"]})";
    const auto followed = cluster.run_cli({"start", "exec", "--input", input, "--task", "seven", "--follow", "--json"});
    EXPECT_EQ(followed.ending, (Ending{1, 0})) << followed.err;
    const auto snapshot = wait_for_state("seven", "FAILED");
    EXPECT_EQ(text(snapshot, "error.code"), "exit_status");
    EXPECT_EQ(number(snapshot, "error.details.exit_code"), 7);
    EXPECT_EQ(text(snapshot, "error.details.stderr_tail"), "why\n");
}

TEST_F(Exec, CancelEndsTheWholeProcessGroupEvenIfItIgnoresSigterm) {
    const auto length = "98765." + std::to_string(cluster.worker("exec").pid());
    const auto script = "trap '' TERM; sleep " + length + " & sleep " + length;
    const auto input = json::serialize(json::value{{"argv", {"sh", "-c", script}}});
    const auto follower =
        cluster.start_cli({"start", "exec", "--input", input, "--task", "deaf", "--follow", "--json"});
    ASSERT_TRUE(eventually([&] {
        return processes_with_argument("sleep\0" + length).size() >= 2 || processes_with_argument(length).size() >= 3;
    }));
    const auto cancelled = cluster.run_cli({"cancel", "deaf", "--reason", "enough"}, 1);
    EXPECT_EQ(cancelled.ending, (Ending{0, 0})) << cancelled.err;
    EXPECT_EQ(follower->wait(), (Ending{3, 0})) << follower->err();
    const auto events = parse_lines(follower->out());
    ASSERT_EQ(data_of(events, "task.cancelling").size(), 1);
    EXPECT_EQ(text(data_of(events, "task.cancelling")[0], "reason"), "enough");
    EXPECT_EQ(text(events.back(), "type"), "task.cancelled");
    EXPECT_TRUE(eventually([&] { return processes_with_argument(length).empty(); }));
}

TEST_F(Exec, AWorkerEndedAtOnceTakesItsProgramsAlong) {
    const auto length = "87654." + std::to_string(cluster.worker("exec").pid());
    start_task({{"kind", "exec"}, {"input", {{"argv", {"sh", "-c", "sleep " + length + " & wait"}}}}});
    ASSERT_TRUE(eventually([&] { return !processes_with_argument("sleep " + length).empty(); }));
    cluster.worker("exec").send_signal(SIGTERM);
    cluster.worker("exec").wait_for_error_line("draining");
    EXPECT_EQ(cluster.worker("exec").end(SIGTERM), (Ending{1, 0})) << "the second signal ends it at once";
    EXPECT_TRUE(eventually([&] { return processes_with_argument(length).empty(); }));
}

TEST_F(Exec, AProgramThatIsNotAllowedIsRefusedAndNothingRuns) {
    for (const auto* name : {"rm", "/bin/rm", "../bin/rm", "./seq", ""}) {
        const auto task = start_task({{"kind", "exec"}, {"input", {{"argv", {name, folder.path()}}}}});
        const auto snapshot = wait_for_state(task, "FAILED");
        EXPECT_FALSE(text(snapshot, "error.code").empty()) << json::serialize(snapshot);
        EXPECT_EQ(number(snapshot, "attempt"), 1) << "is tried again in vain";
    }
    for (const auto* input : {"null", "{}", "{\"argv\":[]}", "{\"argv\":\"seq 1\"}", "{\"argv\":[1]}", "[]"}) {
        const auto task = start_task({{"kind", "exec"}, {"input", parse_json(input)}});
        EXPECT_FALSE(text(wait_for_state(task, "FAILED"), "error.message").empty()) << input;
    }
    EXPECT_TRUE(std::filesystem::exists(folder.path()));
}

TEST_F(Exec, HugeOutputIsCutWithAWordAboutIt) {
    const int n = 300'000;
    const auto seen = watch_run("huge", {"seq", "1", std::to_string(n)}, "task.completed");
    const auto messages = messages_of(seen);
    ASSERT_LT(messages.size(), 30'000);
    for (std::size_t i = 0; i + 1 < messages.size(); ++i) ASSERT_EQ(messages[i], std::to_string(i + 1));
    EXPECT_NE(messages.back().find("100000 bytes"), std::string::npos) << messages.back();
    const auto result = at(seen.back(), "data.result");
    EXPECT_EQ(number(result, "lines"), n);
    EXPECT_EQ(number(result, "dropped.lines"), n - static_cast<int>(messages.size()) + 1);
}

TEST_F(Exec, AProgramWithoutEndThatIsCancelledStopsWriting) {
    const auto task = start_task({{"kind", "exec"}, {"input", {{"argv", {"yes"}}}}});
    wait_for_state(task, "RUNNING");
    cluster.http(1).post("/v1/tasks/" + task + "/cancel", std::string("{}"));
    wait_for_state(task, "CANCELLED", 1);
}

}  // namespace
}  // namespace longwire::integration
