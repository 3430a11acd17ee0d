#include "bench/hot/batches.h"
#include "bench/hot/hot_function.h"

namespace longwire::bench {
namespace {

constexpr std::size_t kLongPayloadBytes = 2048;  // short messages are not compressed

/// From envelopes to JSON, and the end of the batch before.
class Make final : public Work {
  public:
    explicit Make(std::size_t batch) : batches_(batch) {}
    bool run() override {
        made_ = batches_.next();
        return made_->envelope(0).type == "text.delta";
    }

  private:
    Batches batches_;
    edge::EventBatchPtr made_;
};

using Frames = SharedSlice (edge::EventBatch::*)(std::size_t) const;

/// Another form of a batch that has only just been made.
class Render final : public Work {
  public:
    Render(Frames frames, std::size_t batch, std::size_t payload_bytes)
        : frames_(frames), batches_(batch, payload_bytes) {}
    void prepare() override { made_ = batches_.next(); }
    bool run() override { return !((*made_).*frames_)(0).bytes.empty(); }

  private:
    Frames frames_;
    Batches batches_;
    edge::EventBatchPtr made_;
};

auto render(Frames frames, std::size_t payload_bytes = kPayloadBytes) {
    return [=](std::size_t batch) { return std::make_unique<Render>(frames, batch, payload_bytes); };
}

}  // namespace

void add_event_batches(HotFunctions& all) {
    using edge::EventBatch;
    add_batches(all, "event_batch.make", "edge: copy a batch, read it and render it as JSON in frames",
                [](std::size_t batch) { return std::make_unique<Make>(batch); });
    add_batches(all, "event_batch.msgpack", "edge: render it as MessagePack in frames",
                render(&EventBatch::msgpack_frames));
    add_batches(all, "event_batch.event_stream", "edge: render it as an event stream",
                render(&EventBatch::event_stream));
    add_batches(all, "event_batch.deflated_json", "edge: compress the JSON, with payloads of 2 KiB",
                render(&EventBatch::deflated_json_frames, kLongPayloadBytes));
    add_batches(all, "event_batch.deflated_msgpack",
                "edge: render and compress the MessagePack, with payloads of 2 KiB",
                render(&EventBatch::deflated_msgpack_frames, kLongPayloadBytes));
}

}  // namespace longwire::bench
