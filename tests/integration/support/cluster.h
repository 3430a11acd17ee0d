#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/support/http_client.h"
#include "tests/integration/support/process.h"
#include "tests/integration/support/ws_client.h"

namespace longwire::integration {

using Arguments = std::vector<std::string>;

/// The path of one of the programs under test.
std::string program_path(const std::string& name);

/// A private folder below /tmp, short enough for the paths of sockets. Taken away with what is in it, unless the test
/// has failed: then it stays, and the test's output says where.
class TestFolder {
  public:
    TestFolder();
    ~TestFolder();
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// Real processes of one cluster: a broker, edges and workers, each of which can be killed and started again at the
/// address it had. Whatever is left is asked to end, and has to end well, when this goes away.
class Cluster {
  public:
    struct Options {
        int edges = 2;
        std::string log = "memory";  // the broker's: or "rocksdb", in the test's folder
        Arguments broker = {};
        Arguments edge = {};
        std::int64_t merge_after_ms = 3'600'000;  // the edges': a slow machine is to change nothing of what comes
        Arguments workers = {"demo"};             // one of each: "demo", "exec", "agent", "webhook"
        Arguments worker = {};                    // flags of each
    };

    Cluster(const TestFolder& folder, Options options);
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Each waits until the program has said that it is ready; the first of its name, or again after its end.
    void start_broker();
    void start_edge(int index);
    /// A worker of this kind under this name. Returns it running, which is before the broker knows it.
    Process& start_worker(const std::string& kind, const std::string& name);
    void wait_until_ready(int edge);

    Process& broker() { return *broker_.process; }
    Process& edge(int index) { return *edges_.at(static_cast<std::size_t>(index)).process; }
    Process& worker(const std::string& name);

    /// Without a chance to say good-bye; waits until it is gone.
    static void kill(Process& process) { process.end(SIGKILL); }

    std::uint16_t port(int edge = 0) const { return edges_.at(static_cast<std::size_t>(edge)).port; }
    std::string url(int edge = 0) const { return "http://127.0.0.1:" + std::to_string(port(edge)); }
    WsClient ws(int edge = 0) const { return WsClient(port(edge)); }
    HttpClient http(int edge = 0) const { return HttpClient(port(edge)); }

    /// `longwire`, told where the edge is.
    Program cli(Arguments arguments, int edge = 0) const;
    std::unique_ptr<Process> start_cli(Arguments arguments, int edge = 0);
    Finished run_cli(Arguments arguments, int edge = 0);

    /// Ends all that lives, edges first. Fails the test for each that doesn't end as it should.
    void stop();

  private:
    struct Node {
        std::string name;
        std::unique_ptr<Process> process;
        std::uint16_t port = 0;
    };

    std::string endpoint(const std::string& name) const { return "ipc://" + folder_ / name; }
    void launch(Node& node, const std::string& program, Arguments arguments);
    static void stop(Node& node);

    const TestFolder& folder_;
    Options options_;
    Node broker_{"broker", nullptr, 0};
    std::vector<Node> edges_;
    std::vector<Node> workers_;
    int commands_ = 0;
};

/// A test with a cluster of its own.
class ClusterTest : public testing::Test {
  protected:
    explicit ClusterTest(Cluster::Options options = {}) : cluster(folder, std::move(options)) {}

    /// Starts a task over HTTP and returns its id.
    std::string start_task(json::object request, int edge = 0) const;
    /// The task's snapshot, once its state is this.
    json::value wait_for_state(const std::string& task, const std::string& state, int edge = 0) const;

    TestFolder folder;
    Cluster cluster;
};

/// Data of the events of a type, in the order they came.
std::vector<json::value> data_of(const std::vector<json::value>& pushes, const std::string& type);

/// The `i` of demo.count's events. A failed expectation says where the first is that is not 1, 2, 3 …
void expect_counts_to(const std::vector<json::value>& pushes, std::int64_t n);
/// The offsets are `first`, `first` + 1 … without a hole, a double or a gap push.
void expect_seamless(const std::vector<json::value>& pushes, std::int64_t first);

std::vector<json::value> parse_lines(const std::string& text);

}  // namespace longwire::integration
