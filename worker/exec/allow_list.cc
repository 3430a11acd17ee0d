#include "worker/exec/allow_list.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace longwire::exec {
namespace {

/// Arguments by which a program that seems to look only would delete or write.
struct Refused {
    std::string_view program;
    std::string_view prefix;
};
constexpr std::array kRefused{
    Refused{"find", "-delete"}, Refused{"find", "-fprint"}, Refused{"find", "-fls"},
    Refused{"date", "-s"},      Refused{"date", "--s"},
};

/// Arguments behind which a program is named that find runs itself.
constexpr std::array<std::string_view, 4> kFindRuns{"-exec", "-execdir", "-ok", "-okdir"};

Error forbidden(std::string message) {
    return Error{Errc::forbidden, std::move(message), "argv"};
}

}  // namespace

AllowList::AllowList(const std::vector<std::string>& names, const std::string& path, IsProgram is_program)
    : names_(names.begin(), names.end()), is_program_(std::move(is_program)) {
    for (std::size_t start = 0; start <= path.size();) {
        const auto end = std::min(path.find(':', start), path.size());
        if (path[start] == '/') directories_.push_back(path.substr(start, end - start));
        start = end + 1;
    }
}

Result<std::string> AllowList::resolve(const std::vector<std::string>& argv) const {
    if (argv.empty()) return bad_request("argv", "must not be empty");
    const auto& given = argv.front();
    const auto name = given.substr(given.rfind('/') + 1);  // npos + 1 is 0: all of it
    if (!names_.contains(name)) return forbidden("'" + name + "' is not a program that may be run here");
    for (const auto& argument : argv) {
        const auto is_refused = [&](const Refused& r) { return r.program == name && argument.starts_with(r.prefix); };
        if (std::any_of(kRefused.begin(), kRefused.end(), is_refused)) {
            return forbidden("'" + argument + "' is not an argument that '" + name + "' may be run with here");
        }
    }
    if (name == "find") LW_TRY_STATUS(check_find(argv));
    for (const auto& directory : directories_) {
        auto path = directory + "/" + name;
        if (!is_program_(path)) continue;
        if (given != name && given != path) return forbidden("'" + name + "' may be run as " + path + " only");
        return path;
    }
    return Error{Errc::not_found, "'" + name + "' is not installed here", "argv"};
}

/// What find runs must be allowed by itself; it finds it by the PATH it is given, which is ours.
Status AllowList::check_find(const std::vector<std::string>& argv) const {
    for (auto argument = argv.begin(); argument != argv.end(); ++argument) {
        if (std::find(kFindRuns.begin(), kFindRuns.end(), *argument) == kFindRuns.end()) continue;
        if (std::next(argument) == argv.end()) return bad_request("argv", "must name a program behind " + *argument);
        const auto& program = *std::next(argument);
        // The names of files become arguments: one "elete" would be enough to make "-d{}" a dangerous one.
        const auto name = program.substr(program.rfind('/') + 1);
        const auto is_of = [&](const Refused& r) { return r.program == name; };
        if (std::any_of(kRefused.begin(), kRefused.end(), is_of))
            return forbidden("find may not run " + name + " here");
        if (auto resolved = resolve({program}); !resolved) return resolved.error();
    }
    return {};
}

}  // namespace longwire::exec
