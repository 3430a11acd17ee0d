#include "edge/dialects/coordination/coordination.h"

#include <utility>

#include "edge/dialects/coordination/agent.h"
#include "edge/dialects/coordination/messages.h"
#include "edge/dialects/coordination/settings.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

Status check_room(const std::string& topic) {
    if (!task_of_topic(topic).empty()) return bad_request("topic", "is a task's");
    return check_topic(topic);
}

Status check_kind(const std::string& kind) {
    return check_name("kind", coordination::kind_for(kind, "id"), 128);
}

class Coordination final : public Product {
  public:
    std::string_view name() const override { return "coordination"; }

    void declare(SettingSink& settings) override {
        settings.text({"coordination-room", "the topic on which agents broadcast", "TOPIC"}, settings_.room,
                      check_room);
        settings.list({"coordination-task-kinds",
                       "the kinds that a worker may serve an agent id by, {agent_id} standing for it; the first counts "
                       "that a worker offers",
                       "KIND"},
                      settings_.task_kinds, check_kind);
        settings.number(
            {"coordination-chunk-ms", "how long a piece of a stream waits for others, in ms; 0: not at all", "MS"},
            settings_.chunks.wait_ms, 0, kMinuteMs);
        settings.number({"coordination-chunk-bytes", "how much of a stream goes at once, in bytes", "BYTES"},
                        settings_.chunks.bytes, 1, 64 << 10);
        settings.toggle({"coordination-chunk-sentences", "a sentence's end goes at once", ""},
                        settings_.chunks.at_sentence_end);
        settings.number(
            {"coordination-place-ms", "how often an agent's place in its inbox is kept at most, in ms", "MS"},
            settings_.place_ms, 0, kMinuteMs);
        settings.number({"coordination-unanswered-max", "messages of one agent that wait for their ack", "MESSAGES"},
                        settings_.unanswered_max, 1, 5'000);
        settings.number(
            {"coordination-tasks-max", "tasks of workers that one agent may have assigned and hear of", "TASKS"},
            settings_.tasks_max, 1, 1'000);
        settings.number({"coordination-messages-per-s",
                         "messages that one agent may send in a second; twice as many at once", "MESSAGES"},
                        settings_.messages_per_s, 1, 1'000'000);
    }

    std::vector<Route> routes() override {
        return {{.kind = Route::Kind::websocket,
                 .path = "/ws/v1/coordination/{agent_id}",
                 .translate =
                     [this](Host& host, const Opening& opening) {
                         return std::make_unique<coordination::Agent>(host, settings_,
                                                                      std::string(opening.path("agent_id")));
                     },
                 .admit = [](const Opening& opening) { return admit(opening); }}};
    }

  private:
    static Status admit(const Opening& opening) {
        const auto agent = opening.path("agent_id");
        if (!opening.who) {
            const auto& error = opening.who.error();
            if (error.code != Errc::expired) return error;
            return Error{Errc::unauthorized, error.message, error.field};
        }
        LW_TRY_STATUS(coordination::check_agent_id(agent));
        if (opening.who->may_use(agent)) return {};
        return Error{Errc::forbidden, "may not act as " + std::string(agent), "agent_id"};
    }

    coordination::Settings settings_;
};

}  // namespace

std::unique_ptr<Product> make_coordination_product() {
    return std::make_unique<Coordination>();
}

}  // namespace longwire::edge
