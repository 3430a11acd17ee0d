#include "worker/webhook/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "protocol/node/file.h"
#include "protocol/node/random_id.h"
#include "worker/webhook/signature.h"

namespace longwire::webhook {
namespace {

constexpr std::size_t kBytesMax = 4 << 10;

Error refused(const std::string& file, const std::string& why) {
    return bad_request("secret-file", "'" + file + "' " + why);
}

}  // namespace

Result<std::vector<std::string>> load_secrets(const std::string& file) {
    const auto text = read_file(file, kBytesMax);
    if (!text) return bad_request("secret-file", text.error().message);
    auto secrets = read_secrets(*text);
    if (!secrets) return refused(file, secrets.error().message);
    return secrets;
}

Status make_secret_file(const std::string& file) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return errno == EEXIST ? Status{} : Status(refused(file, std::strerror(errno)));
    std::string bytes;
    for (int i = 0; i < 4; ++i) {
        const auto random = std::bit_cast<std::array<char, 8>>(random_u64());
        bytes.append(random.data(), random.size());
    }
    const std::string line = show_secret(bytes) + "\n";
    const bool is_written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    ::close(fd);
    return is_written ? Status{} : Status(refused(file, "cannot be written"));
}

}  // namespace longwire::webhook
