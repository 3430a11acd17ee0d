#include "worker/exec/run_process.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "protocol/wake_fd.h"

namespace longwire::exec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 64 << 10;
// After the program's end its pipes may be held open by a child that has escaped from its group: what was written
// before is read, and no more is waited for.
constexpr std::chrono::milliseconds kLastOutput{500};
constexpr std::size_t kLastOutputBytesMax = 2 << 20;  // more than a pipe holds

/// The loop's state between a program's start and its end.
class Run {
  public:
    Run(Process& process, const RunOptions& options)
        : process_(process), options_(options), on_stop_(options.stop, [this] { wake_.wake(); }) {}

    RunEnd to_the_end();

  private:
    int wait_ms() const;
    void wait();
    void obey_stop();
    void read_from(Descriptor& fd, Stream stream);

    Process& process_;
    const RunOptions& options_;
    WakeFd wake_;
    std::stop_callback<std::function<void()>> on_stop_;
    bool asked_ = false;
    bool killed_ = false;
    Clock::time_point kill_at_;
    std::optional<ProcessEnd> end_;
    Clock::time_point give_up_at_;
    std::size_t bytes_after_end_ = 0;
};

int Run::wait_ms() const {
    const auto until = [](Clock::time_point at) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    };
    if (end_) return until(give_up_at_);
    if (asked_ && !killed_) return until(kill_at_);
    return -1;
}

void Run::wait() {
    // poll() passes over negative descriptors, so what is closed or over needs no care.
    std::array<pollfd, 4> fds{pollfd{process_.out().get(), POLLIN, 0}, pollfd{process_.err().get(), POLLIN, 0},
                              pollfd{end_ ? -1 : process_.end_fd(), POLLIN, 0},
                              pollfd{asked_ ? -1 : wake_.fd(), POLLIN, 0}};
    ::poll(fds.data(), fds.size(), wait_ms());
}

void Run::obey_stop() {
    if (end_) return;
    if (!asked_ && options_.stop.stop_requested()) {
        asked_ = true;
        kill_at_ = Clock::now() + options_.kill_after;
        process_.signal_group(SIGTERM);
        process_.signal_group(SIGCONT);  // a stopped one would not hear
    }
    if (asked_ && !killed_ && Clock::now() >= kill_at_) {
        killed_ = true;
        process_.signal_group(SIGKILL);
    }
}

/// One read per turn, so that a stop is seen however much there is to read.
void Run::read_from(Descriptor& fd, Stream stream) {
    if (!fd.is_open()) return;
    std::array<char, kReadBytes> buffer;
    const auto size = ::read(fd.get(), buffer.data(), buffer.size());
    if (size > 0) {
        options_.on_output(stream, {buffer.data(), static_cast<std::size_t>(size)});
        if (!end_) return;
        bytes_after_end_ += static_cast<std::size_t>(size);
        give_up_at_ = Clock::now() + kLastOutput;
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        fd.reset();
    }
}

RunEnd Run::to_the_end() {
    while (!end_ || process_.out().is_open() || process_.err().is_open()) {
        wait();
        obey_stop();
        if (!end_ && (end_ = process_.poll_end())) give_up_at_ = Clock::now() + kLastOutput;
        read_from(process_.out(), Stream::out);
        read_from(process_.err(), Stream::err);
        if (end_ && (Clock::now() >= give_up_at_ || bytes_after_end_ > kLastOutputBytesMax)) break;
    }
    return {*end_, asked_};
}

}  // namespace

Result<RunEnd> run_process(const ProcessSpec& spec, const RunOptions& options) {
    LW_TRY(auto process, Process::start(spec));
    return Run(process, options).to_the_end();
}

}  // namespace longwire::exec
