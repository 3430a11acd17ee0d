#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "edge/dialects/places.h"
#include "edge/dialects/product.h"
#include "edge/dialects/sessions/health.h"
#include "edge/dialects/sessions/messages.h"
#include "edge/dialects/sessions/settings.h"

namespace longwire::edge {

/// One connection of a session to the guide or a liaison.
///
/// Whether the session is there, and since when not, the presence in the topic `session/<fingerprint>` tells. What this
/// agent and the user said is the turns of `session/<fingerprint>/<agent>`, played to the client one after the other.
class SessionsConversation final : public Translator, private Places::Owner {
  public:
    SessionsConversation(Host& host, const Opening& opening, const SessionsSettings& settings, SessionsHealth& health);
    ~SessionsConversation() override;

    void on_open() override;
    void on_message(const json::value& message) override;
    void on_garbage(const Error& error) override;
    void on_event(const NativeEvent& event) override;
    void on_push(const json::object& push) override;
    void on_proven(std::uint64_t proof) override;
    void on_time() override;
    void on_closed(std::uint16_t code) override;

  private:
    // The session.
    void hear(const json::value& message);
    void begin_session(std::string token);
    void look_for_session();
    void on_presence(const json::object& page);
    void open_session(bool is_new);
    void expire(std::string message);
    void refuse(std::string_view code, std::string message, std::uint16_t close_code);

    // What the user says.
    void queue(sessions::Said said);
    void pass_on();
    void say_next(const sessions::Said& said);
    void on_input_taken(const sessions::Said& said, std::uint64_t turn, std::uint64_t offset);
    void say_unheard_again(std::uint64_t turn);
    void begin_turn(const sessions::Said& said, json::object input);
    void done();
    void relay(const sessions::Said& said);
    void fail(const Error& error);
    json::object input_of(const sessions::Said& said);
    bool is_own(std::string_view message_id) const;

    // What the user is told: sessions_playback.cc.
    void on_place(const Result<Place>& place, bool has_missed) override;
    void on_turn(const Turn& turn) override;
    void on_turn_failed(const Turn& turn, const Error& why) override;
    void play_next();
    void play(const Turn& turn);
    void on_relayed(const NativeEvent& event);
    void on_task_event(const NativeEvent& event);
    void end_turn(const NativeEvent& event);
    void finish_turn();
    void leave_behind(std::uint64_t turn);
    void send(json::object message);

    void watch_clock();
    void tell_ping();

    Host& host_;
    const SessionsSettings& settings_;
    SessionsHealth& health_;
    SessionsHealth::Id health_id_;
    SessionsEndpoint endpoint_;
    std::string token_;
    Result<Identity> who_;
    std::string session_id_;
    std::string session_topic_;
    std::string said_topic_;  // what is no user's message, for the other connections
    bool is_new_ = false;
    bool is_over_ = false;

    std::optional<Places> places_;
    Place place_;                // all before it has been sent
    std::uint64_t playing_ = 0;  // the turn that is played, and the task that it is
    std::string task_;
    std::uint64_t played_ = 0;  // the newest turn that has been played to its end
    std::uint64_t over_ = 0;    // the newest turn that is known to take no input any more
    bool has_text_ = false;     // of the turn that is played
    bool is_whole_ = false;     // it is played from its start
    std::int64_t came_us_ = 0;

    /// A message that a task took as its input, and the input's place.
    struct Unheard {
        sessions::Said said;
        Place at;
    };
    std::deque<Unheard> unheard_;  // as far as is known
    Place worked_;                 // where the task that was played last did something
    std::uint64_t completed_ = 0;  // the newest turn that ended well

    std::deque<sessions::Said> waiting_;
    bool is_passing_on_ = false;
    std::deque<std::string> own_ids_;  // of what this connection said last
    json::object file_;                // that was selected last

    std::int64_t proved_us_ = 0;
    std::optional<std::uint64_t> ping_;  // that is not answered
    std::int64_t pinged_us_ = 0;
};

}  // namespace longwire::edge
