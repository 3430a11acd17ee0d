#include "worker/sdk/worker_program.h"

#include <iostream>
#include <string_view>
#include <utility>

#include "protocol/limits.h"
#include "protocol/node/random_id.h"
#include "protocol/topic.h"

namespace longwire {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

/// "longwire-worker-exec" is "exec-…" among the workers.
std::string name_prefix(std::string_view program) {
    constexpr std::string_view kCommon = "longwire-worker-";
    if (program.starts_with(kCommon)) program.remove_prefix(kCommon.size());
    return std::string(program) + "-";
}

Status check_worker_name(const std::string& name) {
    return name.empty() ? Status{} : check_name("name", name, kNameBytesMax);
}

}  // namespace

WorkerProgram::WorkerProgram(const std::string& program, const std::string& about, WorkerOptions defaults)
    : program_(program), config_(program, about), options_(std::move(defaults)) {
    config_.text({"broker-events", "the broker's endpoint for events", "ENDPOINT"}, options_.broker_events,
                 check_endpoint());
    config_.text({"broker-link", "the broker's endpoint for workers", "ENDPOINT"}, options_.broker_link,
                 check_endpoint());
    config_.text({"name", "this worker's name, unique in the cluster; one is made up if none is given", "NAME"},
                 options_.name, check_worker_name);
    config_.number({"capacity", "how many tasks run at once", "N"}, options_.capacity, 1, 4096);
    config_.number({"waiting-max", "how many more may wait for inputs or children", "N"}, options_.waiting_max, 0,
                   16384);
    config_.number({"window-bytes", "bound of the events the broker has not acknowledged yet", "BYTES"},
                   options_.window_bytes, 64 << 10, 1 << 30);
    config_.number({"drain-grace-ms", "how long running tasks have to end after SIGTERM, in ms", "MS"},
                   options_.drain_grace_ms, 0, kHourMs);
    config_.number({"drain-commit-ms", "how long the broker then has to acknowledge the last events, in ms", "MS"},
                   options_.drain_commit_ms, 0, kHourMs);
    declare_log_settings(config_, log_);
}

int WorkerProgram::main(int argc, const char* const* argv, const std::function<void(Worker&)>& serve) {
    if (const auto status = config_.parse(argc, argv)) return *status;
    if (options_.name.empty()) options_.name = random_id(name_prefix(program_));
    if (log_.node.empty()) log_.node = options_.name;
    set_up_logging(log_);
    options_.program = program_ + " " + std::string(program_version());
    options_.on_ready = [name = options_.name] {
        std::cout << "ready " << name << '\n' << std::flush;  // tidy: allow(print) this is the main of every worker
    };
    Worker worker(options_);
    serve(worker);
    return worker.run();
}

}  // namespace longwire
