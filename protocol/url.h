#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire {

/// An http or https URL, in the parts that a client needs.
struct Url {
    static constexpr std::size_t kBytesMax = 2048;

    bool tls = false;
    std::string host;  // in lower case: a name, or an address (IPv6 without brackets)
    std::uint16_t port = 80;
    std::string target = "/";  // path and query, as they were written

    /// The Host header's value: the port is there unless it is the scheme's own.
    std::string authority() const;
    /// "host:port", for messages.
    std::string host_and_port() const;
};

/// Reads an absolute URL of at most kBytesMax bytes. A fragment is left out, since servers never see one. What
/// programs read in different ways is refused: userinfo, percent signs and other than ASCII letters in the host,
/// numbers that some take for an IPv4 address, backslashes, blanks. Errors: bad_request, with `url` as the field.
Result<Url> parse_url(std::string_view text);

}  // namespace longwire
