#include "edge/net/send_queue.h"

#include <sys/uio.h>

#include <array>

#include "bench/hot/batches.h"
#include "bench/hot/hot_function.h"

namespace longwire::bench {
namespace {

/// Queues, hands everything to the system call and forgets it.
bool send_all(edge::net::SendQueue& queue) {
    std::array<iovec, 64> vectors;
    const auto used = queue.gather(vectors);
    queue.consume(queue.bytes());
    return used > 0 && queue.empty();
}

/// A batch's frames in one piece, as they come from the hub.
std::unique_ptr<Work> share(std::size_t batch) {
    return work_of([queue = edge::net::SendQueue(), made = Batches(batch).next()]() mutable {
        queue.push(made->json_frames(0));
        return send_all(queue);
    });
}

/// Frames of 200 bytes that are copied together.
std::unique_ptr<Work> gather(std::size_t batch) {
    return work_of([batch, queue = edge::net::SendQueue(), frame = SharedSlice::of(std::string(200, 'x'))]() mutable {
        for (std::size_t i = 0; i < batch; ++i) queue.push(frame);
        return send_all(queue);
    });
}

}  // namespace

void add_send_queue(HotFunctions& all) {
    add_batches(all, "send_queue.share", "edge: queue a batch for one client and send it", share);
    add_batches(all, "send_queue.gather", "edge: queue frames of 200 bytes one by one and send them", gather);
}

}  // namespace longwire::bench
