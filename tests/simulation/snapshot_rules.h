#pragma once

#include <string>
#include <string_view>

#include "tests/simulation/model.h"

namespace longwire::simulation {

/// A client has been given this snapshot of a task, a MessagePack map: it must be what all events up to its offset come
/// to, and so must the output in it, if there is one, or else say that the log has not got them all any more.
void check_snapshot(const Model& model, std::string_view who, const std::string& path, std::string_view snapshot);

}  // namespace longwire::simulation
