#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/event_mark.h"
#include "bench/load/loop.h"
#include "bench/load/protocols/protocol.h"
#include "bench/load/server_address.h"
#include "bench/load/settings.h"

namespace longwire::load {

/// Publishes numbered events to all topics in turn, over one connection.
class Publisher {
  public:
    /// The loop and the server outlive it.
    Publisher(Loop& loop, const ServerAddress& server, const ProtocolTraits& protocol, const Settings& settings);
    ~Publisher();

    void open();
    bool is_ready() const { return is_ready_; }
    /// Why there can be no more events; empty while there can.
    const std::string& failure() const { return failure_; }

    /// One event, kept until `flush`. `due_ns` is when it was to be published.
    void publish(std::int64_t due_ns);
    void flush();
    /// Whether so much is unsent that more would only wait here.
    bool is_backed_up() const;

    std::uint64_t published() const { return published_; }
    const std::vector<std::uint64_t>& published_by_topic() const { return by_topic_; }
    std::uint64_t accepted() const { return accepted_; }
    std::uint64_t refused() const { return refused_; }
    const std::string& first_refusal() const { return first_refusal_; }

  private:
    class Line;

    std::unique_ptr<Line> line_;
    Payloads payloads_;
    std::vector<std::string> topics_;
    std::vector<std::uint64_t> by_topic_;
    std::uint64_t published_ = 0;
    std::uint64_t accepted_ = 0;
    std::uint64_t refused_ = 0;
    bool is_ready_ = false;
    std::string failure_;
    std::string first_refusal_;
};

}  // namespace longwire::load
