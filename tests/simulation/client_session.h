#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>

#include "edge/core/hub.h"
#include "edge/core/requests.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/link.h"

namespace longwire::simulation {

class Client;

/// An edge's end of one client's connection: what a dialect, its outbox and its socket are in a real edge.
class ClientSession final : public edge::Watcher {
  public:
    ClientSession(Environment& environment, edge::Hub& hub, edge::Requests& requests, Client& client, Link& link,
                  std::uint64_t connection)
        : environment_(environment),
          hub_(hub),
          requests_(requests),
          client_(client),
          link_(link),
          connection_(connection) {}

    std::uint64_t connection() const { return connection_; }
    void set_now(std::int64_t now_us) { now_us_ = now_us; }

    // What the client says.

    void watch(std::uint64_t id, const std::string& path, const edge::From& from) { hub_.watch(*this, id, path, from); }
    void unwatch(std::uint64_t id) { hub_.unwatch(*this, id, now_us_); }
    void watch_filter(std::uint64_t id, const std::string& filter) {
        filter_ = id;
        hub_.watch_filter(*this, "r", filter);
    }
    void unwatch_filter(const std::string& filter) { hub_.unwatch_filter(*this, "r", filter); }
    void command(std::uint64_t number, const std::string& name, std::string fields);

    /// The client is gone.
    void close(std::int64_t now_us);

    /// What waits leaves, if the client reads.
    void flush();
    std::function<void()> when_flush_is_due;

  private:
    void on_watching(std::uint64_t watch, const edge::WatchStart& start) override;
    void on_watch_failed(std::uint64_t watch, std::string_view topic, const Error& error) override;
    void on_events(std::uint64_t watch, const edge::EventBatchPtr& batch, std::size_t from) override;
    void on_gap(std::uint64_t watch, const edge::Gap& gap) override;
    void on_filtered_events(const edge::EventBatchPtr& batch) override;
    bool is_full() override { return outbox_bytes_ >= environment_.scenario.outbox_full_bytes; }

    void push(std::size_t bytes, Schedule::Action at_client);

    struct Push {
        std::size_t bytes = 0;
        Schedule::Action at_client;
    };

    Environment& environment_;
    edge::Hub& hub_;
    edge::Requests& requests_;
    Client& client_;
    Link& link_;
    std::uint64_t connection_;
    std::int64_t now_us_ = 0;
    std::uint64_t filter_ = 0;       // as the client numbered it
    std::set<std::uint64_t> asked_;  // tokens of commands
    std::deque<Push> outbox_;
    std::size_t outbox_bytes_ = 0;
};

}  // namespace longwire::simulation
