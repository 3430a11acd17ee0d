#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "edge/dialects/product.h"
#include "edge/dialects/tasks/seats.h"
#include "edge/dialects/tasks/settings.h"
#include "edge/dialects/tasks/state.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::tasks {

/// A WebSocket that follows one task to its end: starts it if need be, then tells its events and how it stands.
class FollowTask final : public Translator {
  public:
    FollowTask(Host& host, const TasksSettings& settings, std::shared_ptr<Seats> seats, const Opening& opening);

    void on_open() override;
    void on_message(const json::value& message) override;
    void on_garbage(const Error& error) override;
    void on_event(const NativeEvent& event) override;
    void on_push(const json::object& push) override;
    void on_time() override;
    void on_closed(std::uint16_t code) override;

  private:
    /// Where the client wants to begin.
    struct Wish {
        bool has_history = true;
        std::uint64_t after = 0;
    };

    static Result<Wish> read_wish(const Opening& opening);

    void ask_state();
    void on_state(const json::object& snapshot);
    void start(const json::object& snapshot);
    void follow(const json::object& snapshot);
    void on_following();
    void look_again();
    void go_on();
    void show_state();
    bool shows_all() const;
    void wake_when_due();
    void fail(const Error& error);
    void finish();

    Host& host_;
    const TasksSettings& settings_;
    std::shared_ptr<Seats> seats_;
    std::unique_ptr<Seats::Seat> seat_;
    std::string task_;
    Result<Wish> wish_;
    TaskState state_;
    json::object shown_;         // the data of the last `state` message
    std::int64_t shown_us_ = 0;  // when that was
    std::uint64_t place_ = 0;    // of the last event that the client has been sent or been told the loss of
    bool was_started_ = false;   // on behalf of this client
    bool is_following_ = false;
    bool is_over_ = false;         // what is under way for this client is of no use any more
    bool is_asking_ = false;       // for the state
    bool must_ask_again_ = false;  // since something has happened meanwhile
    bool is_stale_ = false;        // events that the state needs have been lost
    std::int64_t look_again_us_ = 0;
};

}  // namespace longwire::edge::tasks
