#include "edge/core/link_router.h"

#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"

namespace longwire::bench {
namespace {

/// A Deliver from the broker on its way to two shards.
class Route final : public Work {
  public:
    explicit Route(std::size_t batch) : bytes_(envelopes(batch)) {
        router_.link().tick(kNowUs);
        say(link::EdgeWelcome{kProtocolVersion, "broker", 16});
        for (std::size_t shard = 0; shard < kShards; ++shard) {
            router_.take(shard, edge::WatchTopic{SharedText(kPath)}, kNowUs);
        }
        for (const auto& frame : router_.link().take_outgoing()) {
            link::decode_each<link::EdgeToBroker>(frame, [&](const auto& decoded) {
                const auto* subscribe = std::get_if<link::Subscribe>(&decoded->message);
                if (subscribe != nullptr) say(link::Subscribed{subscribe->request, kEpoch, 0, 0, 1});
                return true;
            });
        }
    }

    void prepare() override {
        for (std::size_t shard = 0; shard < kShards; ++shard) router_.take_for(shard);
        router_.link().take_outgoing();
        link::Deliver deliver;
        deliver.topics.push_back({kPath, kEpoch, router_.events() + 1, {}});
        for (const auto& one : bytes_) deliver.topics[0].envelopes.push_back({one});
        frame_ = link::encode(++said_, deliver);
        events_ = router_.events();
    }
    bool run() override {
        router_.link().receive(frame_, kNowUs);
        return router_.events() == events_ + bytes_.size();
    }

  private:
    static constexpr std::size_t kShards = 2;

    template <class Message>
    void say(const Message& message) {
        router_.link().receive(link::encode(++said_, message), kNowUs);
    }

    std::vector<std::string> bytes_;
    edge::LinkRouter router_{{"edge-1", 16 << 20, 1000}, kShards};
    std::uint64_t said_ = 0;
    std::string frame_;
    std::uint64_t events_ = 0;
};

}  // namespace

void add_link_router(HotFunctions& all) {
    add_batches(all, "link_router.route", "edge: take a Deliver, make its batch and hand it to 2 shards",
                [](std::size_t batch) { return std::make_unique<Route>(batch); });
}

}  // namespace longwire::bench
