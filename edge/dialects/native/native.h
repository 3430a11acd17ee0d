#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/core/missed_events.h"
#include "edge/core/rate_limit.h"
#include "edge/dialects/native/encoding.h"
#include "protocol/command.h"
#include "protocol/msgpack_fields.h"
#include "protocol/shared_text.h"
#include "protocol/topic.h"

namespace longwire::edge {

/// The native protocol, version 1: commands with ids in, replies and pushes out (protocol/spec/client.md).
class NativeDialect final : public Dialect, private Watcher {
  public:
    NativeDialect(ShardServices& shard, Transport& transport, Identity identity, const NativeEncoding& encoding);
    ~NativeDialect() override;

    void on_open() override {}
    void on_message(std::string_view message, bool is_binary) override;
    void on_drained() override;
    void on_tick() override;
    void on_link_up() override { attach_again(); }
    void on_draining(std::int64_t reconnect_ms) override;
    void on_closed(std::uint16_t code) override;
    void add_if_slow(SlowClients& slow, const std::string& address, std::size_t unsent_bytes) const override;

  private:
    using Id = std::uint64_t;  // of a command, as the client chose it

    static constexpr std::size_t kAttachedUnsifted = 256;
    static constexpr std::size_t kRequestsUnsifted = 16;

    /// A subscribe for many topics, answered when all have been.
    struct Many {
        Id command = 0;
        std::size_t open = 0;
        std::vector<std::string> answers;  // in the order of the topics
    };
    /// Who waits for a topic's subscription to begin: a command, one place of one for many topics, or nobody.
    struct Asker {
        Id command = 0;
        std::shared_ptr<Many> many;
        std::size_t place = 0;
    };
    /// A subscription that has not begun.
    struct Opening {
        std::string topic;
        Asker asker;
        std::string snapshot;  // to push between the answer and the first event
        Merging merging;
    };
    /// A topic that is subscribed to, with its realm as everybody else knows it.
    struct Watched {
        SharedText path;
        std::uint64_t watch = 0;
    };
    struct ByTopic {
        using is_transparent = void;
        static std::string_view topic_of(std::string_view topic) { return topic; }
        static std::string_view topic_of(const Watched& watched) { return split_path(*watched.path).topic; }
        std::size_t operator()(const auto& one) const { return std::hash<std::string_view>{}(topic_of(one)); }
        bool operator()(const auto& one, const auto& other) const { return topic_of(one) == topic_of(other); }
    };
    /// A page of history that is read from its end, over as many fetches as it takes.
    struct ReverseRead;

    void on_object(std::string_view object);
    void on_command(Id id, std::string_view name, const MsgpackFields& fields, std::string_view object);
    void on_garbage(const Error& error);
    bool is_within_rate(Id id);
    void close(std::uint16_t code, std::string_view reason);

    Result<std::string> hello() const;
    Result<std::string> ping() const;
    Result<std::string> refresh(const MsgpackFields& fields) const;

    void subscribe(Id id, const MsgpackFields& fields);
    void subscribe_many(Id id, std::string_view topics);
    Status begin(const Asker& asker, std::string_view topic, const MsgpackFields& fields);
    void begin_snapshot(std::uint64_t watch, const std::string& topic);
    Status has_room(std::string_view field) const;
    Status can_subscribe(const std::string& topic) const;
    Result<std::string> subscribe_filter(const MsgpackFields& fields);
    Result<std::string> unsubscribe(const MsgpackFields& fields);
    std::uint64_t open_watch(Opening opening);
    void watch(std::uint64_t watch, const std::string& topic, const From& from);
    void forget_watch(std::string_view topic);
    void answer(const Asker& asker, std::string_view topic, const Result<std::string>& result);
    void fail_opening(std::uint64_t watch, const Error& error);

    void start(Id id, const StartCommand& command, std::string_view object);
    void started(std::string_view answer, bool watch_it);
    void attach(Id id, const AttachCommand& command);
    void ask_to_attach(std::string_view command, std::string_view fields, Requests::OnReply on_reply);
    void attached(std::string_view answer);
    void attach_again();

    void join(Id id, const JoinCommand& command);
    void leave(Id id, const LeaveCommand& command);
    Requests::OnReply reply_while_here(Id id);

    void history(Id id, const HistoryCommand& command);
    void read_reverse(const std::shared_ptr<ReverseRead>& read);
    void answer_reverse(const ReverseRead& read);

    std::uint64_t note(std::uint64_t request);
    std::uint64_t ask(std::string_view command, std::string fields, Requests::OnReply on_reply);
    void ask_with_others(std::string_view command, const std::string& fields, Requests::OnReply on_reply);
    void ask_page(const std::string& topic, std::uint64_t after, std::uint64_t events_max, Requests::OnPage on_page);

    void on_watching(std::uint64_t watch, const WatchStart& start) override;
    void on_watch_failed(std::uint64_t watch, std::string_view topic, const Error& error) override;
    void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) override;
    void on_merged(std::uint64_t watch, const MergedStretch& stretch) override;
    void on_gap(std::uint64_t watch, const Gap& gap) override;
    void on_filtered_events(const EventBatchPtr& batch) override;
    void on_filtered_gap(std::string_view topic, std::uint64_t from, std::uint64_t to, GapReason reason) override;
    void on_filter_gap(std::string_view filter, GapReason reason) override;
    bool misses_filtered();
    void tell_missed();
    bool is_full() override { return is_above(shard_.limits.outbox_full_bytes); }
    bool is_half_full() override { return is_above(shard_.limits.outbox_full_bytes / 2); }
    bool is_above(std::size_t unsent_bytes);

    void send(std::string_view message) { encoding_.send(transport_, message); }
    void reply(Id id, const Result<std::string>& result);

    ShardServices& shard_;
    Transport& transport_;
    const NativeEncoding& encoding_;
    Identity identity_;
    std::string connection_;
    bool is_closing_ = false;
    RateLimit rate_;
    std::int64_t over_rate_since_us_ = 0;
    std::int64_t over_rate_us_ = INT64_MIN / 2;  // the last time; never yet
    std::vector<std::int64_t> garbage_us_;
    boost::unordered_flat_set<Watched, ByTopic, ByTopic> watches_;  // those that are opening too
    std::map<std::uint64_t, Opening> openings_;                     // by watch
    std::set<std::string, std::less<>> filters_;
    MissedEvents missed_;  // by filters
    std::uint64_t next_watch_ = 1;
    std::vector<std::uint64_t> requests_;  // given up when the client goes; some have been answered already
    std::size_t sift_requests_at_ = kRequestsUnsifted;
    std::set<std::uint64_t> attaching_;  // but after these the broker is told so again
    std::set<std::string> attached_;     // tasks that this connection is there for; perhaps some that have ended
    std::size_t sift_at_ = kAttachedUnsifted;
    std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);  // as long as this is
};

}  // namespace longwire::edge
