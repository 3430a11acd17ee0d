#pragma once

#include <memory>
#include <string>

#include "worker/agent/tool.h"

namespace longwire::agent {

/// A regular file below `root`, or of a longer one the first `bytes_max` bytes. `path` is relative; one that is
/// absolute, goes up with "..", or has a symbolic link anywhere in it is forbidden, however the tree changes meanwhile:
/// each step is opened from the one before. Errors: bad_request, forbidden, not_found.
Result<std::string> read_below(const std::string& root, const std::string& path, std::size_t bytes_max);

/// read_file {path}: a text file below `root`.
std::unique_ptr<Tool> read_file_tool(std::string root);

}  // namespace longwire::agent
