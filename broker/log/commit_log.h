#pragma once

#include <functional>

#include "broker/core/record.h"

namespace longwire::broker {

/// Where events are kept. Nothing after the start blocks: work is taken at once and its outcome comes from poll(),
/// after fd() has become readable.
///
/// Order:  batches become durable in the order of append().
/// Thread: all calls by one thread, the broker's; an engine may have threads of its own behind them.
class CommitLog {
  public:
    virtual ~CommitLog() = default;

    // At start, before anything else. These block. Errors: what is kept is unreadable.

    using VisitTopic = std::function<void(const KeptTopic&)>;
    using VisitState = std::function<void(const StatePut&)>;
    using VisitEvent = std::function<void(std::uint64_t offset, std::string_view envelope)>;

    virtual Status visit_topics(const VisitTopic& visit) = 0;
    virtual Status visit_state(const VisitState& visit) = 0;
    virtual Status visit_events(const std::string& path, std::uint64_t after, const VisitEvent& visit) = 0;

    // From then on.

    virtual void append(CommitBatch batch) = 0;

    /// Reads only what is durable.
    virtual void read(ReadRequest request) = 0;

    virtual LogOutcome poll() = 0;

    /// Becomes readable when poll() has something that was not there when append() or read() returned; -1 for an
    /// engine whose outcomes are always there at once.
    virtual int fd() const = 0;

    /// False while something keeps the engine from closing soon. The process may then end as it is: what it was told
    /// to be durable is.
    virtual bool can_close() const { return true; }
};

}  // namespace longwire::broker
