#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/core/rate_limit.h"
#include "protocol/command.h"
#include "protocol/msgpack_fields.h"

namespace longwire::edge {

/// The native protocol, version 1, in JSON: commands with ids in, replies and pushes out (protocol/spec/client.md).
class NativeDialect final : public Dialect, private Watcher {
  public:
    NativeDialect(ShardServices& shard, Transport& transport, Identity identity);
    ~NativeDialect() override;

    void on_open() override {}
    void on_message(std::string_view message, bool is_binary) override;
    void on_drained() override;
    void on_tick() override;
    void on_closed(std::uint16_t code) override;

  private:
    using Id = std::uint64_t;  // of a command, as the client chose it

    /// One watched topic: why it was begun decides how its beginning is told.
    struct Subscription {
        std::string topic;
        Id command = 0;
        bool is_announced = false;            // the reply has been sent, or none is due
        std::optional<std::size_t> part;      // its place in the answer to a subscribe for many topics
        std::optional<std::string> snapshot;  // MessagePack, to push between the reply and the first event
    };
    /// A subscribe for many topics, answered when all have been.
    struct Many {
        std::size_t open = 0;
        std::vector<std::string> answers;  // JSON, in the order of the request
    };

    void on_object(std::string_view object);
    void on_command(Id id, std::string_view name, const MsgpackFields& fields, std::string_view object);
    void on_garbage(const Error& error);
    bool is_within_rate(Id id);

    Result<std::string> hello() const;
    void subscribe(Id id, const MsgpackFields& fields);
    void subscribe_many(Id id, std::string_view topics);
    Status begin(Id id, std::string_view topic, std::string_view from, std::optional<std::size_t> part);
    Status begin_snapshot(Id id, const std::string& topic);
    Status can_subscribe(const std::string& topic) const;
    Status subscribe_filter(std::string_view filter);
    Status unsubscribe(const MsgpackFields& fields);
    void answer(const Subscription& subscription, const WatchStart& start);
    void refuse(const Subscription& subscription, const Error& error);
    void answer_part(Id id, std::size_t part, std::string json);
    void start(Id id, const StartCommand& command, std::string_view object);
    void started(std::string_view answer, bool watch_it, OnDisconnect on_disconnect);
    void history(Id id, const HistoryCommand& command);
    void read_page(Id id, const std::string& topic, std::uint64_t after, std::uint64_t limit, bool reverse);
    void ask(std::string_view command, std::string fields, Requests::OnReply on_reply);
    void ask_page(const std::string& topic, std::uint64_t after, std::uint64_t events_max, Requests::OnPage on_page);
    void watch(Subscription subscription, const From& from);

    void on_watching(std::uint64_t watch, const WatchStart& start) override;
    void on_watch_failed(std::uint64_t watch, const Error& error) override;
    void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) override;
    void on_gap(std::uint64_t watch, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                GapReason reason) override;
    void on_filtered_events(const EventBatchPtr& batch) override;
    bool is_full() override;

    void reply(Id id, const Result<std::string>& ok);
    void reply_json(Id id, std::string_view ok);

    ShardServices& shard_;
    Transport& transport_;
    Identity identity_;
    std::string connection_;
    RateLimit rate_;
    std::int64_t over_rate_since_us_ = 0;
    std::int64_t over_rate_us_ = 0;
    std::vector<std::int64_t> garbage_us_;
    std::map<std::uint64_t, Subscription> subscriptions_;  // by watch
    std::map<std::string, std::uint64_t> watch_of_;        // by topic; 0: asked for a snapshot first
    std::set<std::string> filters_;
    std::map<Id, Many> many_;
    std::uint64_t next_watch_ = 1;
    std::set<std::uint64_t> requests_;  // given up when the client goes
    std::vector<std::string> cancel_on_close_;
};

}  // namespace longwire::edge
