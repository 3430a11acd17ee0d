#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// Agents and their overseer talk to each other: /ws/v1/coordination/{agent_id}.
std::unique_ptr<Product> make_coordination_product();

}  // namespace longwire::edge
