#include "clients/cli/up/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "clients/cli/up/cluster_plan.h"

namespace longwire::cli {
namespace fs = std::filesystem;
namespace {

Error system_error(const std::string& what) {
    return Error{Errc::internal, what + ": " + std::strerror(errno)};
}

}  // namespace

Result<RunDirectory> RunDirectory::open(const std::string& data) {
    RunDirectory run;
    std::error_code error;
    fs::create_directories(data, error);
    if (error) return Error{Errc::internal, data + ": " + error.message()};
    run.data_ = fs::canonical(data, error).string();
    if (error) return Error{Errc::internal, data + ": " + error.message()};

    const std::string lock_path = run.data_ + "/up.lock";
    run.lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (run.lock_ < 0) return system_error(lock_path);
    if (flock(run.lock_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_error(lock_path);
        return Error{Errc::conflict, "another longwire up runs on " + run.data_ + "; give --data another folder"};
    }

    const std::string sockets = run.data_ + "/run";
    if (socket_paths_fit(sockets)) {
        fs::remove_all(sockets, error);  // what a killed one left
        if (mkdir(sockets.c_str(), 0700) != 0) return system_error(sockets);
        run.sockets_ = sockets;
        return run;
    }
    std::string pattern = "/tmp/longwire-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) return system_error(pattern);
    run.sockets_ = pattern;
    return run;
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : data_(std::move(other.data_)),
      sockets_(std::exchange(other.sockets_, {})),
      lock_(std::exchange(other.lock_, -1)) {}

RunDirectory::~RunDirectory() {
    std::error_code ignored;
    if (!sockets_.empty()) fs::remove_all(sockets_, ignored);
    if (lock_ >= 0) close(lock_);
}

}  // namespace longwire::cli
