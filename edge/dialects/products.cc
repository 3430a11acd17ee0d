#include "edge/dialects/products.h"

#include "edge/dialects/agui/agui.h"
#include "edge/dialects/coordination/coordination.h"
#include "edge/dialects/sessions/sessions.h"
#include "edge/dialects/stream/stream.h"
#include "edge/dialects/tasks/tasks.h"
#include "edge/dialects/tracking/tracking.h"

namespace longwire::edge {

std::vector<std::unique_ptr<Product>> make_products() {
    std::vector<std::unique_ptr<Product>> products;
    products.push_back(make_agui_product());
    products.push_back(make_coordination_product());
    products.push_back(make_sessions_product());
    products.push_back(make_stream_product());
    products.push_back(make_tasks_product());
    products.push_back(make_tracking_product());
    return products;
}

}  // namespace longwire::edge
