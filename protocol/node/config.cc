#include "protocol/node/config.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <sstream>

#include "protocol/node/file.h"
#include "protocol/node/flag_parser.h"
#include "protocol/node/flat_toml.h"

namespace longwire {
namespace {

constexpr std::string_view kPrefix = "LONGWIRE_";
constexpr std::size_t kConfigBytesMax = 1 << 20;

Error named(const std::string& origin, const Error& error) {
    return bad_request(origin, error.message);
}

std::vector<std::string> split_commas(const std::vector<std::string>& values) {
    std::vector<std::string> words;
    for (const std::string& value : values) {
        std::istringstream stream(value);
        for (std::string word; std::getline(stream, word, ',');) {
            if (!word.empty()) words.push_back(word);
        }
    }
    return words;
}

std::map<std::string, std::string> to_map(const std::vector<std::string>& environment) {
    std::map<std::string, std::string> variables;
    for (const std::string& entry : environment) {
        const std::size_t equals = entry.find('=');
        if (equals == std::string::npos || !entry.starts_with(kPrefix)) continue;
        variables[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    return variables;
}

}  // namespace

Config::Config(std::string program, std::string about, bool with_file)
    : program_(std::move(program)), about_(std::move(about)), with_file_(with_file) {
    if (with_file_) {
        text({.name = "config",
              .help = "a TOML file with any of these settings",
              .value_name = "FILE",
              .reach = Reach::flag_and_variable},
             config_file_);
        toggle({.name = "check-config", .help = "read and check all settings, then end", .reach = Reach::flag},
               check_config_);
        toggle({.name = "print-config", .help = "print what is in force as TOML, then end", .reach = Reach::flag},
               print_config_);
    }
    toggle({.name = "help", .help = "print this text", .letter = 'h', .reach = Reach::flag}, help_);
    toggle({.name = "version", .help = "print the version", .reach = Reach::flag}, version_);
}

void Config::add(SettingSlot slot) {
    slot.initial = slot.show();
    slots_.push_back(std::move(slot));
}

void Config::text(Setting setting, std::string& value, const TextCheck& check) {
    SettingSlot slot;
    slot.setting = std::move(setting);
    slot.store = [&value, check](const std::vector<std::string>& given) -> Status {
        if (check) LW_TRY_STATUS(check(given.back()));
        value = given.back();
        return {};
    };
    slot.show = [&value] { return std::vector{value}; };
    add(std::move(slot));
}

void Config::choice(Setting setting, std::string& value, const std::vector<std::string>& accepted) {
    setting.value_name = any_of_text(accepted);
    text(std::move(setting), value, [accepted](const std::string& given) -> Status {
        if (std::find(accepted.begin(), accepted.end(), given) != accepted.end()) return {};
        return bad_request("", "'" + given + "' is not " + any_of_text(accepted));
    });
}

void Config::toggle(Setting setting, bool& value) {
    SettingSlot slot;
    slot.setting = std::move(setting);
    slot.shape = SettingShape::toggle;
    slot.quoted = false;
    slot.store = [&value](const std::vector<std::string>& given) -> Status {
        LW_TRY(value, read_toggle(given.back()));
        return {};
    };
    slot.show = [&value] { return std::vector<std::string>{value ? "true" : "false"}; };
    add(std::move(slot));
}

void Config::list(Setting setting, std::vector<std::string>& value, const TextCheck& check_each) {
    SettingSlot slot;
    slot.setting = std::move(setting);
    slot.shape = SettingShape::list;
    slot.store = [&value, check_each](const std::vector<std::string>& given) -> Status {
        for (const std::string& one : given) {
            if (check_each) LW_TRY_STATUS(check_each(one));
        }
        value = given;
        return {};
    };
    slot.show = [&value] { return value; };
    add(std::move(slot));
}

void Config::real(Setting setting, double& value, double least, double most) {
    SettingSlot slot;
    slot.setting = std::move(setting);
    slot.quoted = false;
    slot.accepted = accepted_real(least, most);
    slot.store = [&value, least, most](const std::vector<std::string>& given) -> Status {
        LW_TRY(value, read_real(given.back(), least, most));
        return {};
    };
    slot.show = [&value] { return std::vector{show_real(value)}; };
    add(std::move(slot));
}

void Config::add_number(Setting setting, std::int64_t least, std::int64_t most, std::function<void(std::int64_t)> set,
                        std::function<std::int64_t()> get) {
    SettingSlot slot;
    slot.setting = std::move(setting);
    slot.quoted = false;
    slot.accepted = accepted_number(least, most);
    slot.store = [set = std::move(set), least, most](const std::vector<std::string>& given) -> Status {
        LW_TRY(const std::int64_t read, read_number(given.back(), least, most));
        set(read);
        return {};
    };
    slot.show = [get = std::move(get)] { return std::vector{std::to_string(get())}; };
    add(std::move(slot));
}

void Config::words(std::string name, std::vector<std::string>& value, std::size_t least, std::size_t most) {
    words_ = Words{std::move(name), &value, least, most};
}

void Config::check(std::function<Status()> relation) {
    relations_.push_back(std::move(relation));
}

Status Config::store(const SettingSlot& slot, const std::string& origin, const std::vector<std::string>& values) const {
    if (slot.shape != SettingShape::list && values.size() != 1) {
        return bad_request(origin, values.empty() ? "needs a value" : "takes one value");
    }
    if (const Status stored = slot.store(values); !stored) return named(origin, stored.error());
    return {};
}

Status Config::read(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    std::vector<Setting> values;
    std::vector<Setting> toggles;
    for (const SettingSlot& slot : slots_) {
        (slot.shape == SettingShape::toggle ? toggles : values).push_back(slot.setting);
    }
    LW_TRY(const ParsedFlags parsed, parse_flags(arguments, values, toggles));

    std::vector<std::string> origins(slots_.size());  // under which name each was given, if it was
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto given = parsed.flags.find(slots_[i].setting.name);
        if (given == parsed.flags.end()) continue;
        const bool is_list = slots_[i].shape == SettingShape::list;
        // Of a flag given twice the last one counts, so that a script's can be overruled at its end.
        const auto last = std::vector{given->second.back()};
        origins[i] = flag_of(slots_[i].setting);
        LW_TRY_STATUS(store(slots_[i], origins[i], is_list ? split_commas(given->second) : last));
    }
    if (help_ || version_) return {};

    const auto variables = to_map(environment);
    LW_TRY_STATUS(read_variables(variables, origins));
    if (with_file_ && !config_file_.empty()) LW_TRY_STATUS(read_file(config_file_, origins));

    if (parsed.words.size() > words_.most) {
        return bad_request("", "'" + parsed.words[words_.most] + "' was not expected");
    }
    if (parsed.words.size() < words_.least) return bad_request(words_.name, "is missing");
    if (words_.value != nullptr) *words_.value = parsed.words;

    for (const auto& relation : relations_) {
        if (const Status holds = relation(); !holds) {
            const Error& error = holds.error();
            auto name = error.field.empty() ? std::string() : "--" + error.field;
            for (std::size_t i = 0; i < slots_.size(); ++i) {
                if (slots_[i].setting.name == error.field && !origins[i].empty()) name = origins[i];
            }
            return bad_request(name, error.message);
        }
    }
    return {};
}

Status Config::read_variables(const std::map<std::string, std::string>& environment,
                              std::vector<std::string>& origins) {
    std::vector<std::string> own_endings;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const SettingSlot& slot = slots_[i];
        if (slot.setting.reach == Reach::flag) continue;
        const std::string variable = variable_of(slot.setting);
        own_endings.push_back(variable.substr(kPrefix.size()));
        const auto given = environment.find(variable);
        if (given == environment.end() || given->second.empty() || !origins[i].empty()) continue;
        std::vector<std::string> values{given->second};
        if (slot.shape == SettingShape::list) values = split_commas(values);
        LW_TRY_STATUS(store(slot, variable, values));
        origins[i] = variable;
    }
    // Other programs' variables are none of ours, but one that is nearly ours is a slip that
    // would pass unseen.
    for (const auto& [name, value] : environment) {
        const std::string ending = name.substr(kPrefix.size());
        if (std::find(own_endings.begin(), own_endings.end(), ending) != own_endings.end()) continue;
        const std::string nearest = nearest_word(ending, own_endings);
        if (!nearest.empty()) {
            const std::string meant = std::string(kPrefix) + nearest;
            return bad_request(name, "is no setting of this program; did you mean " + meant + "?");
        }
    }
    return {};
}

Status Config::read_file(const std::string& path, std::vector<std::string>& origins) {
    const auto text = longwire::read_file(path, kConfigBytesMax);
    if (!text) return bad_request(origins.front(), text.error().message);  // --config is the first setting
    auto entries = parse_flat_toml(*text);
    if (!entries) return bad_request(path, entries.error().field + ": " + entries.error().message);

    std::vector<std::string> keys;
    for (const SettingSlot& slot : slots_) {
        if (slot.setting.reach == Reach::everywhere) keys.push_back(key_of(slot.setting));
    }
    for (const TomlEntry& entry : *entries) {
        const std::string origin = path + ": line " + std::to_string(entry.line) + ": " + entry.key;
        const auto is_meant = [&](const SettingSlot& slot) {
            return slot.setting.reach == Reach::everywhere && key_of(slot.setting) == entry.key;
        };
        const auto slot = std::find_if(slots_.begin(), slots_.end(), is_meant);
        if (slot == slots_.end()) {
            const std::string nearest = nearest_word(entry.key, keys);
            return bad_request(
                origin, "is no setting of this program" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
        }
        if (entry.is_array && slot->shape != SettingShape::list) return bad_request(origin, "takes one value");
        const auto index = static_cast<std::size_t>(slot - slots_.begin());
        if (!origins[index].empty()) continue;
        LW_TRY_STATUS(store(*slot, origin, entry.values));
        origins[index] = origin;
    }
    return {};
}

std::optional<int> Config::parse(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                                 std::ostream& out, std::ostream& err) {
    if (const Status status = read(arguments, environment); !status) {
        const Error& error = status.error();
        err << program_ << ": " << (error.field.empty() ? "" : error.field + ": ") << error.message << " (see "
            << program_ << " --help)\n";
        return kExitUsage;
    }
    if (help_) {
        out << help();
    } else if (version_) {
        out << program_ << " " << program_version() << "\n";
    } else if (print_config_) {
        out << print();
    } else if (check_config_) {
        out << "settings are valid\n";
    } else {
        return std::nullopt;
    }
    out.flush();
    return 0;
}

std::optional<int> Config::parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) environment.emplace_back(*entry);
    return parse(arguments, environment, std::cout, std::cerr);  // tidy: allow(print) --help is for whoever types it
}

std::optional<int> Config::parse(int argc, const char* const* argv) {
    return parse(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
}

std::string_view program_version() {
    return LONGWIRE_VERSION;
}

TextCheck check_host_port(bool port_0) {
    return [port_0](const std::string& value) -> Status {
        const std::size_t colon = value.rfind(':');
        const bool bracketed = value.starts_with('[');
        const std::string host = value.substr(0, colon);
        const bool host_ok = colon != std::string::npos && !host.empty() &&
                             (bracketed ? host.back() == ']' : host.find(':') == std::string::npos);
        if (!host_ok || !read_number(value.substr(colon + 1), port_0 ? 0 : 1, 65535)) {
            return bad_request("", "'" + value + "' is not HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
        }
        return {};
    };
}

TextCheck check_endpoint() {
    return [](const std::string& value) -> Status {
        constexpr std::string_view kTcp = "tcp://";
        constexpr std::string_view kIpc = "ipc://";
        if (value.starts_with(kIpc) && value.size() > kIpc.size()) return {};
        if (value.starts_with(kTcp) && check_host_port()(value.substr(kTcp.size()))) return {};
        return bad_request("", "'" + value + "' is not an endpoint: tcp://HOST:PORT or ipc://PATH");
    };
}

}  // namespace longwire
