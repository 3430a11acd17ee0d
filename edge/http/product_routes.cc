#include "edge/http/product_routes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "edge/http/url.h"

namespace longwire::edge::http {
namespace {

bool is_variable(std::string_view segment) {
    return segment.starts_with('{');
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    return std::equal(
        pattern.begin(), pattern.end(), segments.begin(), segments.end(),
        [](const auto& wanted, const auto& given) { return is_variable(wanted) ? !given.empty() : wanted == given; });
}

bool fits(std::string_view method, const net::HttpRequest& request) {
    return request.method == method || (method == "GET" && request.method == "HEAD");
}

std::string token_of(const net::HttpRequest& request, const Opening::Values& query) {
    constexpr std::string_view kBearer = "Bearer ";
    const auto authorization = request.header("authorization");
    if (authorization.starts_with(kBearer)) return std::string(authorization.substr(kBearer.size()));
    if (const auto key = request.header("x-api-key"); !key.empty()) return std::string(key);
    for (const auto& [name, value] : query) {
        if (name == "token" || name == "session_token") return value;
    }
    return {};
}

/// Whoever is not let in is told what they lack: a token that still holds. Nothing here is gone.
Error refusal(Error error) {
    if (error.code == Errc::expired) error.code = Errc::unauthorized;
    return error;
}

}  // namespace

ProductRoutes::ProductRoutes(std::vector<std::unique_ptr<Product>> products, const Authenticator& authenticator)
    : products_(std::move(products)), authenticator_(authenticator) {}

void ProductRoutes::declare(SettingSink& settings) {
    for (const auto& product : products_) product->declare(settings);
}

void ProductRoutes::open() {
    for (const auto& product : products_) {
        for (auto& route : product->routes()) {
            auto segments = split_segments(route.path);
            entries_.push_back({std::move(route), std::move(segments.value())});
        }
    }
    // A level that is named goes before one that may be anything.
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::lexicographical_compare(
            a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
            [](const auto& x, const auto& y) { return !is_variable(x) && is_variable(y); });
    });
}

Result<std::optional<ProductRoutes::Match>> ProductRoutes::find(Route::Kind kind,
                                                                const net::HttpRequest& request) const {
    const auto segments = split_segments(request.path);
    if (!segments) return segments.error();
    for (const auto& entry : entries_) {
        if (entry.route.kind != kind || !fits(entry.segments, *segments)) continue;
        if (!fits(entry.route.method, request)) continue;
        LW_TRY(Opening asked, opening(entry, *segments, request));
        const auto admitted = entry.route.admit ? entry.route.admit(asked)
                              : asked.who       ? Status()
                                                : Status(asked.who.error());
        if (!admitted) return refusal(admitted.error());
        return std::optional<Match>(Match{entry.route, std::move(asked)});
    }
    return std::optional<Match>();
}

Result<Opening> ProductRoutes::opening(const Entry& entry, const std::vector<std::string>& segments,
                                       const net::HttpRequest& request) const {
    LW_TRY(Opening::Values query, parse_query(request.query));
    Opening::Values path;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto& wanted = entry.segments[i];
        if (is_variable(wanted)) path.emplace_back(wanted.substr(1, wanted.size() - 2), segments[i]);
    }
    auto token = token_of(request, query);
    auto who = authenticator_.identify(token);
    return Opening{std::move(path), std::move(query), std::string(request.header("last-event-id")), std::move(token),
                   std::move(who)};
}

std::string ProductRoutes::methods(const net::HttpRequest& request) const {
    std::set<std::string> methods;
    const auto segments = split_segments(request.path);
    if (!segments) return {};
    for (const auto& entry : entries_) {
        if (entry.route.kind == Route::Kind::http && fits(entry.segments, *segments))
            methods.insert(entry.route.method);
    }
    std::string list;
    for (const auto& method : methods) list.append(list.empty() ? "" : ", ").append(method);
    return list;
}

bool ProductRoutes::has_websocket(const net::HttpRequest& request) const {
    const auto segments = split_segments(request.path);
    return segments && std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
               return entry.route.kind == Route::Kind::websocket && fits(entry.segments, *segments);
           });
}

}  // namespace longwire::edge::http
