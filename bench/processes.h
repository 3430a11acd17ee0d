#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "tests/integration/support/process.h"

namespace longwire::bench {

/// Programs of this build, run below a private folder that is taken away with them.
class Processes {
  public:
    /// Throws if there can be no folder below `directory`.
    explicit Processes(const std::string& directory) : folder_(directory + "/longwire-bench-XXXXXX") {
        if (::mkdtemp(folder_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), folder_);
    }
    ~Processes() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;

    std::string operator/(const std::string& name) const { return folder_ + "/" + name; }
    std::string endpoint(const std::string& name) const { return "ipc://" + *this / name; }

    /// Returns it once it has said that it is ready.
    std::unique_ptr<integration::Process> launch(const std::string& program, std::vector<std::string> arguments) {
        const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
        auto process = std::make_unique<integration::Process>(integration::Program{path, std::move(arguments), {}, {}},
                                                              *this / (program + std::to_string(++launched_)));
        process->wait_for_line("ready", integration::Deadline(kPatienceMs));
        return process;
    }

    /// A broker with its log on disk here.
    std::unique_ptr<integration::Process> launch_broker(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"--events",   endpoint("events"), "--workers", endpoint("workers"),
                                           "--edges",    endpoint("edges"),  "--tap",     endpoint("tap"),
                                           "--data-dir", *this / "data"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return launch("longwire-broker", std::move(arguments));
    }

    std::unique_ptr<integration::Process> launch_worker(const std::string& program, int capacity) {
        return launch(program, {"--broker-events", endpoint("events"), "--broker-link", endpoint("workers"), "--name",
                                "worker-bench", "--capacity", std::to_string(capacity)});
    }

    static constexpr int kPatienceMs = 600'000;

  private:
    std::string folder_;
    int launched_ = 0;
};

}  // namespace longwire::bench
