#include "worker/exec/exec_description.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::exec {
namespace {

namespace json = boost::json;

constexpr std::size_t kAllowedBytesMax = 2 << 10;  // of names; a description has its bound

/// " a b c", as many as there is room for.
std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        if (list.size() + name.size() > kAllowedBytesMax) return list + " …";
        list += " " + name;
    }
    return list.empty() ? " nothing" : list;
}

json::array example_of(const std::vector<std::string>& allow) {
    if (std::find(allow.begin(), allow.end(), "seq") != allow.end()) return {"seq", "1", "500"};
    return {json::string_view(allow.front())};
}

}  // namespace

KindDescription exec_description(const ExecOptions& options) {
    json::object properties{
        {"argv",
         {{"type", "array"},
          {"title", "Command"},
          {"description", "Allowed here:" + listed(options.allow)},
          {"items", {{"type", "string"}}},
          {"minItems", 1}}},
        {"stdin", {{"type", "string"}, {"title", "Standard input"}, {"format", "textarea"}}},
        {"cwd", {{"type", "string"}, {"title", "Directory"}, {"description", "Below " + options.root}}},
        {"expect_lines",
         {{"type", "integer"},
          {"title", "Lines expected"},
          {"description", "Progress is told by them."},
          {"minimum", 0}}},
    };
    if (!options.allow_env.empty()) {
        properties["env"] = {{"type", "object"},
                             {"title", "Variables"},
                             {"description", "Allowed here:" + listed(options.allow_env)},
                             {"additionalProperties", {{"type", "string"}}}};
    }
    const json::object schema{{"type", "object"}, {"properties", properties}, {"required", {"argv"}}};
    KindDescription description;
    description.about = "Run a command; each line it prints is a log line.";
    description.input_schema = json::serialize(schema);
    if (!options.allow.empty()) {
        description.example = json::serialize(json::object{{"argv", example_of(options.allow)}});
    }
    return description;
}

}  // namespace longwire::exec
