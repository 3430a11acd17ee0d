// The live view of a cluster, for programs and in a terminal.
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

/// A program in a terminal of its own.
class InTerminal {
  public:
    InTerminal(const std::string& path, const Arguments& arguments, unsigned short columns, unsigned short rows) {
        const winsize size{rows, columns, 0, 0};
        std::vector<char*> words{const_cast<char*>(path.c_str())};
        for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (pid_ < 0) throw std::runtime_error("no terminal");
        if (pid_ > 0) return;
        ::setenv("TERM", "xterm", 1);
        ::execv(path.c_str(), words.data());
        ::_exit(127);
    }
    ~InTerminal() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(terminal_);
    }
    InTerminal(const InTerminal&) = delete;
    InTerminal& operator=(const InTerminal&) = delete;

    void type(const std::string& keys) const {
        ASSERT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }
    void resize(unsigned short columns, unsigned short rows) const {
        const winsize size{rows, columns, 0, 0};
        ASSERT_EQ(::ioctl(terminal_, TIOCSWINSZ, &size), 0);
    }

    /// What has been written up to this text, with it; all of it at the end of the program.
    std::string read_until(const std::string& text, Deadline deadline = Deadline()) {
        while (true) {
            const auto found = text.empty() ? std::string::npos : unread_.find(text);
            if (found != std::string::npos) {
                auto read = unread_.substr(0, found + text.size());
                unread_.erase(0, read.size());
                return read;
            }
            if (deadline.has_passed()) throw std::runtime_error("never came: " + text);
            pollfd item{terminal_, POLLIN, 0};
            if (::poll(&item, 1, 100) <= 0) continue;
            std::array<char, 4096> bytes{};
            const auto count = ::read(terminal_, bytes.data(), bytes.size());
            if (count <= 0) return std::exchange(unread_, {});
            unread_.append(bytes.data(), static_cast<std::size_t>(count));
        }
    }

    int exit_status() {
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t pid_ = -1;
    int terminal_ = -1;
    std::string unread_;
};

class TopTest : public ClusterTest {
  protected:
    TopTest() {
        start_task({{"kind", "demo.echo"}, {"task", "echo-1"}});
        wait_for_state("echo-1", "RUNNING");
        start_task({{"kind", "nobody"}, {"task", "queued-1"}});
    }
    // A worker ends when its tasks have.
    void TearDown() override { cluster.http(1).post("/v1/tasks/echo-1/cancel", json::value(json::object())); }
};

TEST_F(TopTest, TellsProgramsOfTasksWorkersAndRates) {
    const auto top = cluster.run_cli({"top", "--once", "--json", "--interval-s", "0.1"});
    ASSERT_EQ(top.ending, (Ending{0, 0})) << top.err;
    const auto picture = parse_lines(top.out).at(0);
    EXPECT_EQ(number(picture, "running"), 1);
    EXPECT_EQ(number(picture, "pending"), 1);
    EXPECT_TRUE(at(picture, "events_per_s").is_number());
    EXPECT_EQ(text(items(picture, "workers").at(0), "worker"), "demo");
    EXPECT_EQ(text(items(picture, "tasks").at(0), "task"), "echo-1");
    EXPECT_EQ(text(items(picture, "tasks").at(1), "task"), "queued-1");
}

TEST_F(TopTest, FillsATerminalOfAnySizeAndLeavesItAsItWas) {
    for (const auto* const end : {"q", "\x03"}) {
        InTerminal top(program_path("longwire"), {"top", "--url", cluster.url()}, 120, 30);
        EXPECT_EQ(top.read_until("\x1b[?1049h"), "\x1b[?1049h");
        const auto picture = top.read_until("\x1b[J");
        EXPECT_NE(picture.find("echo-1"), std::string::npos) << picture;
        EXPECT_NE(picture.find("queued-1"), std::string::npos) << picture;
        top.resize(20, 3);
        top.read_until("tasks    1 running …");
        top.type(end);
        const auto rest = top.read_until("");
        EXPECT_TRUE(rest.ends_with("\x1b[?25h\x1b[?1049l")) << rest;
        EXPECT_EQ(top.exit_status(), 0);
    }
}

TEST_F(TopTest, WithoutAClusterItSaysSo) {
    Cluster::kill(cluster.edge(0));
    const auto top = cluster.run_cli({"top", "--once"});
    EXPECT_EQ(top.ending, (Ending{4, 0}));
    EXPECT_NE(top.err.find("cannot reach"), std::string::npos) << top.err;
}

}  // namespace
}  // namespace longwire::integration
