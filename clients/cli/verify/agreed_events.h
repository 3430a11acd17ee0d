#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::cli {

/// (topic, epoch, offset) names one event for all who watch: the first to see an offset says what it is.
///
/// Bound: the newest `kLogsMax` logs of a lane, and of each `kEventsMax` events; what lies beyond is not compared.
/// Thread: any.
class AgreedEvents {
  public:
    static constexpr std::size_t kLogsMax = 8;
    static constexpr std::uint64_t kEventsMax = 10'000'000;

    /// False where somebody has seen another event at this offset. `log` is the topic with its epoch.
    bool agrees(const std::string& log, std::uint64_t offset, std::string_view event);

  private:
    struct Log {
        std::string name;
        std::vector<std::uint64_t> hashes;  // by offset; 0: not seen yet
    };

    std::mutex mutex_;
    std::deque<Log> logs_;  // guarded by mutex_; the newest last
};

}  // namespace longwire::cli
