#include "tests/integration/support/cluster.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace longwire::integration {
namespace {

constexpr std::size_t kLogShownMax = 4'000;

void show_end_of(const std::filesystem::path& file) {
    const auto text = read_text(file);
    if (text.empty()) return;
    const auto from = text.size() > kLogShownMax ? text.size() - kLogShownMax : 0;
    std::cerr << "--- " << file.filename().string() << (from > 0 ? " (its end)\n" : "\n") << text.substr(from) << "\n";
}

}  // namespace

std::string program_path(const std::string& name) {
    return std::string(LONGWIRE_BIN_DIR) + "/" + name;
}

TestFolder::TestFolder() {
    std::string pattern = "/tmp/lwtest-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

TestFolder::~TestFolder() {
    if (!testing::Test::HasFailure()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        return;
    }
    std::cerr << "what the programs have written is in " << path_ << "\n";
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        if (entry.path().extension() == ".err") show_end_of(entry.path());
    }
}

Cluster::Cluster(const TestFolder& folder, Options options) : folder_(folder), options_(std::move(options)) {
    start_broker();
    for (int i = 0; i < options_.edges; ++i) {
        edges_.push_back({"edge-" + std::to_string(i), nullptr, 0});
        start_edge(i);
    }
    for (const auto& kind : options_.workers) start_worker(kind, kind);
    for (const auto& kind : options_.workers) worker(kind).wait_for_line("ready");
    for (int i = 0; i < options_.edges; ++i) wait_until_ready(i);
}

Cluster::~Cluster() {
    stop();
}

void Cluster::launch(Node& node, const std::string& program, Arguments arguments) {
    if (node.process) {
        // The old one's output stays beside the new one's.
        for (const auto* part : {".out", ".err"}) {
            const auto log = folder_ / node.name + part;
            std::filesystem::rename(log, log + "." + std::to_string(node.process->pid()) + part);
        }
        node.process.reset();
    }
    node.process =
        std::make_unique<Process>(Program{program_path(program), std::move(arguments), {}, {}}, folder_ / node.name);
}

void Cluster::start_broker() {
    Arguments arguments{"--events", endpoint("events"), "--workers",  endpoint("workers"),
                        "--edges",  endpoint("edges"),  "--tap",      endpoint("tap"),
                        "--log",    options_.log,       "--data-dir", folder_ / "broker-data"};
    arguments.insert(arguments.end(), options_.broker.begin(), options_.broker.end());
    launch(broker_, "longwire-broker", std::move(arguments));
    broker().wait_for_line("ready");
}

void Cluster::start_edge(int index) {
    auto& node = edges_.at(static_cast<std::size_t>(index));
    // The first time any free port; later the same, because clients come back to it.
    Arguments arguments{"--broker", endpoint("edges"), "--http",           "127.0.0.1:" + std::to_string(node.port),
                        "--node",   node.name,         "--merge-after-ms", std::to_string(options_.merge_after_ms)};
    arguments.insert(arguments.end(), options_.edge.begin(), options_.edge.end());
    launch(node, "longwire-edge", std::move(arguments));
    const auto line = node.process->wait_for_line("ready http://127.0.0.1:");
    node.port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

void Cluster::wait_until_ready(int edge) {
    if (!eventually([&] { return http(edge).status_of("/readyz") == 200; })) {
        throw std::runtime_error("edge " + std::to_string(edge) + " does not become ready");
    }
}

Process& Cluster::start_worker(const std::string& kind, const std::string& name) {
    auto node = std::find_if(workers_.begin(), workers_.end(), [&](const Node& n) { return n.name == name; });
    if (node == workers_.end()) node = workers_.insert(node, Node{name, nullptr, 0});
    Arguments arguments{"--broker-events", endpoint("events"), "--broker-link", endpoint("workers"), "--name", name};
    if (kind == "exec") arguments.insert(arguments.end(), {"--allow", "seq,find,sha256sum,sleep,sh,env,yes"});
    if (kind == "webhook") {
        arguments.insert(arguments.end(), {"--secret-file", folder_ / "webhook-secret", "--absent-secret", "make",
                                           "--allow-host", "127.0.0.1", "--retry-ms", "100"});
    }
    arguments.insert(arguments.end(), options_.worker.begin(), options_.worker.end());
    launch(*node, "longwire-worker-" + kind, std::move(arguments));
    return *node->process;
}

Process& Cluster::worker(const std::string& name) {
    for (auto& node : workers_) {
        if (node.name == name) return *node.process;
    }
    throw std::runtime_error("there is no worker " + name);
}

Program Cluster::cli(Arguments arguments, int edge) const {
    return {program_path("longwire"), std::move(arguments), {{"LONGWIRE_URL", url(edge)}}, {}};
}

std::unique_ptr<Process> Cluster::start_cli(Arguments arguments, int edge) {
    return std::make_unique<Process>(cli(std::move(arguments), edge), folder_ / "cli-" + std::to_string(++commands_));
}

Finished Cluster::run_cli(Arguments arguments, int edge) {
    return run(cli(std::move(arguments), edge), folder_ / "cli-" + std::to_string(++commands_), Deadline(60'000));
}

void Cluster::stop(Node& node) {
    if (!node.process || node.process->ending()) return;
    try {
        const auto ending = node.process->end(SIGTERM);
        EXPECT_EQ(ending, (Ending{0, 0})) << node.name << " ended badly:\n" << node.process->err();
    } catch (const std::runtime_error& error) {
        ADD_FAILURE() << node.name << ": " << error.what();
    }
}

void Cluster::stop() {
    for (auto& node : edges_) stop(node);
    for (auto& node : workers_) stop(node);
    stop(broker_);
}

std::string ClusterTest::start_task(json::object request, int edge) const {
    const auto reply = cluster.http(edge).post("/v1/tasks", json::value(std::move(request)));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return text(reply.json(), "task");
}

json::value ClusterTest::wait_for_state(const std::string& task, const std::string& state, int edge) const {
    json::value snapshot;
    const auto http = cluster.http(edge);
    eventually([&] {
        snapshot = http.get("/v1/tasks/" + task).json();
        return text(snapshot, "state") == state;
    });
    EXPECT_EQ(text(snapshot, "state"), state) << json::serialize(snapshot);
    return snapshot;
}

std::vector<json::value> data_of(const std::vector<json::value>& pushes, const std::string& type) {
    std::vector<json::value> data;
    for (const auto& push : pushes) {
        if (text(push, "type") == type) data.push_back(at(push, "data"));
    }
    return data;
}

void expect_counts_to(const std::vector<json::value>& pushes, std::int64_t n) {
    std::int64_t i = 0;
    for (const auto& data : data_of(pushes, "log")) {
        ++i;
        if (number(data, "i") != i) {
            ADD_FAILURE() << "where " << i << " belongs there is " << json::serialize(data);
            return;
        }
    }
    EXPECT_EQ(i, n);
}

void expect_seamless(const std::vector<json::value>& pushes, std::int64_t first) {
    auto expected = first;
    for (const auto& push : pushes) {
        if (number(push, "offset") != expected) {
            ADD_FAILURE() << "where offset " << expected << " belongs there is " << json::serialize(push);
            return;
        }
        ++expected;
    }
}

std::vector<json::value> parse_lines(const std::string& text) {
    std::vector<json::value> values;
    for (const auto& line : lines_of(text)) values.push_back(parse_json(line));
    return values;
}

}  // namespace longwire::integration
