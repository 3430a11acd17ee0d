#include "clients/cli/server_address.h"

#include <algorithm>

#include "protocol/node/setting.h"

namespace longwire::cli {
namespace {

Error refused(std::string_view url) {
    return bad_request("", "'" + std::string(url) + "' is not a URL such as http://127.0.0.1:8080");
}

std::string encoded(std::string_view text, bool keep_slash) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kMarks = "-._~";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           kMarks.find(c) != std::string_view::npos || (keep_slash && c == '/');
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 0xF];
        }
    }
    return out;
}

}  // namespace

std::string ServerAddress::url() const {
    return (tls ? "https://" : "http://") + authority() + path;
}

std::string ServerAddress::authority() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

Result<ServerAddress> parse_server_address(std::string_view url) {
    ServerAddress address;
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return refused(url);
    const std::string_view scheme = url.substr(0, scheme_end);
    address.tls = scheme == "https" || scheme == "wss";
    if (!address.tls && scheme != "http" && scheme != "ws") return refused(url);

    std::string_view rest = url.substr(scheme_end + 3);
    if (rest.find_first_of("?#@ \r\n\t") != std::string_view::npos) return refused(url);
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) {
        address.path = rest.substr(slash);
        while (address.path.ends_with('/')) address.path.pop_back();
        rest = rest.substr(0, slash);
    }
    address.port = address.tls ? "443" : "80";
    if (rest.starts_with('[')) {
        const std::size_t bracket = rest.find(']');
        if (bracket == std::string_view::npos) return refused(url);
        address.host = rest.substr(1, bracket - 1);
        rest.remove_prefix(bracket + 1);
    } else {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        address.host = rest.substr(0, colon);
        rest.remove_prefix(colon);
    }
    if (!rest.empty()) {
        const auto port = read_number(rest.substr(1), 1, 65535);
        if (rest[0] != ':' || !port) return refused(url);
        address.port = std::to_string(*port);
    }
    if (address.host.empty()) return refused(url);
    return address;
}

std::string percent_encoded_path(std::string_view text) {
    return encoded(text, true);
}
std::string percent_encoded(std::string_view text) {
    return encoded(text, false);
}

}  // namespace longwire::cli
