#include "clients/cli/top/top_view.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>
#include <set>

#include "clients/cli/fields.h"
#include "clients/cli/table.h"
#include "clients/cli/task_list.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t kBarCells = 10;
constexpr std::size_t kKindsCells = 40;
constexpr std::size_t kLeastTaskRows = 4;  // that workers leave in any case

using Rows = std::vector<std::vector<std::string>>;

std::string rate_text(const std::optional<double>& rate) {
    if (!rate) return "-";
    if (*rate >= 100 || *rate == std::floor(*rate)) return std::to_string(std::llround(*rate));
    const auto tenths = std::llround(*rate * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string bar(double share) {
    const auto full = static_cast<std::size_t>(std::floor(std::clamp(share, 0.0, 1.0) * kBarCells));
    return "[" + std::string(full, '|') + std::string(kBarCells - full, ' ') + "]";
}

std::string count_text(std::size_t count, bool has_more) {
    return std::to_string(count) + (has_more ? "+" : "");
}

int order_of(const std::string& state) {
    return state == "RUNNING" ? 0 : state == "PENDING" ? 1 : 2;
}

/// Of a worker's tasks, those that take a place: the others wait for what somebody else does.
std::int64_t at_work(const json::object& worker) {
    return number_at(worker, "running").value_or(0) - number_at(worker, "waiting").value_or(0);
}

std::vector<std::string> heading(const TopSample& sample, const TopRates& rates, const TopFrame& frame) {
    const auto waiting = std::count_if(sample.running.begin(), sample.running.end(),
                                       [](const auto& task) { return truth_at(task, "waiting"); });
    std::string tasks = "tasks    " + count_text(sample.running.size(), sample.has_more_running) + " running";
    if (waiting > 0) tasks += " (" + std::to_string(waiting) + " waiting)";
    tasks += ", " + count_text(sample.pending.size(), sample.has_more_pending) + " pending";
    std::int64_t running = 0;
    std::int64_t capacity = 0;
    for (const auto& worker : sample.workers) {
        running += at_work(worker);
        capacity += number_at(worker, "capacity").value_or(0);
    }
    return {"longwire top   " + frame.where + "   " + clock_text(frame.now_us).substr(0, 8), tasks,
            "rates    " + rate_text(rates.events_per_s()) + " events/s, " + rate_text(rates.ended_per_s()) +
                " tasks ended/s",
            "workers  " + std::to_string(sample.workers.size()) + ", " + std::to_string(running) + " of " +
                std::to_string(capacity) + " places taken"};
}

Rows worker_rows(const TopSample& sample, std::int64_t now_us) {
    Rows rows{{"WORKER", "LOAD", "TASKS", "HEARD", "KINDS", "VERSION"}};
    for (const auto& worker : sample.workers) {
        const auto running = at_work(worker);
        const auto waiting = number_at(worker, "waiting").value_or(0);
        const auto capacity = number_at(worker, "capacity").value_or(0);
        std::string kinds;
        if (const auto* const list = array_at(worker, "kinds")) {
            for (const auto& kind : *list) {
                if (!kind.is_string()) continue;
                kinds.append(kinds.empty() ? "" : " ").append(std::string_view(kind.get_string()));
            }
        }
        rows.push_back({text_at(worker, "worker"),
                        bar(capacity > 0 ? static_cast<double>(running) / static_cast<double>(capacity) : 0),
                        std::to_string(running) + "/" + std::to_string(capacity) +
                            (waiting > 0 ? ", " + std::to_string(waiting) + " waiting" : "") +
                            (truth_at(worker, "draining") ? " draining" : ""),
                        ago_text(number_at(worker, "heartbeat_us"), now_us), cut_to_width(one_line(kinds), kKindsCells),
                        text_at(worker, "version")});
    }
    return rows;
}

Rows task_rows(const std::vector<json::object>& tasks, const TopRates& rates, std::int64_t now_us) {
    Rows rows{{"TASK", "KIND", "STATE", "PROGRESS", "EVENTS/S", "TOOK", "CREATED", "WORKER", "MESSAGE"}};
    for (const auto& task : tasks) {
        const auto id = text_at(task, "task");
        const auto progress = real_at(task, "progress");
        rows.push_back({id, text_at(task, "kind"), state_of(task), bar(progress.value_or(0)) + " " + percent_of(task),
                        rate_text(rates.events_per_s(id)), time_taken(task, now_us),
                        ago_text(number_at(task, "created_us"), now_us), text_at(task, "worker"), message_of(task)});
    }
    return rows;
}

/// A table's lines, no more than `rows_max` below its headings, and how many are left out.
std::vector<std::string> table_lines(Rows rows, std::size_t rows_max, const std::string& what) {
    const auto count = rows.size() - 1;
    const auto left_out = count > rows_max ? count - (rows_max > 0 ? rows_max - 1 : 0) : 0;
    rows.resize(rows.size() - left_out);
    std::vector<std::string> lines;
    std::string text = format_table(rows);
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
        lines.push_back(text.substr(0, end));
        text.erase(0, end + 1);
    }
    if (left_out > 0 && rows_max > 0) lines.push_back("and " + std::to_string(left_out) + " more " + what);
    return lines;
}

std::string painted(const std::string& line, const json::object& task, const Paint& paint) {
    const auto state = text_at(task, "state");
    if (state == "RUNNING") return truth_at(task, "waiting") ? paint.yellow(line) : line;
    if (state == "FAILED" || state == "EXPIRED") return paint.red(line);
    return paint.dim(line);
}

}  // namespace

std::vector<json::object> tasks_to_show(const TopSample& sample, const TopRates& rates) {
    std::vector<json::object> tasks;
    std::set<std::string> shown;
    for (const auto* const some : {&sample.youngest, &sample.pending, &sample.running}) {
        for (const auto& task : *some) {
            if (shown.insert(text_at(task, "task")).second) tasks.push_back(task);
        }
    }
    const auto key = [&](const json::object& task) {
        const auto order = order_of(text_at(task, "state"));
        // Roughly, so that those that are as busy as each other keep their places.
        const auto busy = std::floor(std::log2(1 + rates.events_per_s(text_at(task, "task")).value_or(0)));
        const auto created = static_cast<double>(number_at(task, "created_us").value_or(0));
        const auto ended = static_cast<double>(number_at(task, "ended_us").value_or(0));
        return std::tuple(order, order == 0 ? -busy : order == 1 ? created : -ended, created);
    };
    std::stable_sort(tasks.begin(), tasks.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    return tasks;
}

std::vector<std::string> top_lines(const TopSample& sample, const TopRates& rates, const TopFrame& frame,
                                   const Paint& paint) {
    auto lines = heading(sample, rates, frame);
    if (!frame.trouble.empty()) lines.push_back("trouble  " + one_line(frame.trouble));
    for (auto& line : lines) line = cut_to_width(line, frame.width);
    lines[0] = paint.bold(lines[0]);
    if (!frame.trouble.empty()) lines.back() = paint.red(lines.back());
    const auto tasks = tasks_to_show(sample, rates);
    const auto room = [&](std::size_t taken) {
        if (frame.height == 0) return std::max(tasks.size(), sample.workers.size()) + 1;
        return frame.height > lines.size() + taken ? frame.height - lines.size() - taken : 0;
    };
    const auto add = [&](const std::vector<std::string>& table, const auto& paint_row) {
        lines.emplace_back();
        for (std::size_t i = 0; i < table.size(); ++i) {
            const auto line = cut_to_width(table[i], frame.width);
            lines.push_back(i == 0 ? paint.cyan(line) : paint_row(line, i - 1));
        }
    };
    // A blank line and headings go before each of the tables.
    add(table_lines(worker_rows(sample, frame.now_us), room(4 + std::min(kLeastTaskRows, tasks.size())), "workers"),
        [](const std::string& line, std::size_t) { return line; });
    add(table_lines(task_rows(tasks, rates, frame.now_us), room(2), "tasks"),
        [&](const std::string& line, std::size_t i) {
            return i < tasks.size() ? painted(line, tasks[i], paint) : line;
        });
    if (frame.height != 0 && lines.size() > frame.height) lines.resize(frame.height);
    return lines;
}

json::object top_json(const TopSample& sample, const TopRates& rates) {
    const auto rate = [](const std::optional<double>& value) { return value ? json::value(*value) : json::value(); };
    json::array tasks;
    for (auto& task : tasks_to_show(sample, rates)) tasks.emplace_back(std::move(task));
    return {{"time_us", sample.time_us},
            {"events_per_s", rate(rates.events_per_s())},
            {"ended_per_s", rate(rates.ended_per_s())},
            {"running", sample.running.size()},
            {"pending", sample.pending.size()},
            {"complete", !sample.has_more_running && !sample.has_more_pending},
            {"workers", json::array(sample.workers.begin(), sample.workers.end())},
            {"tasks", std::move(tasks)}};
}

}  // namespace longwire::cli
