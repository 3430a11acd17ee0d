#include "worker/sdk/worker.h"

#include <utility>

#include "worker/sdk/worker_loop.h"

namespace longwire {

Worker::Worker(WorkerOptions options) : loop_(std::make_unique<worker::WorkerLoop>(std::move(options))) {}
Worker::~Worker() = default;

Worker& Worker::serve(std::string kind, Handler handler, const KindDescription& description) {
    loop_->serve(kind, std::move(handler), description);
    return *this;
}

int Worker::run() {
    return loop_->run();
}
void Worker::drain() {
    loop_->request_drain();
}
std::optional<Durability> Worker::durability() const {
    return loop_->durability();
}
const std::string& Worker::name() const {
    return loop_->name();
}

}  // namespace longwire
