#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "edge/core/ws_frame.h"
#include "edge/net/server.h"
#include "tests/unit/edge/net/raw_client.h"

namespace longwire::edge::net::test {

/// What happened on the shards, for the test's thread to wait for.
class EventLog {
  public:
    void add(std::string event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        changed_.notify_all();
    }

    /// Waits until `event` was added `times` times. False out of patience.
    bool wait_for(const std::string& event, std::size_t times = 1) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::milliseconds(kPatienceMs),
                                 [&] { return count_locked(event) >= times; });
    }

    std::size_t count(const std::string& event) {
        const std::lock_guard lock(mutex_);
        return count_locked(event);
    }

    std::vector<std::string> all() {
        const std::lock_guard lock(mutex_);
        return events_;
    }

  private:
    std::size_t count_locked(const std::string& event) const {
        std::size_t found = 0;
        for (const auto& one : events_) found += one == event ? 1 : 0;
        return found;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> events_;
};

/// What a test's App does. Called on the shards' threads; what is left out has a plain default.
struct Script {
    std::function<void(HttpRequest, std::shared_ptr<HttpExchange>)> on_http;
    std::function<App::Upgrade(const HttpRequest&)> on_upgrade;
    std::function<void(WsConnection&)> on_open;
    std::function<void(WsConnection&, std::string_view, bool)> on_message;  // default: echoes
    std::function<void(WsConnection&)> on_drained;
    std::function<void()> on_turn_end;
    std::function<void()> on_tick;
    std::size_t max_message_bytes = 1 << 20;
};

inline SharedBytes bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

class ScriptedHandler final : public WsHandler {
  public:
    ScriptedHandler(WsConnection& connection, Script& script, EventLog& log)
        : connection_(connection), script_(script), log_(log) {}
    ScriptedHandler(const ScriptedHandler&) = delete;
    ScriptedHandler& operator=(const ScriptedHandler&) = delete;
    ~ScriptedHandler() override { log_.add("destroyed"); }

    void on_open() override {
        log_.add("open " + connection_.remote_address());
        if (script_.on_open) script_.on_open(connection_);
    }
    void on_message(std::string_view message, bool binary) override {
        if (closed_) log_.add("message after closed");
        if (script_.on_message) {
            script_.on_message(connection_, message, binary);
        } else {
            connection_.send(message, binary);
        }
    }
    void on_pong(std::string_view payload) override { log_.add("pong " + std::string(payload)); }
    void on_drained() override {
        log_.add("drained");
        if (script_.on_drained) script_.on_drained(connection_);
    }
    void on_closed(std::uint16_t code) override {
        if (std::exchange(closed_, true)) log_.add("closed twice");
        log_.add("closed " + std::to_string(code));
    }

  private:
    WsConnection& connection_;
    Script& script_;
    EventLog& log_;
    bool closed_ = false;
};

class ScriptedApp final : public App {
  public:
    ScriptedApp(Script& script, EventLog& log) : script_(script), log_(log) {}

    void on_http(HttpRequest request, std::shared_ptr<HttpExchange> exchange) override {
        if (script_.on_http) {
            script_.on_http(std::move(request), std::move(exchange));
            return;
        }
        HttpResponse response;
        response.content_type = "text/plain";
        response.body = bytes(request.method + " " + request.path + "?" + request.query + " " + request.body);
        exchange->respond(std::move(response));
    }
    Upgrade on_upgrade(const HttpRequest& request) override {
        if (script_.on_upgrade) {
            auto decision = script_.on_upgrade(request);
            if (decision.refused.response.status != 200) return decision;
            decision.accepted.make_handler = handler_maker();
            decision.accepted.max_message_bytes = script_.max_message_bytes;
            return decision;
        }
        Upgrade decision;
        decision.accepted.make_handler = handler_maker();
        decision.accepted.max_message_bytes = script_.max_message_bytes;
        return decision;
    }
    void on_turn_end() override {
        if (script_.on_turn_end) script_.on_turn_end();
    }
    void on_tick() override {
        if (script_.on_tick) script_.on_tick();
    }
    void on_wake() override { log_.add("woken"); }

  private:
    std::function<std::unique_ptr<WsHandler>(WsConnection&)> handler_maker() {
        return
            [this](WsConnection& connection) { return std::make_unique<ScriptedHandler>(connection, script_, log_); };
    }

    Script& script_;
    EventLog& log_;
};

/// A running server with one script for all its shards.
class TestServer {
  public:
    explicit TestServer(Script script = {}, ServerOptions options = {}) : script_(std::move(script)) {
        auto started = start_server(options, [this](Shard&) { return std::make_unique<ScriptedApp>(script_, log_); });
        if (!started) {
            ADD_FAILURE() << describe(started.error());
            return;
        }
        server_ = std::move(*started);
    }

    Server& server() { return *server_; }
    std::uint16_t port() const { return server_->port(); }
    Shard& shard() { return server_->shard(0); }
    EventLog& log() { return log_; }
    void destroy() { server_.reset(); }

    /// Runs `work` on the first shard and waits for it.
    template <class Work>
    auto on_shard(Work work) {
        std::promise<decltype(work())> done;
        auto result = done.get_future();
        server_->shard(0).post([&] {
            if constexpr (std::is_void_v<decltype(work())>) {
                work();
                done.set_value();
            } else {
                done.set_value(work());
            }
        });
        return result.get();
    }

    std::size_t connections() {
        std::size_t count = 0;
        for (std::size_t i = 0; i < server_->shards(); ++i) count += server_->shard(i).connections();
        return count;
    }

    /// Waits, turn by turn, until `condition`, asked on the first shard, holds. False out of patience.
    template <class Condition>
    bool wait_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
        while (std::chrono::steady_clock::now() < end) {
            if (on_shard(condition)) return true;
        }
        return false;
    }

  private:
    Script script_;
    EventLog log_;
    std::unique_ptr<Server> server_;
};

}  // namespace longwire::edge::net::test
