#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "edge/dialects/fields.h"
#include "edge/dialects/proven_places.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::stream {

struct Settings {
    std::string kind = "agent.chat";
    std::int64_t grace_s = 10;
    std::int64_t queue_chats = 0;
    std::int64_t ping_s = 300;
    std::int64_t prove_ms = 1'000;
};

/// The conversation with one client: a task for each chat, one at a time. `settings` outlives it.
class Chat final : public Translator {
  public:
    /// `resume` is the token of the connection before; empty if there is none.
    Chat(Host& host, const Settings& settings, std::string resume)
        : host_(host), settings_(settings), token_(std::move(resume)) {}

    void on_open() override;
    void on_message(const json::value& value) override;
    void on_garbage(const Error& error) override;
    void on_event(const NativeEvent& event) override;
    void on_push(const json::object& push) override;
    void on_proven(std::uint64_t proof) override;
    void on_time() override;
    void on_closed(std::uint16_t code) override;

  private:
    void begin_anew();
    void resume(const json::object& record);
    void welcome(bool is_resumed);

    void handle(const json::value& value);
    void chat(Fields& message);
    void start(std::string_view text);
    void cancel();

    void follow();
    void end();
    void finish();
    void next();
    void catch_up(std::string_view topic, std::uint64_t gap_end);

    void send(const json::object& message);
    void tell_error(std::string_view text, std::string_view details = {});
    void attend();
    void keep(bool is_done = false);
    std::string topic() const;
    std::string record_topic() const;

    Host& host_;
    const Settings& settings_;
    std::string token_;
    std::string client_;
    std::deque<json::value> queue_;  // what came before the welcome
    std::deque<std::string> tasks_;  // the first one runs, the others wait for it
    std::deque<std::string> ended_;  // tasks of which it is not proven yet that the client has heard of their end
    ProvenPlaces places_;
    bool is_open_ = false;
    bool is_over_ = false;
    bool is_waiting_ = false;  // the task, for an input
    bool has_kept_ = false;    // there is a record that a later connection would find
    bool must_prove_soon_ = false;
    std::int64_t proved_us_ = 0;
    std::int64_t traffic_us_ = 0;
};

}  // namespace longwire::edge::stream
