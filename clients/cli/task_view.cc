#include "clients/cli/task_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "clients/cli/event_text.h"
#include "clients/cli/fields.h"
#include "protocol/event_types.h"

namespace longwire::cli {
namespace json = boost::json;
namespace type = event_type;
namespace {

json::value field(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr ? *value : json::value{};
}

std::string error_text(const json::value& error) {
    const json::object* object = error.if_object();
    if (object == nullptr) return error.is_null() ? "" : one_line(compact_json(error));
    const std::string code = text_at(*object, "code");
    const std::string message = text_at(*object, "message");
    return one_line(code + (code.empty() || message.empty() ? "" : ": ") + message);
}

}  // namespace

ExitStatus TaskEnd::exit_status() const {
    if (state == "COMPLETED") return kDone;
    return state == "CANCELLED" ? kCancelled : kFailed;
}

std::optional<std::int64_t> run_of_push(const json::object& push) {
    const json::object* data = object_at(push, "data");
    if (data == nullptr || text_at(push, "type") != type::kTaskQueued) return std::nullopt;
    return number_at(*data, "run");
}

std::optional<TaskEnd> end_of_push(const json::object& push) {
    const std::string event = text_at(push, "type");
    const json::object* found = object_at(push, "data");
    const json::object data = found != nullptr ? *found : json::object{};
    if (event == type::kTaskCompleted) return TaskEnd{"COMPLETED", field(data, "result")};
    if (event == type::kTaskFailed) return TaskEnd{"FAILED", field(data, "error")};
    if (event == type::kTaskCancelled) return TaskEnd{"CANCELLED", field(data, "reason")};
    if (event == type::kTaskExpired) return TaskEnd{"EXPIRED", field(data, "error")};
    return std::nullopt;
}

std::optional<TaskEnd> end_of_snapshot(const json::object& snapshot) {
    const std::string state = text_at(snapshot, "state");
    if (state == "COMPLETED") return TaskEnd{state, field(snapshot, "result")};
    if (state == "FAILED" || state == "EXPIRED") return TaskEnd{state, field(snapshot, "error")};
    if (state == "CANCELLED") return TaskEnd{state, field(snapshot, "message")};
    return std::nullopt;
}

void TaskView::on_push(const json::object& push) {
    const std::string event = text_at(push, "type");
    if (event.empty()) return;  // a notice or a gap, told elsewhere
    const json::object* found = object_at(push, "data");
    const json::object data = found != nullptr ? *found : json::object{};
    last_us_ = number_at(push, "time_us").value_or(last_us_);
    if (begun_us_ == 0) begun_us_ = last_us_;

    if (event == type::kTextDelta) return on_text(text_at(data, "stream"), text_at(data, "text"));
    if (event == type::kTextDone) {
        finish_text();
        if (field(data, "discarded") != true) return;
        lines_ += paint_.yellow("taken back: " + one_line(text_at(data, "reason"))) + "\n";
        return;
    }
    if (event == type::kTaskQueued) {
        state_ = "PENDING";
        return;
    }
    if (event == type::kTaskStarted) {
        state_ = "RUNNING";
        begun_us_ = last_us_;
        progress_.reset();
        const std::int64_t attempt = number_at(data, "attempt").value_or(1);
        if (attempt > 1) lines_ += paint_.yellow("attempt " + std::to_string(attempt)) + "\n";
        return;
    }
    if (event == type::kTaskProgress) {
        if (const auto part = real_at(data, "progress")) progress_ = std::clamp(*part, 0.0, 1.0);
        if (const std::string message = text_at(data, "message"); !message.empty()) message_ = one_line(message);
        return;
    }
    if (end_of_push(push)) return;
    if (event == type::kTaskCancelling) state_ = "CANCELLING";
    if (event == type::kTaskRetrying) state_ = "PENDING";
    if (event == type::kTaskWaiting) state_ = "WAITING";
    if (event == type::kTaskInput) state_ = "RUNNING";
    lines_ += paint_.dim(clock_text(last_us_)) + "  " + event_sentence(push, paint_) + "\n";
}

void TaskView::on_text(const std::string& stream, std::string_view text) {
    if (stream != text_stream_) {
        finish_text();
        text_stream_ = stream;
        if (!stream.empty()) lines_ += paint_.cyan(one_line(stream)) + ":\n";
    }
    text_ += plain_lines(text);
    const std::size_t last_end = text_.rfind('\n');
    if (last_end == std::string::npos) return;
    lines_ += text_.substr(0, last_end + 1);
    text_.erase(0, last_end + 1);
}

void TaskView::finish_text() {
    if (!text_.empty()) lines_ += std::exchange(text_, {}) + "\n";
    text_stream_.clear();
}

std::string TaskView::take_lines() {
    return std::exchange(lines_, {});
}

std::string TaskView::unfinished_line(std::size_t width) {
    while (width > 0 && display_width(text_) > width) {
        std::string_view part = fitting_part(text_, width);
        const std::size_t space = part.rfind(' ');
        std::size_t bytes = std::max<std::size_t>(part.size(), 1);
        if (space != std::string_view::npos && space > 0) bytes = space + 1;
        lines_ += text_.substr(0, bytes) + "\n";
        text_.erase(0, bytes);
    }
    return text_;
}

std::string progress_bar(double part, std::size_t cells) {
    const auto full = static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * static_cast<double>(cells)));
    std::string bar;
    for (std::size_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    return bar;
}

std::string TaskView::status_line(std::int64_t now_us, std::size_t width) const {
    std::string plain = state_;
    std::string bar;
    std::string percent;
    if (progress_) {
        if (width >= 60) bar = progress_bar(*progress_, 24);
        percent = std::to_string(std::lround(std::floor(*progress_ * 100))) + "%";
        percent.insert(0, percent.size() < 4 ? 4 - percent.size() : 0, ' ');
    }
    const std::string elapsed = begun_us_ == 0 ? "" : duration_text(now_us - begun_us_);

    std::string line = state_ == "RUNNING" ? paint_.bold(state_) : paint_.yellow(state_);
    for (const auto& [text, painted] :
         {std::pair{bar, paint_.green(bar)}, std::pair{percent, percent}, std::pair{elapsed, paint_.dim(elapsed)}}) {
        if (text.empty()) continue;
        plain += "  " + text;
        line += "  " + painted;
    }
    const std::size_t used = display_width(plain) + 2;
    if (display_width(plain) > width) return cut_to_width(plain, width);
    if (!message_.empty() && used < width) line += "  " + cut_to_width(message_, width - used);
    return line;
}

std::string TaskView::end_line(const TaskEnd& end) const {
    const std::string after = begun_us_ == 0 ? "" : " after " + exact_duration_text(last_us_ - begun_us_);
    if (end.state == "COMPLETED") {
        const std::string result = end.detail.is_null() ? "" : "  " + one_line(compact_json(end.detail));
        return paint_.green("✔ " + end.state) + after + result;
    }
    const std::string why =
        end.detail.is_string() ? one_line(std::string_view(end.detail.get_string())) : error_text(end.detail);
    const std::string head = "✘ " + end.state;
    return (end.state == "CANCELLED" ? paint_.yellow(head) : paint_.red(head)) + after +
           (why.empty() ? "" : ": " + why);
}

}  // namespace longwire::cli
