#include "bench/core_cluster.h"
#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"
#include "broker/log/memory_log.h"

namespace longwire::bench {
namespace {

constexpr std::int64_t kStepUs = 200;
constexpr std::size_t kLogBytes = 256 << 10;

broker::CoreCluster::Options options(std::size_t batch, bool of_tasks) {
    broker::CoreCluster::Options options;
    options.of_tasks = of_tasks;
    options.payload_bytes = kPayloadBytes;
    options.batch_events = static_cast<int>(batch);
    return options;
}

/// One step of a broker's core, without the log's own work: it takes events or commands in, and delivers those of the
/// step before to one edge.
class Step : public Work {
  public:
    Step(std::size_t batch, bool of_tasks)
        : batch_(batch), cluster_(options(batch, of_tasks), std::make_unique<broker::MemoryLog>(kLogBytes)) {}

    void prepare() override {
        cluster_.hand_on();
        bring_in(cluster_, batch_);
        cluster_.advance(kStepUs);
        before_ = cluster_.stats();
    }
    bool run() override {
        cluster_.step_core();
        const auto& after = cluster_.stats();
        const bool has_delivered = after.events_delivered == before_.events_delivered + batch_ || is_first_;
        is_first_ = false;
        return has_delivered && after.events_refused == 0;
    }

  protected:
    virtual void bring_in(broker::CoreCluster& cluster, std::size_t batch) = 0;

  private:
    std::size_t batch_;
    broker::CoreCluster cluster_;
    broker::BrokerStats before_;
    bool is_first_ = true;
};

class WorkersEvents final : public Step {
  public:
    using Step::Step;

  private:
    void bring_in(broker::CoreCluster& cluster, std::size_t) override {
        if (!cluster.publish()) std::abort();
    }
};

class PublishCommands final : public Step {
  public:
    explicit PublishCommands(std::size_t batch) : Step(batch, false) {
        MsgpackWriter writer(fields_);
        writer.map(5);
        writer.field("id", 12'345);
        writer.field("cmd", "publish");
        writer.field("topic", "room/0");
        writer.field("type", "text.delta");
        writer.field_raw("data", payload());
    }

  private:
    void bring_in(broker::CoreCluster& cluster, std::size_t batch) override {
        for (std::size_t i = 0; i < batch; ++i) cluster.command("publish", fields_);
    }

    std::string fields_;
};

}  // namespace

void add_broker_core(HotFunctions& all) {
    add_batches(all, "broker.room_event", "broker: from a worker's frame to a Deliver, topic of a room",
                [](std::size_t batch) { return std::make_unique<WorkersEvents>(batch, false); });
    add_batches(all, "broker.task_event", "broker: the same, topic of a task that runs",
                [](std::size_t batch) { return std::make_unique<WorkersEvents>(batch, true); });
    add_batches(all, "broker.publish", "broker: from an edge's publish to its reply and a Deliver",
                [](std::size_t batch) { return std::make_unique<PublishCommands>(batch); });
}

}  // namespace longwire::bench
