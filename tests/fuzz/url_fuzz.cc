// URLs: what is accepted says the same when it is written out and read again, and can't leave its place in a request.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/ip_address.h"
#include "protocol/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto address = parse_ip_address(input)) {
        if (parse_ip_address(to_string(*address)) != address) std::abort();
        static_cast<void>(is_public(*address));
    }
    const auto url = parse_url(input);
    if (!url) {
        if (url.error().field != "url" || url.error().message.empty()) std::abort();
        return 0;
    }
    if (url->host.empty() || url->port == 0 || !url->target.starts_with('/')) std::abort();
    for (const char c : url->host + url->target) {
        if (c <= ' ' || c > '~') std::abort();
    }
    if (url->host.find_first_of("@/?#\\[]") != std::string::npos) std::abort();
    const std::string whole = (url->tls ? "https://" : "http://") + url->authority() + url->target;
    const auto again = parse_url(whole);
    // A written-out port or slash may take a URL over the bound.
    if (!again) return whole.size() > Url::kBytesMax ? 0 : (std::abort(), 0);
    if (again->host != url->host || again->port != url->port || again->target != url->target) std::abort();
    return 0;
}
