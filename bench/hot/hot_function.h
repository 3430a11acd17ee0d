#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace longwire::bench {

/// Something of the product that is done for each event or command, on inputs that are the same each time. What it does
/// depends on nothing else: no clock, no chance, no addresses.
class Work {
  public:
    virtual ~Work() = default;

    /// What must be there before the next run, and is not measured.
    virtual void prepare() {}

    /// What is measured. False if it did not do what it is there for.
    virtual bool run() = 0;
};

struct HotFunction {
    std::string name;        // "hub.deliver_to_100/64": what is behind the '/' is the batch
    std::string what;        // for people
    std::size_t events = 0;  // or commands, or whatever `what` speaks of, that one run takes
    std::function<std::unique_ptr<Work>()> make;
};

using HotFunctions = std::vector<HotFunction>;

/// All of them.
HotFunctions hot_functions();

void add_envelopes(HotFunctions& all);
void add_json(HotFunctions& all);
void add_topics(HotFunctions& all);
void add_link_messages(HotFunctions& all);
void add_producer_link(HotFunctions& all);
void add_broker_core(HotFunctions& all);
void add_link_router(HotFunctions& all);
void add_event_batches(HotFunctions& all);
void add_hub(HotFunctions& all);
void add_native_dialect(HotFunctions& all);
void add_send_queue(HotFunctions& all);

/// Adds a function for batches of 1 and of 64 events; `make(batch)` makes its work.
template <class Make>
void add_batches(HotFunctions& all, const std::string& name, const std::string& what, Make make) {
    for (const std::size_t batch : {1U, 64U}) {
        all.push_back({name + "/" + std::to_string(batch), what, batch, [make, batch] { return make(batch); }});
    }
}

/// Work that needs nothing but `run`, which returns what Work::run does.
template <class Run>
std::unique_ptr<Work> work_of(Run run) {
    class Simple final : public Work {
      public:
        explicit Simple(Run given) : run_(std::move(given)) {}
        bool run() override { return run_(); }

      private:
        Run run_;
    };
    return std::make_unique<Simple>(std::move(run));
}

}  // namespace longwire::bench
