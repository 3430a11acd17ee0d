#pragma once

#include <memory>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// A user's sessions with a guide and its liaisons, as flat messages: docs/dialects/sessions.md.
std::unique_ptr<Product> make_sessions_product();

}  // namespace longwire::edge
