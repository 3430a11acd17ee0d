#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace longwire::agent {

/// An agent: what a model is told to be, and what it may do.
struct Role {
    std::string name;   // for people: "Planner"
    std::string id;     // for programs: "planner-1"
    std::string emoji;  // may be empty
    std::string about;  // what it does, for people and for those who hand over to it
    std::string prompt;
    std::string model;        // empty: the worker's
    double temperature = -1;  // negative: the model's own
    std::vector<std::string> tools;
    std::vector<std::string> ask_before;  // of its tools, those that somebody has to approve of, each time
    std::vector<std::string> handoffs;    // names of the roles that it may hand over to
};

/// Who answers which kind of task.
struct Roles {
    std::vector<Role> all;
    /// The name of the role that a kind's tasks begin with, by the kind without "agent.": chat, guide, liaison, team.
    std::map<std::string, std::string, std::less<>> first;

    const Role* find(std::string_view name) const;
    /// For a kind as tasks name it: agent.liaison.content begins with the role of `liaison`.
    const Role* first_for(std::string_view kind) const;
};

/// Reads a roles file (TOML; docs/agents.md describes it). Errors name the key or role at fault, and the line where the
/// file is no TOML. `known_tools` are the tools that there are, whether they are switched on or not.
Result<Roles> parse_roles(std::string_view toml, const std::vector<std::string>& known_tools);

/// The team that there is without a file: an assistant, a guide, a liaison, and a planner, a researcher and a writer.
std::string_view built_in_roles();

}  // namespace longwire::agent
