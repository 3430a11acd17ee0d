#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// Dashboards that follow all agents and sessions of a realm: /ws/agent-tracking/{client_id}.
std::unique_ptr<Product> make_tracking_product();

}  // namespace longwire::edge
