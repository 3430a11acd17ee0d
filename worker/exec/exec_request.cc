#include "worker/exec/exec_request.h"

#include <algorithm>

#include "protocol/msgpack_reader.h"

namespace longwire::exec {
namespace {

constexpr std::uint32_t kArgumentsMax = 4'096;

bool has_zero(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

Status read_argv(std::string_view raw, std::vector<std::string>& argv) {
    if (raw.empty()) return bad_request("argv", "is required");
    MsgpackReader reader(raw);
    const auto count = reader.array();
    if (!reader.ok() || count == 0) return bad_request("argv", "must be an array of at least one string");
    if (count > kArgumentsMax) {
        return Error{Errc::too_large, "has more than " + std::to_string(kArgumentsMax) + " elements", "argv"};
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto argument = reader.string();
        if (!reader.ok()) return bad_request("argv", "must hold strings only");
        if (has_zero(argument)) return bad_request("argv", "must not hold a zero byte");
        argv.emplace_back(argument);
    }
    if (argv.front().empty()) return bad_request("argv", "must begin with a program's name");
    return {};
}

Status read_env(std::string_view raw, const std::vector<std::string>& allowed, ExecRequest& request) {
    if (raw.empty()) return {};
    LW_TRY(const auto fields, MsgpackFields::parse(raw, "env"));
    for (const auto& [name, value] : fields.all()) {
        if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
            return Error{Errc::forbidden, "'" + std::string(name) + "' is not a variable that may be set here", "env"};
        }
        MsgpackReader reader(value);
        const auto text = reader.string();
        if (!reader.ok() || has_zero(text)) return bad_request("env", "must hold strings without zero bytes");
        request.env.emplace_back(name, text);
    }
    return {};
}

}  // namespace

Result<ExecRequest> parse_exec_request(const MsgpackFields& fields, const std::vector<std::string>& env_allowed) {
    ExecRequest request;
    LW_TRY_STATUS(read_argv(fields.raw("argv"), request.argv));
    LW_TRY_STATUS(read_env(fields.raw("env"), env_allowed, request));
    LW_TRY(const auto cwd, fields.string_or("cwd", {}));
    if (has_zero(cwd)) return bad_request("cwd", "must not hold a zero byte");
    request.cwd = cwd;
    if (fields.has("stdin")) {
        LW_TRY(const auto text, fields.string("stdin"));
        request.stdin_text = std::string(text);
    }
    LW_TRY(const auto lines, fields.integer_or("expect_lines", 0, 0, std::int64_t{1} << 53));
    request.expect_lines = static_cast<std::uint64_t>(lines);
    return request;
}

}  // namespace longwire::exec
