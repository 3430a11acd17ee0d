#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "edge/net/server.h"

namespace longwire::edge {

/// Keeps an HTTP answer, whole or as a stream.
class FakeExchange final : public net::HttpExchange {
  public:
    void respond(net::HttpResponse given) override {
        ++responses;
        response = std::move(given);
    }
    void begin_stream(net::HttpResponse head) override {
        is_stream = true;
        response = std::move(head);
    }
    void write(SharedSlice piece) override { stream += piece.bytes; }
    void end_stream() override { has_ended = true; }
    const std::string& remote_address() const override { return address; }
    std::size_t unsent_bytes() const override { return unsent; }
    std::uint64_t sent_bytes() const override { return sent; }
    void when_drained(std::function<void()> callback) override { drained = std::move(callback); }
    void on_abandoned(std::function<void()> callback) override {
        abandoned = std::move(callback);
        if (has_gone) leave();
    }

    /// The client has taken everything.
    void drain() {
        unsent = 0;
        if (auto callback = std::exchange(drained, {})) callback();
    }

    /// The client goes away.
    void leave() {
        has_gone = true;
        if (auto callback = std::exchange(abandoned, {})) callback();
    }

    unsigned status() const { return response.status; }
    std::string body() const { return response.body ? *response.body : std::string(); }
    std::string header(std::string_view name) const {
        for (const auto& header : response.headers) {
            if (header.name == name) return header.value;
        }
        return {};
    }
    std::string take_stream() { return std::exchange(stream, {}); }

    std::string address = "192.0.2.7";
    net::HttpResponse response;
    int responses = 0;
    bool is_stream = false;
    bool has_ended = false;
    bool has_gone = false;
    std::string stream;
    std::size_t unsent = 0;
    std::uint64_t sent = 0;

  private:
    std::function<void()> abandoned;
    std::function<void()> drained;
};

}  // namespace longwire::edge
