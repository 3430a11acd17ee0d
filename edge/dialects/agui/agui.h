#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// AG-UI, the protocol between agents and frontends of npm's @ag-ui/core 1.0: a run is a task, and its events are
/// Server-Sent Events that a client can resume.
std::unique_ptr<Product> make_agui_product();

}  // namespace longwire::edge
