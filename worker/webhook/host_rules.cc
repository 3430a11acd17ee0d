#include "worker/webhook/host_rules.h"

#include <algorithm>

namespace longwire::webhook {

Result<HostRules> HostRules::make(const std::vector<std::string>& named, bool only_named) {
    HostRules rules;
    rules.only_named_ = only_named;
    for (const auto& text : named) {
        LW_TRY(Rule rule, read_rule(text));
        rules.rules_.push_back(std::move(rule));
    }
    return rules;
}

Result<HostRules::Rule> HostRules::read_rule(std::string_view text) {
    Rule rule;
    std::string_view host = text;
    rule.is_suffix = host.starts_with("*.");
    if (rule.is_suffix) host.remove_prefix(2);
    const bool has_more = host.find_first_of("/?#") != std::string_view::npos;
    const auto url = parse_url("http://" + std::string(host));
    if (has_more || !url) {
        return bad_request("allow-host",
                           "'" + std::string(text) + "' is no HOST, *.SUFFIX, HOST:PORT or *.SUFFIX:PORT");
    }
    rule.host = url->host;
    const bool has_port = url->host_and_port().size() == host.size() || host.ends_with(":80");
    if (has_port) rule.port = url->port;
    return rule;
}

bool HostRules::is_named(const Url& url) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        if (rule.port != 0 && rule.port != url.port) return false;
        return rule.is_suffix ? url.host.ends_with("." + rule.host) : url.host == rule.host;
    });
}

}  // namespace longwire::webhook
