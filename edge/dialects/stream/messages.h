#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "edge/dialects/native_event.h"

/// What product `stream` makes of a task's events: flat objects with a type.
namespace longwire::edge::stream {

namespace json = boost::json;

/// {type, …, timestamp}
json::object message(std::string_view type, json::object fields, std::int64_t time_us);

/// Whether a task's run is over with an event of this type.
bool is_end(std::string_view type);

/// An event of a task; what has no message of its own becomes {type: "event", name, data}.
json::object render(const NativeEvent& event);

/// The same of a task that has ended, by its snapshot.
json::object render_end(const json::object& snapshot, std::int64_t time_us);

}  // namespace longwire::edge::stream
