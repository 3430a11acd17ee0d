#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// Chat in, agents' steps and a result out, cancelled at any time: /ws/stream.
std::unique_ptr<Product> make_stream_product();

}  // namespace longwire::edge
