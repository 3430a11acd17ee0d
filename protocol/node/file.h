#pragma once

#include <cstddef>
#include <string>

#include "protocol/result.h"

namespace longwire {

/// Reads a whole file, of any kind. Errors: `not_found`; `too_large` if it has more than `bytes_max` bytes;
/// `unavailable` for all else. They name no field, and say the path and the system's reason: "/tmp cannot be read: Is a
/// directory".
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

/// Reads an open descriptor to its end in the same way. `name` stands for the path.
Result<std::string> read_to_end(int fd, const std::string& name, std::size_t bytes_max);

}  // namespace longwire
