#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// One browser follows one task: /ws/tasks/{task_id}, and the REST interface below /api/tasks.
std::unique_ptr<Product> make_tasks_product();

}  // namespace longwire::edge
