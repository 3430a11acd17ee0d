#include "protocol/host_list.h"

#include <algorithm>
#include <utility>

namespace longwire {

Result<HostList> HostList::parse(const std::vector<std::string>& entries, Ports without_port) {
    HostList list;
    list.without_port_ = without_port;
    for (const auto& text : entries) {
        LW_TRY(Entry entry, parse_entry(text));
        list.entries_.push_back(std::move(entry));
    }
    return list;
}

Result<HostList::Entry> HostList::parse_entry(std::string_view text) {
    std::string_view host = text;
    const bool is_suffix = host.starts_with("*.");
    if (is_suffix) host.remove_prefix(2);
    const bool has_more = host.find_first_of("/?#") != std::string_view::npos;
    const auto url = parse_url("http://" + std::string(host));
    if (has_more || !url) {
        return bad_request("", "'" + std::string(text) + "' is no HOST, *.SUFFIX, HOST:PORT or *.SUFFIX:PORT");
    }
    const bool has_port = host.ends_with(":" + std::to_string(url->port));
    return Entry{(is_suffix ? "." : "") + url->host, has_port ? url->port : std::uint16_t{0}};
}

bool HostList::has(const Url& url) const {
    const std::uint16_t usual = url.tls ? 443 : 80;
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        const bool is_port =
            entry.port == 0 ? without_port_ == Ports::any || url.port == usual : url.port == entry.port;
        if (!is_port) return false;
        if (!entry.host.starts_with('.')) return url.host == entry.host;
        return url.host.size() > entry.host.size() && url.host.ends_with(entry.host);
    });
}

}  // namespace longwire
