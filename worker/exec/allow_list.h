#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "protocol/result.h"

namespace longwire::exec {

/// Decides which program a command may run: one whose name the operator has allowed, found in the operator's
/// directories and nowhere else.
class AllowList {
  public:
    /// `is_program` says whether a path is a file that can be run.
    using IsProgram = std::function<bool(const std::string& path)>;

    AllowList(const std::vector<std::string>& names, const std::string& path, IsProgram is_program);

    /// The path of the program to run. Errors: forbidden for a name that isn't allowed, for a path that is not where
    /// the name is found, and for an argument by which an allowed program would run one that isn't, or write files;
    /// not_found for an allowed name that isn't installed.
    Result<std::string> resolve(const std::vector<std::string>& argv) const;

  private:
    Status check_find(const std::vector<std::string>& argv) const;

    std::set<std::string, std::less<>> names_;
    std::vector<std::string> directories_;
    IsProgram is_program_;
};

}  // namespace longwire::exec
