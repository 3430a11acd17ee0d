#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace longwire::cli {

/// Holds what the log has of a task against what its workers say they made. Pure.
class TaskAudit {
  public:
    struct Attempt {
        std::string worker;
        std::uint64_t committed = 0;            // events of the worker, without the one that ends the attempt
        std::optional<std::uint64_t> produced;  // by the worker's own count; none if it could not tell
        std::string ended_by;                   // a type; empty while it runs
    };

    /// The topic's first event that is kept.
    explicit TaskAudit(std::uint64_t tail) : first_(tail), next_(tail) {}

    /// All events, in the log's order.
    void on_event(const boost::json::object& event);

    /// The log's newest offset: what is not there by then is missing.
    void on_head(std::uint64_t head);

    std::uint64_t first() const { return first_; }
    std::uint64_t next() const { return next_; }
    const std::map<std::uint32_t, Attempt>& attempts() const { return attempts_; }

    /// What does not add up, one line each, with the hop where it went wrong.
    std::vector<std::string> differences() const;

  private:
    void find_hole(std::uint64_t offset);
    bool is_whole() const { return first_ <= 1; }

    std::uint64_t first_;
    std::uint64_t next_;
    std::map<std::uint32_t, Attempt> attempts_;
    std::vector<std::string> holes_;
};

}  // namespace longwire::cli
