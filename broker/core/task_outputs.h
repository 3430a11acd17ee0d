#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "broker/core/string_map.h"
#include "broker/core/task_output.h"

namespace longwire::broker {

/// The outputs that are in memory, by the paths of their tasks' topics. One that is here is kept current with each
/// event of its topic; one that is not can be read from the log.
///
/// Bound: about `bytes_max` in all. Beyond it those go that have been neither changed nor asked for the longest.
class TaskOutputs {
  public:
    explicit TaskOutputs(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Takes an event of a task's topic. An attempt that begins brings its output here; other events change what is.
    void fold(std::string_view path, std::uint64_t offset, const Envelope& envelope);

    /// Null where it is not here. The pointer holds until the next call.
    const TaskOutput* find(std::string_view path);

    /// Puts an output here that is current.
    void put(std::string_view path, TaskOutput output);

    void forget(std::string_view path);

    std::size_t size() const { return outputs_.size(); }
    std::size_t bytes() const { return bytes_; }

  private:
    struct Entry {
        TaskOutput output;
        std::size_t bytes = 0;      // as last measured
        std::uint32_t changes = 0;  // since then
        std::list<const std::string*>::iterator used;
    };
    using Outputs = StringMap<Entry>;

    void use(Entry& entry) { by_use_.splice(by_use_.end(), by_use_, entry.used); }
    void measure(Entry& entry);
    void make_room();
    void erase(Outputs::iterator entry);

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    Outputs outputs_;
    std::list<const std::string*> by_use_;  // the keys; the newest last
};

}  // namespace longwire::broker
