#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "edge/net/server.h"

namespace longwire::edge::net {

/// A session's end of the answer to a request: what the App's end asks of it. On the shard's thread.
class AnswerWriter {
  public:
    virtual ~AnswerWriter() = default;

    virtual void respond(const HttpResponse& response) = 0;
    virtual void begin_stream(const HttpResponse& head) = 0;
    virtual void write(SharedSlice piece) = 0;
    virtual void end_stream() = 0;
    virtual void tell_when_drained() = 0;
    virtual std::size_t unsent_bytes() const = 0;
    virtual std::uint64_t sent_bytes() const = 0;

    /// The App has let its end go before the answer was complete.
    virtual void on_dropped() = 0;
};

/// The App's end of a request. Outlives the session where the App keeps it; nothing happens then.
class Exchange final : public HttpExchange {
  public:
    Exchange(std::weak_ptr<AnswerWriter> session, std::string remote_address)
        : session_(std::move(session)), remote_address_(std::move(remote_address)) {}
    ~Exchange() override;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void respond(HttpResponse response) override;
    void begin_stream(HttpResponse head) override;
    void write(SharedSlice piece) override;
    void end_stream() override;
    const std::string& remote_address() const override { return remote_address_; }
    std::size_t unsent_bytes() const override;
    std::uint64_t sent_bytes() const override;
    void when_drained(std::function<void()> callback) override;
    void on_abandoned(std::function<void()> callback) override;

    // For the session.

    /// The answer is complete. What is captured in the callbacks goes.
    void complete();

    /// All that was written has left.
    void drained();

    /// The client has gone. An answer may still come (the client may only have ended its side). The callback may drop
    /// this exchange.
    void abandon();

  private:
    std::shared_ptr<AnswerWriter> open_session() const { return open_ ? session_.lock() : nullptr; }

    std::weak_ptr<AnswerWriter> session_;
    std::string remote_address_;
    std::function<void()> abandoned_callback_;
    std::function<void()> drained_callback_;
    bool open_ = true;
    bool abandoned_ = false;
};

}  // namespace longwire::edge::net
