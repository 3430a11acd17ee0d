#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "protocol/node/log_setup.h"
#include "protocol/result.h"
#include "worker/sdk/child_task.h"
#include "worker/sdk/emit_outcome.h"
#include "worker/sdk/task_result.h"
#include "worker/sdk/text_stream.h"

namespace longwire {

namespace worker {
class TaskState;
}

/// An event that can't be sent, however long one waits: a bug of the handler, or a payload that grew too large.
/// `what()` says which. Not caught, it fails the task with code "exception".
class EmitError : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// One attempt at a task, as its handler sees it.
///
/// The events `task.queued` and `task.started` are on the task's topic before the handler is called, and the handler's
/// TaskResult becomes the last one; everything between is the handler's.
///
/// Thread: any, also several at once, until the handler returns; then it must not be used any more.
class Task {
  public:
    explicit Task(worker::TaskState& state);
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    const std::string& id() const;
    const std::string& realm() const;
    const std::string& kind() const;
    std::uint32_t run() const;        // from 1; an ended task can be run again
    std::uint32_t attempt() const;    // rises over all runs of the task
    std::int64_t timeout_ms() const;  // of the run, 0: none. The broker sees to it.

    /// What the task was started with; null if with nothing.
    const boost::json::value& input() const { return input_; }
    /// The same as it came: one MessagePack value, or no bytes.
    std::string_view input_msgpack() const;

    // Events.

    /// Puts an event on the task's topic. When the bound of unacknowledged events is reached it waits, or returns
    /// would_block, as the worker's options say or the call does. Throws EmitError for a type that is malformed or is
    /// the broker's or the SDK's to emit (`task.completed` and its like), and for a payload beyond kPayloadBytesMax or
    /// kPayloadDepthMax.
    EmitOutcome emit(std::string_view type, const boost::json::value& payload);
    EmitOutcome emit(std::string_view type, const boost::json::value& payload, WhenFull when_full);

    /// The same for a payload that is MessagePack already: one value, usually a map. For many small events.
    EmitOutcome emit_msgpack(std::string_view type, std::string_view payload);
    EmitOutcome emit_msgpack(std::string_view type, std::string_view payload, WhenFull when_full);

    /// `log {level, message, details?}`.
    EmitOutcome log(LogLevel level, std::string_view message, const boost::json::value& details = nullptr);

    /// `task.progress {progress, message?}`; `fraction` is held within 0..1.
    EmitOutcome progress(double fraction, std::string_view message = {});

    /// A text that grows, such as an answer that comes word by word. See TextStream.
    TextStream text(std::string stream, TextOptions options = {});

    // Children.

    /// Starts a task below this one and waits until the broker has it: while it has no room for one, until there is.
    /// A run of this task starts each child once, whichever attempt asks (see ChildOptions::name); one that is asked
    /// for again with another kind or input is `conflict`. When this task ends other than well its children are
    /// cancelled.
    /// Errors: what is wrong with the kind or the options; `unavailable` when this task has been asked to end.
    ///
    /// A parent that waits for its children leaves its place at its worker to others (WorkerOptions::waiting_max).
    Result<ChildTask> child(std::string_view kind, const boost::json::value& input, const ChildOptions& options = {});

    // Waiting. All of these return early once the task is asked to end.

    /// Set when the task is cancelled, its attempt is revoked, or the worker's grace time for draining is over.
    std::stop_token stop_token() const;
    bool stop_requested() const { return stop_token().stop_requested(); }
    /// Why; empty before, or if nobody said.
    std::string stop_reason() const;

    /// False if the task was asked to end before the time had passed.
    bool sleep_for(std::chrono::milliseconds time);

    /// The next input sent to the task, in the order of the log, or nothing when `timeout` has passed or the task was
    /// asked to end. Each attempt is given all inputs of its run, from the first.
    std::optional<boost::json::value> wait_input(std::chrono::milliseconds timeout);
    /// The same without a limit.
    std::optional<boost::json::value> wait_input();

    /// Asks those who watch: `task.waiting {prompt}` says what is wanted, and the next input is the answer. One that is
    /// there already is taken for it, and nobody is asked: so a later attempt gets the answers that were given before.
    std::optional<boost::json::value> ask(std::string_view prompt);
    std::optional<boost::json::value> ask(std::string_view prompt, std::chrono::milliseconds timeout);

  private:
    friend class TextStream;

    void put_question(std::string_view prompt);

    worker::TaskState& state_;
    boost::json::value input_;
};

}  // namespace longwire
