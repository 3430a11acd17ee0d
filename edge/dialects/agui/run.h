#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "edge/dialects/agui/events.h"
#include "edge/dialects/agui/input.h"
#include "edge/dialects/agui/place.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::agui {

/// A run as the bus has it: a task, from some event on.
struct KnownRun {
    Run run;
    std::string kind;
    std::string epoch;        // of the place it begins behind; empty: at the task's start
    std::uint64_t after = 0;  // that place
};

/// A task's name for a run: the run's own where that can be one.
std::string task_of(const Host& host, std::string_view run_id);

/// Where it is written which task a run goes on with, that of an answer to a question.
std::string record_topic(const Host& host, std::string_view run_id);

/// What `state` tells of a task as the run that has started it.
KnownRun run_of(std::string_view run_id, const json::object& state);

/// Looks for a run, and gives it or what is to be refused. Only kinds that are served, and that the client may use.
void find_run(Host& host, const Settings& settings, const std::string& run_id,
              std::function<void(const Result<KnownRun>&)> done);

/// Whether a client may have to do with a kind.
Status check_kind(const Settings& settings, const Identity& who, std::string_view kind);

/// Sends a client the events of a run from its beginning, or from where the client was, each with its place as id.
class RunStream {
  public:
    RunStream(Host& host, const Settings& settings) : host_(host), settings_(settings) {}

    /// Before anything else. Errors: bad_request naming `last-event-id`.
    Status resume_at(std::string_view last_event_id);

    /// Subscribes, and refuses the request where that is not to be had.
    void follow(KnownRun known, Events::Begin how);

    void on_event(const NativeEvent& event);
    void on_push(const json::object& push);
    void on_time();

  private:
    void on_subscribed(const json::object& begun, Events::Begin how);
    void refuse(const Error& error);
    void send(std::uint64_t offset, const Events::Out& out);
    void end(std::uint16_t code);

    Host& host_;
    const Settings& settings_;
    std::optional<Place> had_;
    std::optional<KnownRun> known_;
    std::optional<Events> events_;
    std::string epoch_;
    bool has_ended_ = false;
};

}  // namespace longwire::edge::agui
