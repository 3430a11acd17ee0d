#pragma once

#include <bitset>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "edge/core/upstream.h"
#include "protocol/event_ages.h"
#include "protocol/link/subscriber_receiver.h"
#include "protocol/path_table.h"
#include "protocol/shared_text.h"

namespace longwire::edge {

/// Between the shards and the link: one subscription at the broker for all the shards that want a topic, each event
/// rendered once and handed to just those.
///
/// Thread: the link thread; no locks inside.
class LinkRouter final : private link::SubscriberListener {
  public:
    static constexpr std::size_t kShardsMax = 64;

    LinkRouter(link::SubscriberReceiver::Options options, std::size_t shards);

    link::SubscriberReceiver& link() { return link_; }

    void take(std::size_t shard, ToLink message, std::int64_t now_us);

    /// Takes a frame of the link. Gives how many messages there were in it.
    std::size_t receive(std::string_view frame, std::int64_t now_us) {
        now_us_ = now_us;
        return link_.receive(frame, now_us);
    }
    void tick(std::int64_t now_us) {
        ages_.tick(now_us);
        link_.tick(now_us);
    }

    /// What a shard is to be told, in order.
    std::vector<FromLink> take_for(std::size_t shard) { return std::exchange(to_shards_[shard], {}); }

    std::uint64_t events() const { return events_; }

    /// How old events were when they came.
    const EventAges& ages() const { return ages_; }

  private:
    using Shards = std::bitset<kShardsMax>;

    struct Topic {
        SharedText path;
        Shards shards;
        bool is_ready = false;
        std::uint64_t epoch = 0;
        std::uint64_t last = 0;
        std::uint64_t tail = 0;
    };
    struct Filter {
        std::string realm;
        std::string filter;
        Shards shards;
        bool is_in_force = false;
    };
    struct Asked {
        std::size_t shard = 0;
        std::uint64_t token = 0;
        std::string path;  // of a fetch or a ledger
    };
    /// A ledger that the broker has answered, and the shards are still asked about.
    struct Survey {
        Asked asked;
        std::string answer;
        std::size_t open = 0;  // shards
        TopicLedger ledger;
    };

    void watch_topic(std::size_t shard, const SharedText& path);
    void unwatch_topic(std::size_t shard, const std::string& path);
    void watch_filter(std::size_t shard, const std::string& realm, const std::string& filter);
    void unwatch_filter(std::size_t shard, const std::string& realm, const std::string& filter);
    Shards filtering(std::string_view path) const;
    void begin_survey(Asked asked, std::string_view answer);
    void take_count(const LedgerCounted& counted);
    std::optional<Asked> take_asked(std::uint64_t request);
    EventBatchPtr batch_of(SharedText path, std::uint64_t epoch, std::uint64_t first,
                           const std::vector<link::Blob>& envelopes);
    template <class Message>
    void tell(const Shards& shards, const Message& message);

    void on_link_up() override;
    void on_link_down() override;
    void on_subscribed(const std::string& path, const link::Subscribed& subscribed) override;
    void on_subscribe_failed(const std::string& path, const Error& error) override;
    void on_events(const link::TopicEvents& events) override;
    void on_gap(const std::string& path, const link::DeliveryGap& gap) override;
    void on_filter_in_force(const std::string& realm, const std::string& filter, bool was_lost) override;
    void on_reply(std::uint64_t request, const Result<std::string_view>& reply) override;
    void on_fetched(std::uint64_t request, const Result<link::Fetched>& fetched) override;

    link::SubscriberReceiver link_;
    Shards all_;
    std::vector<std::vector<FromLink>> to_shards_;
    PathTable<Topic> topics_;
    std::vector<Filter> filters_;
    boost::unordered_flat_map<std::uint64_t, Asked> asked_;
    std::unordered_map<std::uint64_t, Survey> surveys_;
    std::uint64_t next_survey_ = 1;
    std::vector<std::string_view> envelopes_;  // of one batch; kept for its memory alone
    std::string edge_;
    std::uint64_t events_ = 0;
    std::int64_t now_us_ = 0;
    EventAges ages_;
};

}  // namespace longwire::edge
