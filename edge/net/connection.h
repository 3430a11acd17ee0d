#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "edge/net/deadlines.h"

namespace longwire::edge::net {

class ShardLoop;

/// What a shard knows of a connection, HTTP or WebSocket. A ShardLoop keeps it alive from ShardLoop::add to
/// ShardLoop::remove, pending socket operations and a mark for the turn's flush keep it alive as well. All on
/// the shard's thread.
class Connection : public std::enable_shared_from_this<Connection>, public DeadlineEntry {
  public:
    explicit Connection(ShardLoop& loop) : loop_(loop) {}
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends what the turn has queued. Called once at the end of each turn in which need_flush() was called.
    virtual void flush() = 0;

    /// What this connection was armed for has not come in time.
    virtual void on_deadline() = 0;

    /// The server is stopping: end politely. `code` is for WebSocket's close frame.
    virtual void drain(std::uint16_t code) = 0;

    /// Ends at once; whoever serves the connection is told before this returns.
    virtual void cut() = 0;

    /// Asks for one flush() at the end of this turn.
    void need_flush();

  protected:
    ShardLoop& loop() const { return loop_; }

  private:
    friend class ShardLoop;
    ShardLoop& loop_;
    std::uint32_t position_ = 0;  // in ShardLoop's list
    bool marked_ = false;         // for the flush at the end of the turn
};

}  // namespace longwire::edge::net
