#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/msgpack_fields.h"
#include "protocol/result.h"

namespace longwire::exec {

/// What a client asks to run.
struct ExecRequest {
    std::vector<std::string> argv;
    std::vector<std::pair<std::string, std::string>> env;
    std::string cwd;  // empty: the root itself
    std::optional<std::string> stdin_text;
    std::uint64_t expect_lines = 0;  // of output; progress is told by them. 0: not known
};

/// Reads `{argv: […], env?: {…}, cwd?, stdin?, expect_lines?}`. Errors name the field: malformed, an environment
/// variable that is not
/// among `env_allowed`, or bytes no argument can hold (a 0).
Result<ExecRequest> parse_exec_request(const MsgpackFields& fields, const std::vector<std::string>& env_allowed);

}  // namespace longwire::exec
