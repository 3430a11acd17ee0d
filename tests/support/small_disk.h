#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace longwire {

/// A disk of a test's own, mounted at `directory`, which is made: a tmpfs, so that it is full when it is full. Where
/// this may not be done, why_not() says so and the test is to be skipped.
class SmallDisk {
  public:
    SmallDisk(std::string directory, std::uint64_t bytes) : directory_(std::move(directory)) {
        ::mkdir(directory_.c_str(), 0755);
        const auto options = "size=" + std::to_string(bytes);
        if (::mount("tmpfs", directory_.c_str(), "tmpfs", 0, options.c_str()) != 0) why_not_ = std::strerror(errno);
    }
    ~SmallDisk() {
        if (why_not_.empty()) ::umount2(directory_.c_str(), MNT_DETACH);
        ::rmdir(directory_.c_str());
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    const std::string& why_not() const { return why_not_; }

    std::uint64_t free_bytes() const {
        struct statvfs disk {};
        ::statvfs(directory_.c_str(), &disk);
        return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    }

    /// Takes all room but so much, as somebody else's file would.
    void fill(std::uint64_t left_bytes = 0) const {
        const int fd = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        const std::vector<char> block(64 << 10, 'x');
        while (free_bytes() > left_bytes) {
            const auto size = std::min<std::uint64_t>(block.size(), free_bytes() - left_bytes);
            if (::write(fd, block.data(), size) <= 0) break;
        }
        ::close(fd);
    }
    void make_room() const { ::unlink(filler().c_str()); }

  private:
    std::string filler() const { return directory_ + "/filler"; }

    std::string directory_;
    std::string why_not_;
};

}  // namespace longwire
