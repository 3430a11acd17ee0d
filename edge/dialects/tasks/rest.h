#pragma once

#include <vector>

#include "edge/dialects/product.h"
#include "edge/dialects/tasks/settings.h"

namespace longwire::edge::tasks {

/// The routes below /api/tasks. `settings` must outlive them.
std::vector<Route> rest_routes(const TasksSettings& settings);

}  // namespace longwire::edge::tasks
