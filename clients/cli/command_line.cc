#include <algorithm>

#include "clients/cli/commands.h"

namespace longwire::cli {
namespace {

bool takes_a_value(const std::string& flag) {
    return flag == "--url" || flag == "--token";
}

}  // namespace

CommandLine split_command_line(const Arguments& arguments) {
    std::size_t at = 0;
    while (at < arguments.size() && arguments[at].starts_with("-")) at += takes_a_value(arguments[at]) ? 2 : 1;
    if (at >= arguments.size()) return {"", arguments};
    const auto command = arguments.begin() + static_cast<std::ptrdiff_t>(at);
    CommandLine line{*command, {arguments.begin(), command}};
    line.arguments.insert(line.arguments.end(), command + 1, arguments.end());
    return line;
}

}  // namespace longwire::cli
