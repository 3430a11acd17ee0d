#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::cli {

/// (topic, epoch, offset) names one event for all who watch: the first to see an offset says what it is.
///
/// Thread: any.
class AgreedEvents {
  public:
    /// False where somebody has seen another event under this offset.
    bool agrees(const std::string& epoch, std::uint64_t offset, std::string_view event);

  private:
    std::mutex mutex_;
    std::string epoch_;                  // guarded by mutex_, as are the hashes
    std::vector<std::uint64_t> hashes_;  // by offset; 0: not seen yet
};

}  // namespace longwire::cli
