#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/link/producer_messages.h"

namespace longwire::worker {

/// The worker's own number of an attempt it was given: never used twice in a process.
using AttemptId = std::uint64_t;

/// An attempt from its assignment until the broker needs to hear no more of it.
struct HeldAttempt {
    enum class Stage {
        running,       // the handler works; its events are taken
        ended,         // the last event has been numbered; held until that is committed
        handing_back,  // events are taken no more; held until those taken are committed, then handed back
    };

    std::string realm;
    std::string task;
    std::uint32_t attempt = 0;
    std::string path;  // of the task's topic
    Stage stage = Stage::running;
    std::optional<link::PartitionSequence> last;  // the newest event taken
    std::uint64_t events = 0;                     // taken so far
    std::uint64_t last_input = 0;                 // the offset of the newest input passed on

    /// A child that has been asked for and has not ended.
    struct Child {
        std::string fields;       // of its start
        std::int64_t ask_us = 0;  // when to ask; never: kAsked
    };
    static constexpr std::int64_t kAsked = INT64_MAX;
    std::map<std::string, Child> children;  // by name

    link::AttemptRef ref() const { return {realm, task, attempt}; }
};

/// The attempts of one worker, found by number or by name.
class HeldAttempts {
  public:
    using Map = std::map<AttemptId, HeldAttempt>;

    AttemptId add(const link::AttemptRef& ref);
    void remove(AttemptId id) { held_.erase(id); }

    HeldAttempt* find(AttemptId id);
    /// 0 if it isn't held.
    AttemptId id_of(const link::AttemptRef& ref) const;
    /// Whichever attempt of a task is held; 0 if none.
    AttemptId id_of_task(std::string_view realm, std::string_view task) const;

    /// How many handlers may still be at work.
    std::size_t running() const;

    bool empty() const { return held_.empty(); }
    Map& all() { return held_; }
    const Map& all() const { return held_; }

  private:
    Map held_;
    AttemptId last_id_ = 0;
};

}  // namespace longwire::worker
