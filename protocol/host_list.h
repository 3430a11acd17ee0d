#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "protocol/url.h"

namespace longwire {

/// Hosts as an operator lists them: "example.org", "*.example.org" (its subdomains, not itself), "192.0.2.7", "[::1]";
/// each with ":PORT" or without.
class HostList {
  public:
    /// Which ports an entry without one means.
    enum class Ports : std::uint8_t { any, usual };  // usual: 80 of http, 443 of https

    /// Errors: bad_request that quotes the entry.
    static Result<HostList> parse(const std::vector<std::string>& entries, Ports without_port);

    bool empty() const { return entries_.empty(); }
    bool has(const Url& url) const;

  private:
    struct Entry {
        std::string host;  // beginning with a dot: of subdomains
        std::uint16_t port = 0;
    };
    static Result<Entry> parse_entry(std::string_view text);

    std::vector<Entry> entries_;
    Ports without_port_ = Ports::any;
};

}  // namespace longwire
