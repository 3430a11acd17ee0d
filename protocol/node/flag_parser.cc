#include "protocol/node/flag_parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <list>

namespace longwire {
namespace {

std::string names_of(const Setting& setting) {
    std::string names = flag_of(setting);
    if (setting.letter != 0) names += std::string(",-") + setting.letter;
    return names;
}

Error unknown_flag(const std::string& given, const std::vector<std::string>& known) {
    std::string name = given.substr(0, given.find('='));
    const std::string nearest = nearest_word(name, known);
    std::string message = name + " is no flag of this program";
    if (!nearest.empty()) message += "; did you mean " + nearest + "?";
    return bad_request("", message);
}

/// CLI11 takes its arguments in reverse, and would take the argument after "--name=" for its value.
std::vector<std::string> last_first(const std::vector<std::string>& arguments, const std::vector<Setting>& values) {
    std::vector<std::string> reversed;
    for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
        const auto is_empty_value = [&](const Setting& setting) { return *argument == flag_of(setting) + "="; };
        if (std::any_of(values.begin(), values.end(), is_empty_value)) {
            reversed.emplace_back();
            reversed.push_back(argument->substr(0, argument->size() - 1));
        } else {
            reversed.push_back(*argument);
        }
    }
    return reversed;
}

}  // namespace

Result<ParsedFlags> parse_flags(const std::vector<std::string>& arguments, const std::vector<Setting>& values,
                                const std::vector<Setting>& toggles) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();

    std::list<std::vector<std::string>> store;  // CLI11 writes into these; a list keeps them in place
    std::vector<std::string> known;
    std::map<std::string, std::vector<std::string>*> by_name;
    for (const Setting& setting : values) {
        auto& slot = store.emplace_back();
        app.add_option(names_of(setting), slot)->expected(1)->take_all()->allow_extra_args(false);
        by_name[setting.name] = &slot;
        known.push_back(flag_of(setting));
    }
    for (const Setting& setting : toggles) {
        auto& slot = store.emplace_back();
        const auto names = names_of(setting) + ",--no-" + setting.name + "{false}";
        app.add_flag(names, slot)->take_all();
        by_name[setting.name] = &slot;
        known.push_back(flag_of(setting));
        known.push_back("--no-" + setting.name);
    }

    try {
        app.parse(last_first(arguments, values));
    } catch (const CLI::ParseError& error) {
        return bad_request("", std::string(error.what()));
    }

    ParsedFlags parsed;
    for (const auto& [name, slot] : by_name) {
        if (!slot->empty()) parsed.flags[name] = *slot;
    }
    bool flags_ended = false;
    for (const std::string& word : app.remaining()) {
        if (word == "--" && !flags_ended) {
            flags_ended = true;
        } else if (!flags_ended && word.size() > 1 && word[0] == '-') {
            return unknown_flag(word, known);
        } else {
            parsed.words.push_back(word);
        }
    }
    return parsed;
}

}  // namespace longwire
