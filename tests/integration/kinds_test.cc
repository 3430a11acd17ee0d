// What workers say of their kinds, as everybody can see it.
#include <algorithm>
#include <set>

#include "tests/integration/support/cluster.h"
#include "tests/integration/support/waiting.h"

namespace longwire::integration {
namespace {

class Kinds : public ClusterTest {
  protected:
    Kinds() : ClusterTest({.workers = {"demo", "exec", "agent", "webhook"}}) {}

    std::vector<json::value> kinds(int edge = 0) const {
        const auto answer = cluster.http(edge).get("/v1/kinds").json();
        EXPECT_EQ(number(answer, "left_out"), 0);
        return items(answer, "kinds");
    }
    /// Workers are ready a moment before the broker has heard what they say.
    void SetUp() override {
        ASSERT_TRUE(eventually([&] {
            const auto all = kinds();
            return all.size() == 16 &&
                   std::none_of(all.begin(), all.end(), [](const auto& one) { return text(one, "about").empty(); });
        }));
    }
    /// Null where it is not listed.
    json::value kind(const std::string& name, int edge = 0) const {
        for (auto& one : kinds(edge)) {
            if (text(one, "kind") == name) return one;
        }
        return {};
    }
};

TEST_F(Kinds, EachShippedWorkerDescribesItsOwn) {
    std::set<std::string> names;
    for (const auto& one : kinds()) {
        names.insert(text(one, "kind"));
        EXPECT_FALSE(text(one, "about").empty()) << one;
        EXPECT_EQ(text(one, "input_schema.type"), "object") << one;
        EXPECT_EQ(number(one, "workers"), 1) << one;
    }
    EXPECT_TRUE(names.contains("demo.count"));
    EXPECT_TRUE(names.contains("agent.liaison.insights"));
    EXPECT_TRUE(names.contains("longwire.webhook"));
    EXPECT_EQ(names.size(), 16u);

    const auto exec = kind("exec", 1);
    EXPECT_EQ(text(exec, "input_schema.properties.argv.description"),
              "Allowed here: seq find sha256sum sleep sh env yes");
    EXPECT_EQ(at(exec, "example.argv"), (json::value{"seq", "1", "500"}));
}

TEST_F(Kinds, AnExampleIsAnInputThatItsWorkerTakes) {
    for (const auto& one : kinds()) {
        const auto name = text(one, "kind");
        if (name == "longwire.webhook") continue;
        const auto task = start_task({{"kind", name}, {"input", at(one, "example")}});
        cluster.ws().ok({{"cmd", "cancel"}, {"task", task}});
        json::value ended;
        ASSERT_TRUE(eventually([&] {
            ended = cluster.http().get("/v1/tasks/" + task).json();
            return !at(ended, "ended_us").is_null();
        }));
        EXPECT_NE(text(ended, "error.code"), "bad_input") << name;
    }
}

TEST_F(Kinds, AWorkerThatIsGoneLeavesNoKindButWhatWaits) {
    const auto running = start_task({{"kind", "demo.sleep"}, {"input", {{"ms", 600'000}}}});
    wait_for_state(running, "RUNNING");
    EXPECT_EQ(number(kind("demo.sleep"), "running"), 1);
    cluster.start_worker("demo", "demo-2");
    ASSERT_TRUE(eventually([&] { return number(kind("demo.sleep"), "workers") == 2; }));
    Cluster::kill(cluster.worker("demo"));
    Cluster::kill(cluster.worker("demo-2"));
    ASSERT_TRUE(eventually([&] { return kind("demo.count").is_null(); }));
    const auto waiting = kind("demo.sleep", 1);
    EXPECT_EQ(number(waiting, "workers"), 0);
    EXPECT_EQ(at(waiting, "about"), json::value()) << "what was said goes with the worker";
}

TEST_F(Kinds, TheCommandLineListsThem) {
    const auto table = cluster.run_cli({"kinds"});
    EXPECT_NE(table.out.find("KIND"), std::string::npos) << table.err;
    const auto rows = lines_of(table.out);
    const auto is_exec = [](const std::string& row) { return row.starts_with("exec "); };
    const auto exec = std::find_if(rows.begin(), rows.end(), is_exec);
    ASSERT_NE(exec, rows.end()) << table.out;
    EXPECT_NE(exec->find("Run a command; each line it prints is a log line."), std::string::npos) << *exec;
    EXPECT_TRUE(exec->ends_with(" 1        0        0")) << *exec;
    const auto lines = parse_lines(cluster.run_cli({"kinds", "--json"}).out);
    ASSERT_EQ(lines.size(), 16u);
    for (const auto& line : lines) EXPECT_EQ(line, kind(text(line, "kind")));
}

TEST_F(Kinds, AWebSocketIsToldTheSame) {
    auto client = cluster.ws(1);
    const auto answer = client.ok({{"cmd", "kinds"}});
    EXPECT_EQ(answer, cluster.http().get("/v1/kinds").json());
}

}  // namespace
}  // namespace longwire::integration
