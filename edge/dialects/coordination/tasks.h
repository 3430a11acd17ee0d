#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "edge/dialects/coordination/settings.h"
#include "edge/dialects/proven_places.h"
#include "edge/dialects/text_chunks.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::coordination {

/// The tasks of workers that one agent has assigned, and hears of until they end. There are `tasks_max` at most: more
/// are not to be followed.
class FollowedTasks {
  public:
    FollowedTasks(Host& host, const Settings& settings, ProvenPlaces& places)
        : host_(host), settings_(settings), places_(places), texts_(settings.chunks) {}

    struct Task {
        std::string agent;       // whom the worker plays
        std::string task_id;     // what the assignment has called it
        bool has_ended = false;  // and only the proof that this has arrived is missing
    };

    bool has_room() const { return tasks_.size() < static_cast<std::size_t>(settings_.tasks_max); }

    /// `on_begun` learns the newest offset of the task's topic, or why the task cannot be followed.
    void follow(const std::string& task, Task what, const std::optional<ProvenPlaces::Place>& from,
                std::function<void(const Result<std::uint64_t>&)> on_begun);

    void on_event(const NativeEvent& event);

    /// Forgets those whose end has arrived.
    void on_proven();

    void on_time() { send(texts_.take_due(host_.now_us())); }
    std::optional<std::int64_t> due_us() const { return texts_.due_us(); }

    /// What a later conversation needs to go on: [{task, agent, task_id}].
    json::array kept() const;

    /// Empty if the topic is not of one of them.
    std::string_view task_id_of(std::string_view topic) const;

  private:
    void send(const std::vector<TextChunk>& chunks);

    Host& host_;
    const Settings& settings_;
    ProvenPlaces& places_;
    std::map<std::string, Task, std::less<>> tasks_;  // by topic
    TextChunks texts_;
};

}  // namespace longwire::edge::coordination
