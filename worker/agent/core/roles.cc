#include "worker/agent/core/roles.h"

#include <algorithm>
#include <array>
#include <sstream>
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>
#include <utility>

#include "protocol/ascii.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::agent {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"chat", "guide", "liaison", "team"};
constexpr std::size_t kPromptBytesMax = 64 << 10;
constexpr std::size_t kRolesMax = 64;

std::string id_of(std::string_view name) {
    std::string id;
    for (const char c : lower_case(name)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        id += is_plain ? c : '-';
    }
    return id + "-1";
}

/// Reads the keys of one table, and tells which were left.
class Keys {
  public:
    Keys(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

    Status text(std::string_view key, std::string& value) {
        const auto* const node = take(key);
        if (node == nullptr) return {};
        const auto read = node->value<std::string>();
        if (!read || !node->is_string()) return wrong(key, "must be a text");
        value = *read;
        return {};
    }

    Status real(std::string_view key, double& value, double least, double most) {
        const auto* const node = take(key);
        if (node == nullptr) return {};
        const auto read = node->value<double>();
        if (!read || !(*read >= least && *read <= most)) {  // so that what is no number fails too
            std::ostringstream why;
            why << "must be a number from " << least << " to " << most;
            return wrong(key, why.str());
        }
        value = *read;
        return {};
    }

    Status texts(std::string_view key, std::vector<std::string>& values) {
        const auto* const node = take(key);
        if (node == nullptr) return {};
        const auto* const array = node->as_array();
        if (array == nullptr) return wrong(key, "must be an array of texts");
        values.clear();
        for (const auto& element : *array) {
            if (!element.is_string()) return wrong(key, "must be an array of texts");
            values.push_back(element.value_or<std::string>(""));
        }
        return {};
    }

    Status nothing_left() const {
        for (const auto& [key, node] : table_) {
            if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
                return wrong(key.str(), "is not known here");
            }
        }
        return {};
    }

    Error wrong(std::string_view key, std::string why) const {
        return bad_request(path_ + std::string(key), std::move(why));
    }

  private:
    const toml::node* take(std::string_view key) {
        taken_.push_back(key);
        return table_.get(key);
    }

    const toml::table& table_;
    std::string path_;
    std::vector<std::string_view> taken_;
};

Result<Role> parse_role(const toml::table& table, std::size_t number, const std::vector<std::string>& known_tools) {
    Keys keys(table, "role " + std::to_string(number) + ": ");
    Role role;
    role.tools = known_tools;
    LW_TRY_STATUS(keys.text("name", role.name));
    if (role.name.empty() || role.name.size() > kNameBytesMax) {
        return keys.wrong("name", "must have 1 to " + std::to_string(kNameBytesMax) + " bytes");
    }
    role.id = id_of(role.name);
    LW_TRY_STATUS(keys.text("id", role.id));
    if (!check_name("id", role.id, kNameBytesMax)) return keys.wrong("id", "is no name");
    LW_TRY_STATUS(keys.text("emoji", role.emoji));
    LW_TRY_STATUS(keys.text("about", role.about));
    LW_TRY_STATUS(keys.text("prompt", role.prompt));
    if (role.prompt.empty() || role.prompt.size() > kPromptBytesMax) {
        return keys.wrong("prompt", "must have 1 to " + std::to_string(kPromptBytesMax) + " bytes");
    }
    LW_TRY_STATUS(keys.text("model", role.model));
    LW_TRY_STATUS(keys.real("temperature", role.temperature, 0, 2));
    LW_TRY_STATUS(keys.texts("tools", role.tools));
    LW_TRY_STATUS(keys.texts("ask_before", role.ask_before));
    LW_TRY_STATUS(keys.texts("handoffs", role.handoffs));
    for (const auto* const names : {&role.tools, &role.ask_before}) {
        for (const auto& name : *names) {
            if (std::find(known_tools.begin(), known_tools.end(), name) != known_tools.end()) continue;
            return keys.wrong(names == &role.tools ? "tools" : "ask_before", "there is no tool '" + name + "'");
        }
    }
    LW_TRY_STATUS(keys.nothing_left());
    return role;
}

Status check_names(const Roles& roles) {
    for (const auto& role : roles.all) {
        if (roles.find(role.name) != &role) return bad_request("role", "there are two roles named '" + role.name + "'");
        for (const auto& name : role.handoffs) {
            if (roles.find(name) == nullptr || name == role.name) {
                return bad_request("handoffs", "'" + role.name + "' can't hand over to '" + name + "'");
            }
        }
    }
    return {};
}

Status parse_kinds(const toml::table& table, Roles& roles) {
    Keys keys(table, "kinds.");
    for (const auto kind : kKinds) {
        std::string name;
        LW_TRY_STATUS(keys.text(kind, name));
        if (name.empty())
            return keys.wrong(kind, "is required: the role that tasks of agent." + std::string(kind) + " begin with");
        if (roles.find(name) == nullptr) return keys.wrong(kind, "there is no role '" + name + "'");
        roles.first[std::string(kind)] = name;
    }
    return keys.nothing_left();
}

Result<Roles> read(const toml::table& file, const std::vector<std::string>& known_tools) {
    for (const auto& [key, node] : file) {
        if (key.str() != "role" && key.str() != "kinds")
            return bad_request(std::string(key.str()), "is not known here");
    }
    const auto* const list = file["role"].as_array();
    if (list == nullptr || list->empty()) return bad_request("role", "at least one [[role]] is required");
    if (list->size() > kRolesMax) return bad_request("role", "at most " + std::to_string(kRolesMax) + " are allowed");
    Roles roles;
    for (const auto& node : *list) {
        const auto* const table = node.as_table();
        if (table == nullptr) return bad_request("role", "must be tables: [[role]]");
        LW_TRY(auto role, parse_role(*table, roles.all.size() + 1, known_tools));
        roles.all.push_back(std::move(role));
    }
    LW_TRY_STATUS(check_names(roles));
    const auto* const kinds = file["kinds"].as_table();
    if (kinds == nullptr) return bad_request("kinds", "a table [kinds] is required");
    LW_TRY_STATUS(parse_kinds(*kinds, roles));
    return roles;
}

}  // namespace

const Role* Roles::find(std::string_view name) const {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Role& role) { return role.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const Role* Roles::first_for(std::string_view kind) const {
    if (kind.starts_with("agent.")) kind.remove_prefix(6);
    const auto found = first.find(kind.substr(0, kind.find('.')));
    return found == first.end() ? nullptr : find(found->second);
}

Result<Roles> parse_roles(std::string_view toml, const std::vector<std::string>& known_tools) {
    try {
        return read(toml::parse(toml), known_tools);
    } catch (const toml::parse_error& error) {
        std::ostringstream where;
        where << "line " << error.source().begin.line << ": " << error.description();
        return bad_request("", where.str());
    }
}

std::string_view built_in_roles() {
    return R"toml(
[kinds]
chat = "Assistant"
guide = "Guide"
liaison = "Liaison"
team = "Planner"

[[role]]
name = "Assistant"
emoji = "💬"
about = "answers"
prompt = """
You are a helpful assistant. Answer in the language of the question, briefly and plainly. Use a tool where it gives a
better answer than you could give by yourself, and say so when you do not know."""

[[role]]
name = "Guide"
emoji = "🧭"
about = "shows the way"
prompt = """
You guide a user through a product: find out what the user wants to reach, and say what to do next, one step at a time.
Ask with the tool ask_user when what they want is not clear."""

[[role]]
name = "Liaison"
emoji = "🤝"
about = "speaks for a part of the business"
prompt = """
You are the liaison for the area "{pillar}": answer questions about it, and say so when a question belongs elsewhere."""

[[role]]
name = "Planner"
emoji = "📋"
about = "breaks the requirement into steps"
tools = ["ask_user"]
handoffs = ["Researcher"]
prompt = """
You plan the work of a team. Break the requirement into a few short steps, write them down, and hand over to the
Researcher. Do not do the work yourself."""

[[role]]
name = "Researcher"
emoji = "🔎"
about = "gathers what is needed"
handoffs = ["Writer"]
prompt = """
You gather what the plan needs: facts, figures, calculations. Use your tools, note what you found and where, and hand
over to the Writer."""

[[role]]
name = "Writer"
emoji = "✍️"
about = "writes the answer"
tools = []
prompt = """
You write the team's answer to the requirement, from the plan and the findings: clear, complete and no longer than it
has to be. What you write is what the user gets."""
)toml";
}

}  // namespace longwire::agent
