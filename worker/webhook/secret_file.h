#pragma once

#include <string>
#include <vector>

#include "protocol/result.h"

namespace longwire::webhook {

/// The secrets in the file. Errors: bad_request with `secret-file`.
Result<std::vector<std::string>> load_secrets(const std::string& file);

/// Puts a new secret into the file, for its owner alone to read, unless the file is there already.
Status make_secret_file(const std::string& file);

}  // namespace longwire::webhook
