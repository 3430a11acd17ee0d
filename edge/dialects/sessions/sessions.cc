#include "edge/dialects/sessions/sessions.h"

#include <algorithm>

#include "edge/dialects/sessions/conversation.h"
#include "edge/dialects/sessions/health.h"
#include "edge/dialects/sessions/settings.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

constexpr std::int64_t kKeepMaxS = std::int64_t{30} * 86'400;

/// GET /api/ws/health
class ShowHealth final : public Translator {
  public:
    ShowHealth(Host& host, const SessionsHealth& health) : host_(host), health_(health) {}

    void on_open() override { host_.answer(200, health_.report(host_.now_us())); }
    void on_message(const json::value& /*message*/) override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }

  private:
    Host& host_;
    const SessionsHealth& health_;
};

/// A pillar is a level of a topic and the end of a kind.
Status check_pillar(const std::string& pillar) {
    const bool is_name =
        !pillar.empty() && pillar.size() <= 64 && std::all_of(pillar.begin(), pillar.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        });
    return is_name ? Status() : bad_request({}, "must be 1 to 64 letters, digits, '_' or '-'");
}

Status check_kind(const std::string& kind) {
    return check_name("kind", kind, kNameBytesMax);
}

Status check_liaison_kind(const std::string& kind) {
    SessionsSettings settings;
    settings.liaison_kind = kind;
    return check_kind(settings.liaison_kind_of("content"));
}

class Sessions final : public Product {
  public:
    std::string_view name() const override { return "sessions"; }

    void declare(SettingSink& sink) override {
        auto& s = settings_;
        sink.list({"sessions-pillars", "the pillars that have a liaison", "NAME"}, s.pillars, check_pillar);
        sink.text({"sessions-guide-kind", "the kind of task that the guide is", "KIND"}, s.guide_kind, check_kind);
        sink.text({"sessions-liaison-kind", "the kind of task that a liaison is; {pillar} is its pillar", "KIND"},
                  s.liaison_kind, check_liaison_kind);
        sink.number({"sessions-keep-s", "how long a session outlives its connections, in s", "S"}, s.keep_s, 1,
                    kKeepMaxS);
        sink.number(
            {"sessions-prove-ms", "time between proofs of what a client has, while something is sent, in ms", "MS"},
            s.prove_ms, 100, 60'000);
        sink.number({"sessions-ping-ms", "time between pings where nothing is sent, in ms", "MS"}, s.ping_ms, 1'000,
                    3'600'000);
        sink.number({"sessions-messages-waiting-max", "most messages of a connection that wait to be passed on", "N"},
                    s.messages_waiting_max, 1, 10'000);
    }

    std::vector<Route> routes() override {
        return {websocket("/api/ws/guide"),
                websocket("/api/ws/liaison/{pillar}"),
                {.kind = Route::Kind::http, .path = "/api/ws/health", .translate = [this](Host& host, const Opening&) {
                     return std::make_unique<ShowHealth>(host, health_);
                 }}};
    }

  private:
    /// Who a token does not let in is told so over the connection, in this product's words.
    Route websocket(std::string path) {
        return {.kind = Route::Kind::websocket,
                .path = std::move(path),
                .translate =
                    [this](Host& host, const Opening& opening) {
                        return std::make_unique<SessionsConversation>(host, opening, settings_, health_);
                    },
                .admit = [this](const Opening& opening) -> Status {
                    const auto pillar = opening.path("pillar");
                    const auto& known = settings_.pillars;
                    if (pillar.empty() || std::find(known.begin(), known.end(), pillar) != known.end()) return {};
                    return Error{Errc::not_found, "there is no such pillar", "pillar"};
                }};
    }

    SessionsSettings settings_;
    SessionsHealth health_;
};

}  // namespace

std::unique_ptr<Product> make_sessions_product() {
    return std::make_unique<Sessions>();
}

}  // namespace longwire::edge
