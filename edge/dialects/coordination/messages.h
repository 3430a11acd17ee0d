#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "edge/dialects/fields.h"
#include "edge/dialects/native_event.h"
#include "protocol/result.h"

/// The envelope {type, payload, metadata} of product `coordination`, and what goes into it.
namespace longwire::edge::coordination {

namespace json = boost::json;

/// Who the edge is in `metadata.sender`. No agent may be called so.
inline constexpr std::string_view kEdge = "longwire";

/// The event type of what agents say to each other.
inline constexpr std::string_view kMessage = "message";

/// A message in an envelope of its own.
json::object message(std::string_view type, json::object payload, std::string_view sender, std::int64_t time_us);

/// What an agent says.
struct Said {
    std::string type;
    json::object payload;
    json::object metadata;   // with whatever else the agent has put into it
    std::string sender;      // that it claims to be; empty if it does not say
    std::string recipient;   // empty: everybody
    std::string message_id;  // empty: none given

    /// As everybody is to see it.
    json::object envelope() const;
};

/// Checks the envelope, and the payload of the types that are known. A `ping` or `pong` needs no payload.
std::variant<Said, Mistake> read(const json::value& value);

/// The agent id's own rule: 1 to 128 letters, digits, '.', '_' and '-', and not the edge's.
Status check_agent_id(std::string_view id);

/// An event of the room or of an inbox as agents are told: what an agent has said as it said it; any other type with
/// its data as payload.
json::object render(const NativeEvent& event);
json::object render_joined(const NativeEvent& event);
json::object render_left(const NativeEvent& event);

/// A task's event as told by the agent that a worker plays. `task_id` is what the assignment has called it.
json::object render_task(const NativeEvent& event, std::string_view agent, std::string_view task_id);

}  // namespace longwire::edge::coordination
