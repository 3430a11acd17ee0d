#include "bench/hot/hot_function.h"

namespace longwire::bench {

HotFunctions hot_functions() {
    HotFunctions all;
    add_envelopes(all);
    add_producer_link(all);
    add_broker_core(all);
    add_link_messages(all);
    add_link_router(all);
    add_event_batches(all);
    add_hub(all);
    add_native_dialect(all);
    add_send_queue(all);
    add_json(all);
    add_topics(all);
    return all;
}

}  // namespace longwire::bench
