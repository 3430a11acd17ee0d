#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/result.h"

/// Reading what a cluster sent, where any field may be missing or null.
namespace longwire::cli {

/// Parses one JSON text. Errors: bad_request that says where it goes wrong.
Result<boost::json::value> parse_json(std::string_view text);

/// A text field; empty if it is missing or no text.
std::string text_at(const boost::json::object& object, std::string_view key);
/// A number field, whole or not.
std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view key);
std::optional<double> real_at(const boost::json::object& object, std::string_view key);
bool truth_at(const boost::json::object& object, std::string_view key);
/// An object field, or null.
const boost::json::object* object_at(const boost::json::object& object, std::string_view key);
const boost::json::array* array_at(const boost::json::object& object, std::string_view key);

/// JSON on one line, numbers as people write them.
std::string compact_json(const boost::json::value& value);

/// An error as the protocol sends it: {code, message, field?, retry_after_ms?}.
Error error_from(const boost::json::object& object);

}  // namespace longwire::cli
