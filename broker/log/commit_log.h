#pragma once

#include <functional>

#include "broker/core/record.h"

namespace longwire::broker {

/// Where events are kept. Nothing here blocks: work is taken at once and its outcome comes from poll(), after fd() has
/// become readable.
///
/// Order:  batches become durable in the order of append().
/// Thread: all calls by one thread, the broker's; an engine may have threads of its own behind them.
class CommitLog {
  public:
    virtual ~CommitLog() = default;

    /// Everything kept, in the order of commitment. Called once, before anything else. Errors: unreadable or of an
    /// unknown version, with the file named.
    virtual Status replay(const std::function<void(const Record&)>& visit) = 0;

    virtual void append(CommitBatch batch) = 0;

    /// Reads only what is durable.
    virtual void read(ReadRequest request) = 0;

    virtual LogOutcome poll() = 0;

    /// Becomes readable when poll() has something that was not there when append() or read() returned; -1 for an
    /// engine whose outcomes are always there at once.
    virtual int fd() const = 0;
};

}  // namespace longwire::broker
