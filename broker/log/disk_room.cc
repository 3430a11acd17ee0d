#include "broker/log/disk_room.h"

#include <poll.h>
#include <sys/statvfs.h>

#include <algorithm>

namespace longwire::broker {
namespace {

constexpr int kLongestPauseMs = 1000;
constexpr std::int64_t kRetryAfterMs = 1000;

}  // namespace

Status DiskRoom::check() {
    struct statvfs disk {};
    if (::statvfs(directory_.c_str(), &disk) != 0) return {};  // the next write will say what is wrong
    free_bytes_ = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    const auto wanted = has_room_ ? reserve_bytes_ : reserve_bytes_ + reserve_bytes_ / 4;
    has_room_ = !is_awaited() && free_bytes_ >= wanted;
    if (has_room_) return {};
    return Error{Errc::unavailable,
                 "the disk of " + directory_ + " is full: " + std::to_string(free_bytes_ >> 20) +
                     " MiB left; nothing new is taken until there is room",
                 {},
                 kRetryAfterMs};
}

void DiskRoom::Wait::pause() {
    ::poll(nullptr, 0, pause_ms_);
    pause_ms_ = std::min(2 * pause_ms_, kLongestPauseMs);
}

}  // namespace longwire::broker
