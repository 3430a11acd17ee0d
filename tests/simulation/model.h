#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/core/record.h"
#include "tests/simulation/decisions.h"
#include "tests/simulation/emissions.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/task_history.h"
#include "tests/simulation/truth.h"

namespace longwire::simulation {

/// What must be true of the system, checked at each event that becomes durable. It knows what no node can know: what
/// every disk has and what every worker and client has said.
class Model {
  public:
    explicit Model(const Scenario& scenario);

    // What the log tells.

    void durable(const broker::Record& record);
    void trimmed(const std::string& path, std::uint64_t tail) { truth_.trim(path, tail); }
    void trimmed_after_end(const std::string& path, std::uint64_t tail);
    void failed_to_read(const std::string& path, std::uint64_t offset) { truth_.failed_to_read(path, offset); }
    void wiped();

    /// Counts the losses of the log.
    std::uint64_t wipes() const { return wipes_; }

    const Truth& truth() const { return truth_; }
    Emissions& emissions() { return emissions_; }
    Decisions& decisions() { return decisions_; }
    const Decisions& decisions() const { return decisions_; }

    /// Null for what is no task.
    const TaskHistory* task(std::string_view path) const;

    /// The path of a task that has not ended; empty if all have.
    std::string open_task() const;

    /// The same, of one whose present run nobody has sent any input.
    std::string open_task_without_input() const;

    /// An attempt was given an input, with this number, behind the one at offset `last` (0: as its first).
    void check_input(const std::string& path, std::uint32_t attempt, std::uint64_t last, std::uint64_t offset,
                     std::uint64_t id) const;

    // What clients say and are told. Each publish and each input carries a number of its own.

    /// A client was told that what it sent under this number is at this place.
    void check_stored(std::uint64_t id, std::string_view path, std::uint64_t offset) const;

    /// A client was told that what it sent under this number was not taken, and will not send it again.
    void check_refused(std::uint64_t id);

    /// A client was told that the start with this key, of a child of this task if it is one, made that task.
    void check_started(std::string_view key, std::string_view parent, std::string_view task) const;

  private:
    void by_client(const broker::Record& record, const Envelope& envelope);
    void by_task(const broker::Record& record, const Envelope& envelope);

    std::uint32_t partitions_;
    std::uint64_t wipes_ = 0;
    Truth truth_;
    Decisions decisions_;
    std::map<std::string, TaskHistory, std::less<>> tasks_;
    Emissions emissions_;
    std::unordered_map<std::uint64_t, std::pair<std::string, std::uint64_t>> places_;  // of clients' events, by number
    std::set<std::uint64_t> refused_;                                                  // of them
    std::map<std::string, std::string, std::less<>> started_;  // parent and key → path of the task
};

}  // namespace longwire::simulation
