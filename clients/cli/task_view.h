#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "clients/cli/exit_status.h"
#include "clients/cli/terminal_text.h"

namespace longwire::cli {

/// How a task ended, by its terminal event or its snapshot.
struct TaskEnd {
    std::string state;          // COMPLETED, FAILED, CANCELLED, EXPIRED
    boost::json::value detail;  // the result, the error or the reason

    ExitStatus exit_status() const;
};

/// The run that a push begins, if it does.
std::optional<std::int64_t> run_of_push(const boost::json::object& push);
/// The end that a push tells of, if it does.
std::optional<TaskEnd> end_of_push(const boost::json::object& push);
/// The end that a snapshot tells of, if it does.
std::optional<TaskEnd> end_of_snapshot(const boost::json::object& snapshot);

/// A followed task as a terminal shows it: lines that scroll, the unfinished line of a text stream, and one
/// line with the state. Pure.
class TaskView {
  public:
    explicit TaskView(Paint paint) : paint_(paint) {}

    void on_push(const boost::json::object& push);

    /// Lines finished since the last call, each with its end.
    std::string take_lines();

    /// The unfinished line of a text stream, after what is longer than `width` has become lines.
    std::string unfinished_line(std::size_t width);
    /// Ends the unfinished line, as the last thing before end_line().
    void finish_text();

    /// "RUNNING  ████░░░░  42%  0:12  reading pages", at most `width` cells.
    std::string status_line(std::int64_t now_us, std::size_t width) const;

    /// The last line: how it ended, when, and with what.
    std::string end_line(const TaskEnd& end) const;

  private:
    void on_text(const std::string& stream, std::string_view text);

    Paint paint_;
    std::string lines_;
    std::string text_;
    std::string text_stream_;
    std::string state_ = "PENDING";
    std::string message_;
    std::optional<double> progress_;
    std::int64_t begun_us_ = 0;
    std::int64_t last_us_ = 0;
};

/// "[████░░░░]" of `cells` cells, for a part from 0 to 1.
std::string progress_bar(double part, std::size_t cells);

}  // namespace longwire::cli
