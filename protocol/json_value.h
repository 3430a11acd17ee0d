#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "protocol/result.h"

/// MessagePack to and from trees of Boost.JSON, for code that builds or looks into small payloads. What is only passed
/// on goes by json.h, which builds no tree.
namespace longwire {

/// Appends a value as MessagePack. Whole numbers become integers, others doubles.
void append_msgpack(const boost::json::value& value, std::string& out);

/// One MessagePack value as a tree, by append_json()'s rules. No bytes at all are null. Errors: malformed input, more
/// than kPayloadDepthMax levels.
Result<boost::json::value> msgpack_to_json_value(std::string_view msgpack);

}  // namespace longwire
