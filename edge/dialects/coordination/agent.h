#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/core/rate_limit.h"
#include "edge/dialects/coordination/messages.h"
#include "edge/dialects/coordination/settings.h"
#include "edge/dialects/coordination/tasks.h"
#include "edge/dialects/proven_places.h"
#include "edge/dialects/text_chunks.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::coordination {

/// The conversation with one connected agent. `settings` outlives it.
class Agent final : public Translator {
  public:
    Agent(Host& host, const Settings& settings, std::string id)
        : host_(host),
          settings_(settings),
          id_(std::move(id)),
          inbox_("agent/" + id_),
          record_topic_(inbox_ + "/place"),
          rate_(static_cast<double>(settings.messages_per_s), 2.0 * static_cast<double>(settings.messages_per_s),
                host.now_us()),
          said_(settings.chunks),
          tasks_(host, settings, places_) {}

    void on_open() override;
    void on_message(const json::value& value) override;
    void on_garbage(const Error& error) override;
    void on_event(const NativeEvent& event) override;
    void on_push(const json::object& push) override;
    void on_proven(std::uint64_t proof) override;
    void on_time() override;
    void on_closed(std::uint16_t code) override;

  private:
    using OnOk = std::function<void(const json::object&)>;

    void step(std::string_view command, json::object fields, OnOk on_ok);
    void step_done();
    void find_others();
    void join();
    void welcome();
    void follow();
    void follow_task(const json::object& kept);
    void give_up(const Error& error);

    void drain();
    void handle(const json::value& value);
    void say(Said said);
    void say(const std::vector<TextChunk>& chunks);
    void say_to_all(Said said);
    void say_to_one(Said said);
    void assign(Said said);
    void start(const Said& said, const std::string& kind);
    void publish(const std::string& topic, Said said, std::vector<std::string> ids, std::function<json::object()> tell);
    void ack(const std::vector<std::string>& ids, const json::object& fields);

    void on_inbox(const NativeEvent& event);
    void on_room(const NativeEvent& event);
    void be_replaced();
    void look_around();

    void tell(std::string_view type, json::object payload) {
        host_.send(message(type, std::move(payload), kEdge, host_.now_us()));
    }
    void tell_error(std::string_view code, std::string_view text, json::object details = {});
    void tell_error(const Error& error, json::object details = {});

    void attend();
    void prove();
    void keep();
    std::string kind_served(const json::object& workers, std::string_view agent) const;

    Host& host_;
    const Settings& settings_;
    const std::string id_;
    const std::string inbox_;
    const std::string record_topic_;
    std::string connection_;
    int steps_ = 0;  // of the opening that are not done

    json::object record_;  // what the connection before has kept
    std::optional<ProvenPlaces::Place> room_head_;
    std::string own_epoch_;                                    // of the inbox, with
    std::uint64_t own_offset_ = 0;                             // where this connection is told there
    bool was_here_ = false;                                    // a moment ago
    std::map<std::string, std::int64_t, std::less<>> others_;  // by their ids, since when; as many as a topic may have

    ProvenPlaces places_;
    RateLimit rate_;
    TextChunks said_;
    FollowedTasks tasks_;
    std::deque<json::value> queue_;  // what came too early
    std::int64_t unanswered_ = 0;
    bool is_open_ = false;
    bool is_looking_up_ = false;
    bool is_over_ = false;
    bool is_replaced_ = false;
    bool must_prove_soon_ = false;
    bool is_dirty_ = false;  // there is something to be kept
    std::int64_t proved_us_ = 0;
    std::int64_t kept_us_ = 0;
};

}  // namespace longwire::edge::coordination
