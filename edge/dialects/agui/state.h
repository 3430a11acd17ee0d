#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "edge/dialects/agui/settings.h"

namespace longwire::edge::agui {

namespace json = boost::json;

/// The state that an agent and its frontend share: the application's own, and below one key of it how the task is
/// doing. An application whose state is no object, or that has no such key, keeps it for itself.
///
/// What changes it gives a patch (RFC 6902); an empty one where nothing can be shown.
class State {
  public:
    State(const Settings& settings, json::value given);

    bool shows_task() const { return shows_task_; }

    /// The application's state as it was given, with the task's.
    json::value snapshot() const { return with_task(given_); }
    /// Another state of the application's, with the task's.
    json::value with_task(json::value state) const;

    json::array set(json::object task);
    json::array change(std::string_view name, json::value value);
    json::array change_all(const json::object& fields);
    json::array change_agent(const std::string& id, json::object agent);

  private:
    std::string path(std::string_view name) const;

    const Settings& settings_;
    json::value given_;
    json::object task_;
    bool shows_task_;
};

/// Whether a value is a patch that everybody would understand.
bool is_patch(const json::value& value);

}  // namespace longwire::edge::agui
