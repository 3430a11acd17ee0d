#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/node/setting.h"
#include "protocol/result.h"

namespace longwire {

/// What the command line held, not yet read as numbers.
struct ParsedFlags {
    std::map<std::string, std::vector<std::string>> flags;  // by name without dashes, as often as given
    std::vector<std::string> words;                         // what is no flag, in order
};

/// Splits a command line by the settings it may hold: --name VALUE, --name=VALUE, -n VALUE; a toggle is
/// --name, --name=false or --no-name; after "--" all are words. Errors: an unknown flag (with the one it
/// resembles), a missing value; one line.
Result<ParsedFlags> parse_flags(const std::vector<std::string>& arguments, const std::vector<Setting>& values,
                                const std::vector<Setting>& toggles);

}  // namespace longwire
