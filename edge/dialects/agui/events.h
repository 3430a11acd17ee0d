#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/agui/settings.h"
#include "edge/dialects/agui/shown.h"
#include "edge/dialects/agui/state.h"
#include "edge/dialects/native_event.h"

namespace longwire::edge::agui {

/// What a run is to its client.
struct Run {
    std::string task;
    std::string run_id;
    std::string thread_id;
    json::object input;       // the RunAgentInput
    bool is_resumed = false;  // it goes on after a question
};

/// A run in AG-UI's words. What comes out depends on nothing but the run and the events that go in, so that the events
/// of a run are the same, and in the same order, whoever reads them when.
class Events {
  public:
    using Out = std::vector<json::object>;

    Events(const Settings& settings, Run run);

    enum class Begin { new_run, known_run, from_afar };

    /// How a run begins. For a client that may have some of it already, with what the conversation was then; for one
    /// that may have nothing, with the run's input.
    Out begin(Begin how, std::int64_t time_us);

    /// Nothing follows the end.
    Out of(const NativeEvent& event);

    /// Events that the log does not have any more.
    Out gap(const json::object& gap, std::int64_t time_us);
    /// The log itself is gone.
    Out lost(std::int64_t time_us);
    /// The client must come back as somebody who is let in.
    Out expired(std::int64_t time_us);

    bool has_ended() const { return has_ended_; }

  private:
    using Data = json::object;
    using Translate = void (Events::*)(const NativeEvent&, const Data&);

    static Translate translation_of(std::string_view type);

    void on_queued(const NativeEvent& event, const Data& data);
    void on_started(const NativeEvent& event, const Data& data);
    void on_progress(const NativeEvent& event, const Data& data);
    void on_retrying(const NativeEvent& event, const Data& data);
    void on_waiting(const NativeEvent& event, const Data& data);
    void on_completed(const NativeEvent& event, const Data& data);
    void on_failed(const NativeEvent& event, const Data& data);
    void on_cancelled(const NativeEvent& event, const Data& data);
    void on_status(const NativeEvent& event, const Data& data);
    void on_step(const NativeEvent& event, const Data& data);
    void on_agent_message(const NativeEvent& event, const Data& data);
    void on_delta(const NativeEvent& event, const Data& data);
    void on_text_done(const NativeEvent& event, const Data& data);
    void on_tool_call(const NativeEvent& event, const Data& data);
    void on_tool_result(const NativeEvent& event, const Data& data);
    void on_artifact(const NativeEvent& event, const Data& data);
    void on_state_snapshot(const NativeEvent& event, const Data& data);
    void on_state_delta(const NativeEvent& event, const Data& data);
    void on_other(const NativeEvent& event, const Data& data);

    void add(std::string_view type, json::object fields);
    void custom(std::string_view name, json::value value);
    void show_state(json::array patch);
    void show_messages();
    bool open_text(const NativeEvent& event, const Data& data);
    void close_text(const std::string& message_id);
    void close_all();
    void end_well(json::object fields);
    bool has_room(std::size_t held) const { return held < static_cast<std::size_t>(settings_.open_max); }
    std::string id_within(const NativeEvent& event, std::string_view name) const;

    const Settings& settings_;
    Run run_;
    Out out_;
    std::int64_t time_ms_ = 0;
    State state_;
    Shown shown_;
    std::set<std::string> texts_;               // ids of those that are open
    std::set<std::string> steps_;               // names
    std::map<std::string, std::string> calls_;  // without a result: the tool's name by the call's id
    bool has_ended_ = false;
};

}  // namespace longwire::edge::agui
