#include "protocol/node/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "protocol/descriptor.h"

namespace longwire {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

Error cannot_read(const std::string& name, int number) {
    return Error{number == ENOENT ? Errc::not_found : Errc::unavailable,
                 name + " cannot be read: " + std::generic_category().message(number)};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return cannot_read(path, errno);
    return read_to_end(file.get(), path, bytes_max);
}

Result<std::string> read_to_end(int fd, const std::string& name, std::size_t bytes_max) {
    std::string bytes;
    std::array<char, kPieceBytes> piece;
    while (true) {
        const auto got = ::read(fd, piece.data(), piece.size());
        if (got == 0) return bytes;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannot_read(name, errno);
        const auto more = static_cast<std::size_t>(got);
        if (more > bytes_max - bytes.size()) {
            return Error{Errc::too_large, name + " has more than " + std::to_string(bytes_max) + " bytes"};
        }
        bytes.append(piece.data(), more);
    }
}

}  // namespace longwire
