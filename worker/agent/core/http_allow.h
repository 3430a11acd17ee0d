#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "protocol/url.h"

namespace longwire::agent {

/// The hosts that agents may read from: "example.org", "example.org:8443", "*.example.org" (its subdomains, not
/// itself), "192.0.2.7". Without a port an entry allows the usual one of http and https.
class HttpAllow {
  public:
    /// Errors: bad_request naming the entry.
    static Result<HttpAllow> parse(const std::vector<std::string>& entries);

    bool empty() const { return entries_.empty(); }
    bool allows(const Url& url) const;

  private:
    struct Entry {
        std::string host;  // beginning with a dot: of subdomains
        std::uint16_t port = 0;
    };
    std::vector<Entry> entries_;
};

}  // namespace longwire::agent
