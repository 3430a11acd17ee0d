#include "tests/unit/edge/dialects/message_schema.h"

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace longwire::edge {
namespace {

namespace json = boost::json;

bool is_whole(const json::value& value) {
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() &&
           value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double()));
}

bool has_type(const json::value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    if (type == "integer") return is_whole(value);
    throw std::runtime_error("no such type: " + std::string(type));
}

/// Made once each: that takes longer than to search by it.
const std::regex& pattern_of(const std::string& text) {
    static std::map<std::string, std::regex> patterns;
    const auto known = patterns.find(text);
    return known != patterns.end() ? known->second : patterns.emplace(text, std::regex(text)).first->second;
}

class Checker {
  public:
    explicit Checker(const json::value& root) : root_(root) {}

    /// Empty, or the first fault with the place where it is.
    std::string check(const json::value& schema, const json::value& value, const std::string& at) const {
        if (schema.is_bool()) return schema.get_bool() ? "" : at + " must not be there";
        for (const auto& [word, rule] : schema.as_object()) {
            auto fault = check_word(schema.get_object(), word, rule, value, at);
            if (!fault.empty()) return fault;
        }
        return {};
    }

  private:
    std::string check_word(const json::object& schema, std::string_view word, const json::value& rule,
                           const json::value& value, const std::string& at) const {
        static const std::set<std::string_view> telling{"$schema", "$id",      "$defs",    "title",  "description",
                                                        "format",  "examples", "$comment", "default"};
        if (telling.contains(word)) return {};
        if (word == "$ref") return check(root_.at_pointer(std::string(rule.as_string()).substr(1)), value, at);
        if (word == "type") return check_type(rule, value, at);
        if (word == "const") return value == rule ? "" : at + " must be " + json::serialize(rule);
        if (word == "enum") return check_enum(rule.as_array(), value, at);
        if (word == "allOf" || word == "anyOf" || word == "oneOf") return check_of(word, rule.as_array(), value, at);
        if (word == "not") return check(rule, value, at).empty() ? at + " is what it must not be" : "";
        if (word == "required" || word == "properties" || word == "additionalProperties") {
            return value.is_object() ? check_object(schema, word, rule, value.get_object(), at) : "";
        }
        if (word == "items" || word == "minItems" || word == "maxItems") {
            return value.is_array() ? check_array(word, rule, value.get_array(), at) : "";
        }
        if (word == "minLength" || word == "maxLength" || word == "pattern") {
            return value.is_string() ? check_text(word, rule, std::string(value.get_string()), at) : "";
        }
        if (word == "minimum" || word == "maximum" || word == "exclusiveMinimum") {
            return value.is_number() ? check_number(word, rule.to_number<double>(), value.to_number<double>(), at) : "";
        }
        return at + ": the schema's word " + std::string(word) + " is not known to this checker";
    }

    static std::string check_type(const json::value& rule, const json::value& value, const std::string& at) {
        if (rule.is_string()) {
            return has_type(value, rule.get_string()) ? "" : at + " must be of type " + std::string(rule.get_string());
        }
        for (const auto& one : rule.as_array()) {
            if (has_type(value, one.as_string())) return {};
        }
        return at + " must be of a type among " + json::serialize(rule);
    }

    static std::string check_enum(const json::array& words, const json::value& value, const std::string& at) {
        for (const auto& word : words) {
            if (word == value) return {};
        }
        return at + " must be one of " + json::serialize(words);
    }

    std::string check_of(std::string_view word, const json::array& schemas, const json::value& value,
                         const std::string& at) const {
        std::size_t fit = 0;
        std::string faults;
        for (const auto& schema : schemas) {
            const auto fault = check(schema, value, at);
            if (fault.empty()) ++fit;
            faults += fault.empty() ? "" : "; " + fault;
        }
        const bool is_fine = word == "allOf" ? fit == schemas.size() : word == "anyOf" ? fit > 0 : fit == 1;
        return is_fine ? "" : at + " fits " + std::to_string(fit) + " of " + std::string(word) + faults;
    }

    std::string check_object(const json::object& schema, std::string_view word, const json::value& rule,
                             const json::object& value, const std::string& at) const {
        if (word == "required") {
            for (const auto& name : rule.as_array()) {
                if (!value.contains(name.as_string())) return at + "." + std::string(name.as_string()) + " is missing";
            }
            return {};
        }
        const auto* const known = schema.if_contains("properties");
        for (const auto& [name, field] : value) {
            const bool is_known = known != nullptr && known->as_object().contains(name);
            if (is_known != (word == "properties")) continue;
            auto fault = check(is_known ? known->as_object().at(name) : rule, field, at + "." + std::string(name));
            if (!fault.empty()) return fault;
        }
        return {};
    }

    std::string check_array(std::string_view word, const json::value& rule, const json::array& value,
                            const std::string& at) const {
        if (word == "minItems") return value.size() >= rule.to_number<std::size_t>() ? "" : at + " has too few";
        if (word == "maxItems") return value.size() <= rule.to_number<std::size_t>() ? "" : at + " has too many";
        for (std::size_t i = 0; i < value.size(); ++i) {
            auto fault = check(rule, value[i], at + "[" + std::to_string(i) + "]");
            if (!fault.empty()) return fault;
        }
        return {};
    }

    static std::string check_text(std::string_view word, const json::value& rule, const std::string& value,
                                  const std::string& at) {
        if (word == "minLength") return value.size() >= rule.to_number<std::size_t>() ? "" : at + " is too short";
        if (word == "maxLength") return value.size() <= rule.to_number<std::size_t>() ? "" : at + " is too long";
        return std::regex_search(value, pattern_of(std::string(rule.as_string())))
                   ? ""
                   : at + " must fit " + std::string(rule.as_string());
    }

    static std::string check_number(std::string_view word, double rule, double value, const std::string& at) {
        const bool is_fine = word == "minimum" ? value >= rule : word == "maximum" ? value <= rule : value > rule;
        return is_fine ? "" : at + " is beyond its " + std::string(word);
    }

    const json::value& root_;
};

}  // namespace

MessageSchema MessageSchema::load(const std::string& name) {
    const auto path = std::string(LONGWIRE_DIALECT_SCHEMAS) + "/" + name + ".json";
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    if (text.str().empty()) throw std::runtime_error("cannot read " + path);
    MessageSchema schema;
    schema.schema_ = json::parse(text.str());
    return schema;
}

std::string MessageSchema::fault(Way way, const json::value& message) const {
    const auto& schema = schema_.at_pointer(way == Way::in ? "/$defs/in" : "/$defs/out");
    return Checker(schema_).check(schema, message, "message");
}

}  // namespace longwire::edge
