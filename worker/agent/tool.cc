#include "worker/agent/tool.h"

#include <boost/json.hpp>
#include <utility>

namespace longwire::agent {

std::vector<std::string> known_tools() {
    return {"ask_user", "calculator", "http_get", "read_file"};
}

Result<std::string> text_argument(const boost::json::object& arguments, std::string_view name) {
    const auto* const value = arguments.if_contains(name);
    if (value == nullptr) return bad_request(std::string(name), "is required");
    if (!value->is_string()) return bad_request(std::string(name), "must be a text");
    return std::string(value->get_string());
}

boost::json::value schema_of(const std::vector<std::pair<std::string, std::string>>& texts) {
    boost::json::object properties;
    boost::json::array required;
    for (const auto& [name, about] : texts) {
        properties[name] = {{"type", "string"}, {"description", about}};
        required.emplace_back(name);
    }
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

}  // namespace longwire::agent
