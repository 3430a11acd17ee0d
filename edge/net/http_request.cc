#include "edge/net/http_request.h"

#include <utility>

#include "protocol/ascii.h"

namespace longwire::edge::net {
namespace {

/// The path and query of a request target: "/p?q", "http://host/p?q" (as to a proxy) or "*". Empty if
/// neither.
std::string_view strip_authority(std::string_view target) {
    if (target.empty()) return {};
    if (target.front() == '/' || target == "*") return target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (lower_case(target.substr(0, scheme.size())) != scheme) continue;
        const auto path = target.find_first_of("/?", scheme.size());
        return path == std::string_view::npos ? "/" : target.substr(path);
    }
    return {};
}

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
    for (const auto& header : headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

std::optional<HttpRequest> to_http_request(BeastRequest& parsed, const std::string& remote_address) {
    namespace http = boost::beast::http;
    const auto target = strip_authority(view(parsed.target()));
    if (target.empty()) return std::nullopt;
    if (parsed.version() >= 11 && parsed.count(http::field::host) != 1) return std::nullopt;
    HttpRequest request;
    request.method = view(parsed.method_string());
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (request.path.empty()) request.path = "/";
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    for (const auto& field : parsed) {
        request.headers.push_back(Header{lower_case(view(field.name_string())), std::string(view(field.value()))});
    }
    request.body = std::move(parsed.body());
    request.remote_address = remote_address;
    return request;
}

}  // namespace longwire::edge::net
