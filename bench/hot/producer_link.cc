#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"
#include "protocol/link/producer_sender.h"

namespace longwire::bench {
namespace {

/// The worker's end: events are numbered and kept, leave, and are forgotten when the broker has them.
class Emit final : public Work {
  public:
    explicit Emit(std::size_t batch) : batch_(batch) {
        sender_.welcome({kProtocolVersion, "broker", 16, 8 << 20, {}, 1});
        sender_.set_subscribed(true);
    }
    bool run() override {
        link::PartitionSequence last;
        for (std::size_t i = 0; i < batch_; ++i) {
            Envelope event;
            event.time_us = kNowUs;
            event.type = "text.delta";
            event.attempt = 1;
            event.payload = payload_;
            const auto place = sender_.emit(kPath, event);
            if (!place) return false;
            last = *place;
        }
        const auto outgoing = sender_.take_outgoing();
        sender_.committed(last);
        return outgoing.size() == 1 && sender_.kept_bytes() == 0;
    }

  private:
    std::size_t batch_;
    std::string payload_ = payload();
    link::ProducerSender sender_{{"worker-7c21", 1, 8 << 20}};
};

}  // namespace

void add_producer_link(HotFunctions& all) {
    add_batches(all, "worker.emit", "worker: number, keep, hand out and forget",
                [](std::size_t batch) { return std::make_unique<Emit>(batch); });
}

}  // namespace longwire::bench
