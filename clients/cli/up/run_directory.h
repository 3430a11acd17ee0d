#pragma once

#include <string>

#include "protocol/result.h"

namespace longwire::cli {

/// The data folder of one running cluster, locked against a second one, with a private folder
/// for its sockets.
class RunDirectory {
  public:
    /// Makes and locks `data`. Errors: another cluster runs on it (conflict), or the system's reason.
    static Result<RunDirectory> open(const std::string& data);

    RunDirectory(RunDirectory&& other) noexcept;
    RunDirectory& operator=(RunDirectory&&) = delete;
    /// Takes the folder of the sockets away; unlocks.
    ~RunDirectory();

    const std::string& data() const { return data_; }        // absolute
    const std::string& sockets() const { return sockets_; }  // absolute, short enough for ipc://

  private:
    RunDirectory() = default;

    std::string data_;
    std::string sockets_;
    int lock_ = -1;
};

}  // namespace longwire::cli
