#include "edge/core/hub.h"

#include "bench/hot/batches.h"
#include "bench/hot/hot_function.h"

namespace longwire::bench {
namespace {

/// Takes everything and does nothing with it.
class NullWatcher final : public edge::Watcher {
  public:
    void count_in(std::uint64_t& events) { events_ = &events; }

    void on_watching(std::uint64_t, const edge::WatchStart&) override {}
    void on_watch_failed(std::uint64_t, std::string_view, const Error&) override {}
    void on_events(std::uint64_t, const edge::EventBatchPtr& batch, std::size_t from) override {
        *events_ += batch->size() - from;
    }
    void on_gap(std::uint64_t, const edge::Gap&) override {}
    void on_filtered_events(const edge::EventBatchPtr&) override {}
    bool is_full() override { return false; }

  private:
    std::uint64_t* events_ = nullptr;
};

/// A batch for a topic that all watch. The ring is full, so that another batch leaves it.
class Deliver final : public Work {
  public:
    Deliver(std::size_t watchers, std::size_t batch) : watchers_(watchers), batches_(batch) {
        for (auto& watcher : watchers_) {
            watcher.count_in(seen_);
            hub_.watch(watcher, 1, std::string(kPath), {});
        }
        hub_.on_ready({std::string(kPath), kEpoch, 0, 1});
        std::size_t bytes = 0;
        while (bytes <= kRingBytes) {
            prepare();
            bytes += next_->bytes();
            hub_.on_events(next_);
        }
    }
    ~Deliver() override {
        for (auto& watcher : watchers_) hub_.forget(watcher, 0);
    }
    Deliver(const Deliver&) = delete;
    Deliver& operator=(const Deliver&) = delete;

    void prepare() override {
        next_ = batches_.next();
        seen_ = 0;
    }
    bool run() override {
        hub_.on_events(next_);
        return seen_ == next_->size() * watchers_.size();
    }

  private:
    static constexpr std::size_t kRingBytes = 256 << 10;

    std::uint64_t seen_ = 0;
    edge::Hub hub_{{.ring_bytes_max = kRingBytes}, [](const edge::ToLink&) {}};
    std::vector<NullWatcher> watchers_;
    Batches batches_;
    edge::EventBatchPtr next_;
};

}  // namespace

void add_hub(HotFunctions& all) {
    for (const std::size_t watchers : {1U, 100U, 1000U}) {
        const auto count = std::to_string(watchers);
        add_batches(all, "hub.deliver_to_" + count,
                    "edge: hand a batch to " + count + (watchers == 1 ? " watcher" : " watchers"),
                    [watchers](std::size_t batch) { return std::make_unique<Deliver>(watchers, batch); });
    }
}

}  // namespace longwire::bench
