#include "edge/dialects/fields.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <sstream>
#include <utility>

namespace longwire::edge {
namespace {

namespace json = boost::json;

const json::object& no_fields() {
    static const json::object none;
    return none;
}

const json::array& no_items() {
    static const json::array none;
    return none;
}

const json::object* object_of(const json::value* value) {
    return value != nullptr && value->is_object() ? &value->get_object() : &no_fields();
}

template <class Number>
std::string range(std::string_view what, Number least, Number most) {
    std::ostringstream text;
    text << what << " from " << least << " to " << most;
    return text.str();
}

}  // namespace

std::string Mistake::text() const {
    return (field.empty() ? "the message" : field) + " must be " + expected + ", not " + got;
}

std::string_view kind_of(const json::value* value) {
    if (value == nullptr) return "nothing";
    switch (value->kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "a boolean";
        case json::kind::string:
            return "a string";
        case json::kind::array:
            return "an array";
        case json::kind::object:
            return "an object";
        default:
            return "a number";
    }
}

Fields::Fields(const json::value& message, std::string path)
    : object_(object_of(&message)), path_(std::move(path)), first_(this) {
    if (!message.is_object()) note(path_, "an object", &message);
}

Fields::Fields(const json::value* value, std::string path, Fields* first)
    : object_(object_of(value)), path_(std::move(path)), first_(first) {}

const json::value* Fields::find(std::string_view name) const {
    const auto* const value = object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::note(std::string field, std::string expected, const json::value* got) {
    auto& mistake = first_->mistake_;
    if (!mistake) mistake = Mistake{std::move(field), std::move(expected), std::string(kind_of(got))};
}

void Fields::wrong(std::string_view name, std::string expected) {
    const auto* const value = find(name);
    note(path_of(name), std::move(expected), value);
    // Where the kind is right it is the value that tells.
    if (value == nullptr || !first_->mistake_ || first_->mistake_->field != path_of(name)) return;
    if (value->is_string()) first_->mistake_->got = "\"" + std::string(value->get_string()).substr(0, 64) + "\"";
    if (value->is_number()) first_->mistake_->got = json::serialize(*value);
}

std::string_view Fields::text(std::string_view name) {
    const auto* const value = find(name);
    if (value != nullptr && value->is_string()) return value->get_string();
    note(path_of(name), "a string", value);
    return {};
}

std::string_view Fields::text(std::string_view name, std::initializer_list<std::string_view> one_of) {
    const auto given = text(name);
    if (std::find(one_of.begin(), one_of.end(), given) != one_of.end()) return given;
    std::string expected = "one of";
    for (const auto word : one_of) expected.append(expected == "one of" ? " " : ", ").append(word);
    wrong(name, std::move(expected));
    return {};
}

Fields Fields::object(std::string_view name) {
    const auto* const value = find(name);
    if (value == nullptr || !value->is_object()) note(path_of(name), "an object", value);
    return Fields(value, path_of(name), first_);
}

const json::array& Fields::array(std::string_view name) {
    const auto* const value = find(name);
    if (value != nullptr && value->is_array()) return value->get_array();
    note(path_of(name), "an array", value);
    return no_items();
}

Fields Fields::item(std::string_view name, std::size_t index) {
    const auto* const items = find(name);
    const auto* const item = items == nullptr || !items->is_array() ? nullptr : items->get_array().if_contains(index);
    auto path = path_of(name) + "[" + std::to_string(index) + "]";
    if (item == nullptr || !item->is_object()) note(path, "an object", item);
    return Fields(item, std::move(path), first_);
}

std::optional<std::string_view> Fields::optional_text(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return text(name);
}

std::optional<double> Fields::optional_number(std::string_view name, double least, double most) {
    const auto* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) {
        const auto number = value->to_number<double>();
        if (number >= least && number <= most) return number;
    }
    wrong(name, range("a number", least, most));
    return std::nullopt;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto* const value = find(name);
    if (value == nullptr) return std::nullopt;
    boost::system::error_code error;
    const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : 0;
    if (value->is_number() && !error && number >= least && number <= most) return number;
    wrong(name, range("a whole number", least, most));
    return std::nullopt;
}

std::optional<bool> Fields::optional_boolean(std::string_view name) {
    const auto* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    wrong(name, "a boolean");
    return std::nullopt;
}

const json::object* Fields::optional_object(std::string_view name) {
    const auto* const value = find(name);
    if (value == nullptr) return nullptr;
    if (value->is_object()) return &value->get_object();
    wrong(name, "an object");
    return nullptr;
}

const json::array& Fields::optional_array(std::string_view name) {
    return has(name) ? array(name) : no_items();
}

}  // namespace longwire::edge
