#include "worker/exec/exec_kind.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "worker/exec/allow_list.h"
#include "worker/exec/exec_request.h"
#include "worker/exec/line_splitter.h"
#include "worker/exec/orphans.h"
#include "worker/exec/output_budget.h"
#include "worker/exec/progress_line.h"
#include "worker/exec/run_process.h"
#include "worker/sdk/input_fields.h"

namespace longwire::exec {
namespace {

constexpr std::size_t kLineBytesMax = 64 << 10;
constexpr std::size_t kStderrTailBytesMax = 4 << 10;

bool is_program(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// The directory to run in, with all links followed. Errors: it does not exist, or lies outside the root.
Result<std::string> working_directory(const std::string& root, const std::string& cwd) {
    namespace fs = std::filesystem;
    std::error_code error;
    const auto real_root = fs::canonical(root, error);
    if (error) return Error{Errc::not_found, "the root " + root + ": " + error.message(), "cwd"};
    const auto real = fs::canonical(real_root / cwd, error);
    if (error || !fs::is_directory(real, error)) return Error{Errc::not_found, "is no directory", "cwd"};
    const auto below = real.lexically_relative(real_root);
    if (below.empty() || *below.begin() == "..") return Error{Errc::forbidden, "lies outside of " + root, "cwd"};
    return real.string();
}

/// What a program's output becomes.
class Output {
  public:
    Output(Task& task, std::uint64_t bytes_max, std::uint64_t expect_lines)
        : task_(task), budget_(bytes_max), bytes_max_(bytes_max), expect_lines_(expect_lines) {}

    void take(Stream stream, std::string_view bytes) {
        auto& splitter = stream == Stream::out ? out_ : err_;
        splitter.feed(bytes, [&](std::string_view line) { on_line(stream, line); });
    }

    void finish() {
        out_.finish([this](std::string_view line) { on_line(Stream::out, line); });
        err_.finish([this](std::string_view line) { on_line(Stream::err, line); });
    }

    void add_counts(boost::json::object& result) const {
        result["lines"] = budget_.lines() + budget_.dropped_lines();
        result["bytes"] = budget_.bytes() + budget_.dropped_bytes();
        if (budget_.dropped_lines() == 0) return;
        result["dropped"] = {{"lines", budget_.dropped_lines()}, {"bytes", budget_.dropped_bytes()}};
    }

    const std::string& stderr_tail() const { return stderr_tail_; }

  private:
    void on_line(Stream stream, std::string_view line) {
        if (stream == Stream::err) keep_tail(line);
        pass_on(stream, line);
        if (stream == Stream::out && expect_lines_ > 0) count_line();
    }

    /// Progress by lines, told for each whole percent.
    void count_line() {
        const auto percent = std::min<std::uint64_t>(++lines_ * 100 / expect_lines_, 100);
        if (percent == percent_) return;
        percent_ = percent;
        task_.progress(static_cast<double>(percent) / 100,
                       std::to_string(lines_) + " of " + std::to_string(expect_lines_) + " lines");
    }

    void pass_on(Stream stream, std::string_view line) {
        switch (budget_.take(line.size() + 1)) {
            case OutputBudget::Verdict::drop:
                return;
            case OutputBudget::Verdict::first_drop:
                task_.log(LogLevel::warn, "more than " + std::to_string(bytes_max_) +
                                              " bytes of output: what follows is counted and dropped");
                return;
            case OutputBudget::Verdict::pass:
                break;
        }
        if (const auto progress = parse_progress_line(line)) {
            task_.progress(progress->fraction, progress->message);
        } else {
            log(stream, line);
        }
    }

    void log(Stream stream, std::string_view line) {
        payload_.clear();
        MsgpackWriter writer(payload_);
        writer.map(2);
        writer.field("level", stream == Stream::out ? "info" : "warn");
        writer.field("message", line);
        task_.emit_msgpack(event_type::kLog, payload_);
    }

    void keep_tail(std::string_view line) {
        stderr_tail_.append(line).append(1, '\n');
        if (stderr_tail_.size() <= kStderrTailBytesMax) return;
        stderr_tail_.erase(0, stderr_tail_.size() - kStderrTailBytesMax);
        while (!stderr_tail_.empty() && (static_cast<unsigned char>(stderr_tail_[0]) & 0xC0) == 0x80) {
            stderr_tail_.erase(0, 1);  // the rest of a character that was cut
        }
    }

    Task& task_;
    OutputBudget budget_;
    std::uint64_t bytes_max_;
    std::uint64_t expect_lines_;
    std::uint64_t lines_ = 0;
    std::uint64_t percent_ = 0;
    LineSplitter out_{kLineBytesMax};
    LineSplitter err_{kLineBytesMax};
    std::string stderr_tail_;
    std::string payload_;
};

TaskResult result_of(const RunEnd& run, const Output& output) {
    boost::json::object details;
    if (run.end.signal == 0 && run.end.exit_code == 0) {
        details["exit_code"] = 0;
        output.add_counts(details);
        return TaskResult::completed(std::move(details));
    }
    if (run.asked_to_end) return TaskResult::cancelled();
    details["stderr_tail"] = output.stderr_tail();
    output.add_counts(details);
    if (run.end.signal != 0) {
        details["signal"] = run.end.signal;
        const char* name = ::sigabbrev_np(run.end.signal);
        return TaskResult::failed("signal", std::string("ended by signal ") + (name != nullptr ? name : "?"), false,
                                  std::move(details));
    }
    details["exit_code"] = run.end.exit_code;
    return TaskResult::failed("exit_status", "ended with exit status " + std::to_string(run.end.exit_code), false,
                              std::move(details));
}

/// What all tasks of the kind share.
class ExecKind {
  public:
    explicit ExecKind(ExecOptions options)
        : options_(std::move(options)), allowed_(options_.allow, options_.path, is_program) {
        Orphans::adopt();
    }

    TaskResult operator()(Task& task) {
        const auto fields = input_fields(task);
        if (!fields) return bad_input(fields.error());
        const auto request = parse_exec_request(*fields, options_.allow_env);
        if (!request) return bad_input(request.error());
        auto spec = specify(*request);
        if (!spec) return bad_input(spec.error());

        const Orphans::Watch watch(orphans_);
        spec->env.push_back(watch.variable());
        Output output(task, options_.output_bytes_max, request->expect_lines);
        RunOptions run;
        run.stop = task.stop_token();
        run.kill_after = std::chrono::milliseconds(options_.kill_after_ms);
        run.on_output = [&](Stream stream, std::string_view bytes) { output.take(stream, bytes); };
        const auto end = run_process(*spec, run);
        if (!end) return TaskResult::failed("not_started", describe(end.error()));
        output.finish();
        return result_of(*end, output);
    }

  private:
    Result<ProcessSpec> specify(const ExecRequest& request) const {
        ProcessSpec spec;
        LW_TRY(spec.program, allowed_.resolve(request.argv));
        LW_TRY(spec.cwd, working_directory(options_.root, request.cwd));
        spec.argv = request.argv;
        spec.stdin_text = request.stdin_text;
        spec.limits = options_.limits;
        spec.env.push_back("PATH=" + options_.path);
        for (const char* name : {"HOME", "LANG", "TZ"}) {
            if (const char* value = std::getenv(name)) spec.env.push_back(std::string(name) + "=" + value);
        }
        for (const auto& [name, value] : request.env) {
            std::erase_if(spec.env, [&](const auto& entry) { return entry.starts_with(name + "="); });
            spec.env.push_back(name + "=" + value);
        }
        return spec;
    }

    ExecOptions options_;
    AllowList allowed_;
    Orphans orphans_;
};

}  // namespace

void declare_exec_settings(Config& config, ExecOptions& options) {
    config.list({"allow", "names of the programs that may be run", "NAME,…"}, options.allow);
    config.list({"allow-env", "names of the variables that a task may set", "NAME,…"}, options.allow_env);
    config.text({"exec-path", "the directories where programs are looked for", "DIR:…"}, options.path);
    config.text({"root", "the directory programs run in; a task's cwd must lie in it", "DIR"}, options.root);
    config.number({"output-bytes-max", "output of one task that is passed on; the rest is dropped", "BYTES"},
                  options.output_bytes_max);
    config.number({"kill-after-ms", "from SIGTERM to SIGKILL when a task is cancelled, in ms", "MS"},
                  options.kill_after_ms, 0, 3'600'000);
    config.number({"limit-cpu-s", "processor time of a program, in s; 0: no limit", "S"}, options.limits.cpu_s);
    config.number({"limit-memory-bytes", "memory of a program; 0: no limit", "BYTES"}, options.limits.memory_bytes);
    config.number({"limit-file-bytes", "size of a file that a program writes; 0: no limit", "BYTES"},
                  options.limits.file_bytes);
    config.number({"limit-open-files", "files that a program has open; 0: no limit", "N"}, options.limits.open_files);
}

Worker::Handler exec_handler(ExecOptions options) {
    auto kind = std::make_shared<ExecKind>(std::move(options));
    return [kind](Task& task) { return (*kind)(task); };
}

}  // namespace longwire::exec
