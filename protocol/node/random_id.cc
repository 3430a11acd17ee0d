#include "protocol/node/random_id.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace longwire {
namespace {

void fill_random(void* buffer, std::size_t bytes) {
    auto* to = static_cast<unsigned char*>(buffer);
    while (bytes > 0) {
        const ssize_t got = getrandom(to, bytes, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            std::perror("getrandom");
            std::abort();  // ids that repeat would be worse
        }
        to += got;
        bytes -= static_cast<std::size_t>(got);
    }
}

}  // namespace

std::uint64_t random_u64() {
    std::uint64_t value = 0;
    fill_random(&value, sizeof value);
    return value;
}

std::string random_id(std::string_view prefix, std::size_t length) {
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::vector<unsigned char> random(length);
    fill_random(random.data(), random.size());
    std::string id{prefix};
    for (const unsigned char byte : random) id += kAlphabet[byte & 31];
    return id;
}

}  // namespace longwire
