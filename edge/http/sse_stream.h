#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/core/stall_watch.h"
#include "edge/net/server.h"

namespace longwire::edge::http {

/// One Server-Sent Events stream (WHATWG HTML, 9.2) over one or several topics. Each message's `data` is the native
/// protocol's push, and its `id` a cursor that says where every topic stands, so that a client goes on where it was by
/// sending it back. Every event is sent: nothing is merged for a stream.
///
/// Thread: the shard's.
class SseStream final : public Watcher {
  public:
    struct Topic {
        std::string name;
        From from;
        bool from_snapshot = false;  // instead: a snapshot first, and then what comes after it
        std::uint64_t epoch = 0;     // once known
        std::uint64_t offset = 0;
        std::string snapshot;  // to be sent when the watch begins
    };

    /// Topics in the order of the request, with where each begins. Nobody else may keep `exchange`, whose callbacks
    /// then end with the stream.
    SseStream(ShardServices& shard, Identity identity, std::vector<Topic> topics,
              std::shared_ptr<net::HttpExchange> exchange);
    ~SseStream() override;

    /// Begins all watches.
    void open();

    /// Sends a comment when nothing else has been sent for long. A stream that takes nothing for `stalled_ms` is ended.
    void tick();

    void add_if_slow(SlowClients& slow) const;

    /// Whether the stream has been ended from this side.
    bool has_ended() const { return has_ended_; }

    /// Puts the places that a cursor names into `topics`, which it must fit.
    static Status read_cursor(std::string_view cursor, std::vector<Topic>& topics);

  private:
    void on_watching(std::uint64_t watch, const WatchStart& start) override;
    void on_watch_failed(std::uint64_t watch, std::string_view topic, const Error& error) override;
    void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) override;
    void on_gap(std::uint64_t watch, const Gap& gap) override;
    void on_filtered_events(const EventBatchPtr&) override {}
    bool is_full() override;

    void ask_for_snapshot(std::size_t topic);
    std::string cursor() const;
    void write(std::string text);
    void write(SharedSlice text);
    void write_with_cursors(std::uint64_t watch, const EventBatch& batch, std::size_t from);

    ShardServices& shard_;
    Identity identity_;
    std::string name_;
    std::vector<Topic> topics_;
    std::shared_ptr<net::HttpExchange> exchange_;  // its callbacks hold `this`
    std::int64_t wrote_us_ = 0;
    StallWatch stall_;
    std::set<std::uint64_t> requests_;
    bool has_ended_ = false;
};

}  // namespace longwire::edge::http
