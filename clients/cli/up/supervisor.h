#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/up/child_life.h"
#include "clients/cli/up/child_process.h"
#include "clients/cli/up/cluster_file.h"
#include "clients/cli/up/cluster_plan.h"
#include "protocol/node/signals.h"
#include "protocol/result.h"

namespace longwire::cli {

/// Runs the processes of a plan: starts them, relays what they write, starts again what dies, ends them in
/// order. Owns no decisions about time: those are ChildLife's. One thread.
class Supervisor {
  public:
    /// `log` gets each line for stderr; `on_change` is called when a process was started, ready, or gone.
    Supervisor(std::vector<ChildPlan> plan, std::string bin_dir, std::function<void(const std::string&)> log,
               std::function<void(const ClusterState&)> on_change);

    /// Waits until every child is ready. Errors: a child that cannot start, or not in `timeout_ms`;
    /// `unavailable` when a signal asked for the end.
    Status start_all(std::int64_t timeout_ms);

    /// Keeps all alive until a signal asks for the end.
    void run();

    /// Looks after the children for a moment. False when a signal has asked for the end.
    bool turn(std::int64_t most_ms);

    /// SIGTERM to edges, then workers, then the broker; SIGKILL to what lives 5 s later, or
    /// at a second signal.
    void end_all();

    /// What each edge said it serves: "http://127.0.0.1:8080". Complete after start_all().
    std::vector<std::string> edge_urls() const;

  private:
    struct Child {
        ChildPlan plan;
        ChildLife life;
        ChildProcess process;
        std::string url;
    };

    void start_due(std::int64_t now_ms);
    void start(Child& child, std::int64_t now_ms);
    void wait_for_news(std::int64_t most_ms);
    void relay(Child& child);
    void on_stdout_line(Child& child, std::string_view line);
    void tell_change() const;
    void reap(Child& child, std::int64_t now_ms);
    bool take_signals();
    void end_stage(Stage stage);

    std::vector<std::unique_ptr<Child>> children_;
    std::string bin_dir_;
    std::function<void(const std::string&)> log_;
    std::function<void(const ClusterState&)> on_change_;
    Signals signals_;
    std::optional<Error> start_failure_;
    int signals_to_end_ = 0;
    bool ending_ = false;
};

}  // namespace longwire::cli
