#include "worker/agent/core/http_allow.h"

#include <algorithm>
#include <utility>

namespace longwire::agent {

Result<HttpAllow> HttpAllow::parse(const std::vector<std::string>& entries) {
    HttpAllow allow;
    for (const auto& text : entries) {
        const bool is_wildcard = text.starts_with("*.");
        const auto url = parse_url("http://" + text.substr(is_wildcard ? 2 : 0));
        if (!url || url->target != "/" || text.ends_with('/') || text.find('?') != std::string::npos) {
            return bad_request("", "'" + text + "' is neither HOST nor HOST:PORT nor *.HOST");
        }
        const bool has_port = text.ends_with(":" + std::to_string(url->port));
        allow.entries_.push_back({(is_wildcard ? "." : "") + url->host, has_port ? url->port : std::uint16_t{0}});
    }
    return allow;
}

bool HttpAllow::allows(const Url& url) const {
    const std::uint16_t usual = url.tls ? 443 : 80;
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        if (url.port != (entry.port == 0 ? usual : entry.port)) return false;
        if (!entry.host.starts_with('.')) return url.host == entry.host;
        return url.host.size() > entry.host.size() && url.host.ends_with(entry.host);
    });
}

}  // namespace longwire::agent
