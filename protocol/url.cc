#include "protocol/url.h"

#include <algorithm>
#include <charconv>

#include "protocol/ascii.h"
#include "protocol/ip_address.h"

namespace longwire {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

Error refused(std::string message) {
    return bad_request("url", std::move(message));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Resolvers take such a last label for a number: 127.1, 0x7f000001 and 2130706433 are all this machine.
bool reads_as_number(std::string_view label) {
    if (label.starts_with("0x")) return true;
    return std::all_of(label.begin(), label.end(), is_digit);
}

Status check_name(std::string_view host) {
    if (host.empty()) return refused("has no host");
    if (host.size() > kHostBytesMax) return refused("its host is longer than 253 bytes");
    std::string_view rest = host;
    while (true) {
        const std::size_t dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        if (label.empty()) return refused("its host has an empty label");
        if (label.size() > kLabelBytesMax) return refused("its host has a label longer than 63 bytes");
        for (const char c : label) {
            if ((c < 'a' || c > 'z') && !is_digit(c) && c != '-' && c != '_') {
                return refused("its host may have letters, digits, '-', '_' and '.' (names in other letters as xn--…)");
            }
        }
        if (dot == std::string_view::npos) {
            if (reads_as_number(label) && !parse_ip_address(host)) {
                return refused("its host is neither a name nor an IPv4 address of four numbers");
            }
            return {};
        }
        rest.remove_prefix(dot + 1);
    }
}

Status read_port(std::string_view text, Url& url) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) {
        return refused("its port must be a number from 1 to 65535");
    }
    url.port = static_cast<std::uint16_t>(port);
    return {};
}

Status read_authority(std::string_view text, Url& url) {
    if (text.find('@') != std::string_view::npos) return refused("must not carry a user or a password");
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos) return refused("its host has a '[' and no ']'");
        const auto address = parse_ip_address(text.substr(1, bracket - 1));
        if (!address || !address->is_v6) return refused("its host is no IPv6 address");
        url.host = to_string(*address);
        port = text.substr(bracket + 1);
        if (!port.empty() && port[0] != ':') return refused("has something other than a port after the host");
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        url.host = lower_case(text.substr(0, colon));
        LW_TRY_STATUS(check_name(url.host));
        port = text.substr(colon);
    }
    url.port = url.tls ? 443 : 80;
    return port.empty() ? Status{} : read_port(port.substr(1), url);
}

}  // namespace

std::string Url::host_and_port() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::string Url::authority() const {
    const std::string whole = host_and_port();
    return port == (tls ? 443 : 80) ? whole.substr(0, whole.rfind(':')) : whole;
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > Url::kBytesMax) return refused("is longer than " + std::to_string(Url::kBytesMax) + " bytes");
    for (const char c : text) {
        if (c <= ' ' || c > '~' || c == '\\') {
            return refused("must not have blanks, backslashes or characters beyond ASCII");
        }
    }
    const std::size_t scheme_end = text.find("://");
    const std::string scheme = lower_case(text.substr(0, std::min(scheme_end, text.size())));
    Url url;
    url.tls = scheme == "https";
    if (scheme_end == std::string_view::npos || (!url.tls && scheme != "http")) {
        return refused("must begin with http:// or https://");
    }
    std::string_view rest = text.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    LW_TRY_STATUS(read_authority(rest.substr(0, authority_end), url));
    const std::string_view target = rest.substr(authority_end);
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url;
}

}  // namespace longwire
