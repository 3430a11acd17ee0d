#include "worker/exec/allow_list.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace longwire::exec {
namespace {

/// Arguments by which a program that seems to look only would run other programs, delete or write.
struct Refused {
    std::string_view program;
    std::string_view prefix;
};
constexpr std::array kRefused{
    Refused{"find", "-exec"}, Refused{"find", "-ok"}, Refused{"find", "-delete"}, Refused{"find", "-fprint"},
    Refused{"find", "-fls"},  Refused{"date", "-s"},  Refused{"date", "--s"},
};

bool is_refused_with(std::string_view program, std::string_view argument) {
    return std::any_of(kRefused.begin(), kRefused.end(), [&](const Refused& r) {
        return r.program == program && argument.starts_with(r.prefix);
    });
}

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
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const auto& argument = argv[i];
        if (!is_refused_with(name, argument)) continue;
        const bool runs_allowed = name == "find" && argument == "-exec" && i + 1 < argv.size() && is_tame(argv[i + 1]);
        if (runs_allowed) continue;
        return forbidden("'" + argument + "' is not an argument that '" + name + "' may be run with here");
    }
    for (const auto& directory : directories_) {
        auto path = directory + "/" + name;
        if (!is_program_(path)) continue;
        if (given != name && given != path) return forbidden("'" + name + "' may be run as " + path + " only");
        return path;
    }
    return Error{Errc::not_found, "'" + name + "' is not installed here", "argv"};
}

/// Allowed itself, and with any arguments: `find -exec` puts names of files among them.
bool AllowList::is_tame(const std::string& name) const {
    return names_.contains(name) &&
           std::none_of(kRefused.begin(), kRefused.end(), [&](const Refused& r) { return r.program == name; });
}

}  // namespace longwire::exec
