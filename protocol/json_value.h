#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "protocol/limits.h"
#include "protocol/result.h"

/// MessagePack to and from trees of Boost.JSON, for code that builds or looks into small payloads. What is only passed
/// on goes by json.h, which builds no tree.
namespace longwire {

/// Appends a value as MessagePack. Whole numbers become integers, others doubles.
void append_msgpack(const boost::json::value& value, std::string& out);

/// A value as JSON text, by append_json()'s rules; null if it has more than twice kPayloadDepthMax levels.
std::string json_text(const boost::json::value& value);

/// One MessagePack value as a tree, by append_json()'s rules. No bytes at all are null. Errors: malformed input, more
/// than `depth_max` levels.
Result<boost::json::value> msgpack_to_json_value(std::string_view msgpack, std::size_t depth_max = kPayloadDepthMax);

}  // namespace longwire
