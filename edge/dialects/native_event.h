#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

namespace longwire::edge {

/// An event as translators see it. The views live during the call that it is handed to.
struct NativeEvent {
    std::string_view topic;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    std::string_view type;
    std::int64_t time_us = 0;
    std::string_view source;    // the user or the worker
    std::string_view task;      // empty outside of one
    std::uint32_t attempt = 0;  // of the task
    boost::json::value data;

    /// Its data, where that is an object; else an empty one.
    const boost::json::object& fields() const {
        static const boost::json::object none;
        return data.is_object() ? data.get_object() : none;
    }
};

/// An event as `history` answers with it. The views are of `event`.
NativeEvent history_event(const boost::json::object& event);

}  // namespace longwire::edge
