#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/dialects/native_event.h"
#include "protocol/result.h"

/// The messages of the tasks product (protocol/spec/dialects/tasks.json), and what they are made of.
namespace longwire::edge::tasks {

namespace json = boost::json;

json::object connected_message(std::string_view task, bool was_started);
json::object state_message(json::object data);
json::object error_message(std::string_view text);

/// The data of an `event` message, and the whole of it.
json::object event_data(const NativeEvent& event);
json::object event_message(const NativeEvent& event);

/// An error of a native command, for those who know nothing of native fields. No task can have a name that is no name.
Error in_our_words(Error error);

/// "field: what is wrong"
std::string text_of(const Error& error);

/// The largest number of an event, and what a JavaScript number holds.
inline constexpr std::int64_t kNumberMax = std::int64_t{1} << 53;

/// A number in an object that others have made; 0 where it is absent or no whole one from 0 to kNumberMax.
std::int64_t integer_at(const json::object& fields, std::string_view name);

json::value text_or_null(std::string_view text);
json::value time_or_null(std::int64_t time_us);

}  // namespace longwire::edge::tasks
