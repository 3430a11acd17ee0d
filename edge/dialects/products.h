#pragma once

#include <memory>
#include <vector>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// The products that an edge serves beside the native protocol.
std::vector<std::unique_ptr<Product>> make_products();

}  // namespace longwire::edge
