#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edge/dialects/fields.h"
#include "edge/dialects/native_event.h"
#include "protocol/result.h"

/// The flat messages of the product `sessions`, without what its connection adds to each: session and agent.
namespace longwire::edge::sessions {

namespace json = boost::json;

/// What a client says, checked.
struct Said {
    std::string type;  // one of the document's, "ping" or "pong"
    std::string message_id;
    std::string session_token;
    json::object fields;  // all that the document knows and that was given, but for type, token and timestamp
};

/// `pillars` are those that there are; `pillar` is the connection's own, or empty.
std::variant<Said, Mistake> read_message(const json::value& message, const std::vector<std::string>& pillars,
                                         std::string_view pillar);

json::object error_message(std::string_view code, std::string message);
json::object invalid_message(const Mistake& mistake);

/// What an event of a task becomes: always something.
json::object message_of(const NativeEvent& event);

/// The whole answer where a task told it only by its result; nothing if there is none.
std::optional<json::object> answer_of(const NativeEvent& completed);

/// What a user said, for the other connections of the session.
json::object user_message(const json::object& input);

bool is_task_end(std::string_view type);

}  // namespace longwire::edge::sessions
