#include "edge/http/problem.h"

#include <utility>

#include "edge/net/http_message.h"
#include "protocol/json.h"

namespace longwire::edge::http {
namespace {

net::HttpResponse problem_response(unsigned status, std::string_view code, std::string_view detail,
                                   std::string_view field) {
    std::string json = "{\"type\":\"about:blank\",\"title\":";
    append_json_string(net::reason_phrase(status), json);
    json += ",\"status\":" + std::to_string(status) + ",\"code\":";
    append_json_string(code, json);
    json += ",\"detail\":";
    append_json_string(detail, json);
    if (!field.empty()) {
        json += ",\"field\":";
        append_json_string(field, json);
    }
    auto response = json_response(status, json + "}");
    response.content_type = "application/problem+json";
    return response;
}

}  // namespace

unsigned status_of(Errc code) {
    switch (code) {
        case Errc::bad_request:
            return 400;
        case Errc::unauthorized:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::expired:
            return 410;
        case Errc::too_large:
            return 413;
        case Errc::rate_limited:
            return 429;
        case Errc::too_many:
            return 429;
        case Errc::unavailable:
            return 503;
        case Errc::internal:
            return 500;
    }
    return 500;
}

net::HttpResponse problem(const Error& error) {
    auto response = problem_response(status_of(error.code), to_string(error.code), error.message, error.field);
    if (error.retry_after_ms > 0) {
        response.headers.push_back({"Retry-After", std::to_string((error.retry_after_ms + 999) / 1000)});
    }
    return response;
}

net::HttpResponse json_response(unsigned status, std::string json) {
    net::HttpResponse response;
    response.status = status;
    response.body = std::make_shared<const std::string>(std::move(json));
    return response;
}

net::HttpResponse method_not_allowed(std::string_view allowed) {
    auto response = problem_response(405, "bad_request", "this resource knows " + std::string(allowed), "method");
    response.headers.push_back({"Allow", std::string(allowed)});
    return response;
}

net::HttpResponse upgrade_required() {
    auto response = problem_response(426, "bad_request", "there is a WebSocket here and nothing else", "upgrade");
    response.headers.push_back({"Upgrade", "websocket"});
    return response;
}

}  // namespace longwire::edge::http
