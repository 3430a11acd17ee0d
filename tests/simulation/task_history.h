#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"

namespace longwire::simulation {

/// Rule 4, of one task, by the durable events on its topic: at most one attempt is in charge, nothing comes of an
/// attempt after its loss, and each run ends once.
class TaskHistory {
  public:
    explicit TaskHistory(std::string path) : path_(std::move(path)) {}

    void append(std::uint64_t offset, const Envelope& envelope);

    bool has_ended() const { return has_ended_; }

    /// Whether this attempt is the one in charge, and of this worker.
    bool is_open(std::uint32_t attempt) const { return open_ != 0 && open_ == attempt; }
    bool is_of(std::string_view worker, std::uint32_t attempt) const { return is_open(attempt) && worker_ == worker; }

    /// The task's state after the event at this offset, as a snapshot names it.
    std::string_view state_at(std::uint64_t offset) const { return states_.at(offset - 1); }

    /// Whether this attempt has ever begun.
    bool has_begun(std::uint32_t attempt) const { return attempt != 0 && attempt <= newest_; }

    /// The offset of the present run's first input behind this one; 0 if there is none.
    std::uint64_t input_after(std::uint64_t offset) const;

  private:
    void on_queued(const Envelope& envelope);
    void on_started(const Envelope& envelope);
    void end(const Envelope& envelope);
    void require_it(bool is_kept, const char* what, const Envelope& envelope) const;

    std::string path_;
    std::uint32_t run_ = 0;
    bool has_ended_ = true;
    std::uint32_t open_ = 0;  // the attempt in charge; 0: none
    std::uint32_t newest_ = 0;
    std::string worker_;
    std::uint64_t incarnation_ = 0;
    std::uint64_t offset_ = 0;
    std::string_view state_;
    std::vector<std::string_view> states_;  // after the events at offset 1, 2, 3, …
    std::set<std::uint64_t> inputs_;        // of the present run, by offset
};

}  // namespace longwire::simulation
