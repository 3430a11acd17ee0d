#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "protocol/net/http_client.h"
#include "tests/unit/net/test_server.h"

namespace longwire::net::test {

/// Limits that only a failing test reaches.
inline HttpLimits patient() {
    return {.connect_timeout_ms = 60'000, .header_timeout_ms = 60'000, .idle_timeout_ms = 60'000};
}

inline HttpRequest get(const std::string& url, HttpLimits limits = patient()) {
    return {.url = parse_url(url).value(), .limits = limits};
}

inline HttpClient make_client(HttpClientOptions options = {}) {
    return HttpClient::make(std::move(options)).value();
}

/// Made once: reading the system's store takes its time under a sanitizer.
inline const HttpClient& plain_client() {
    static const HttpClient client = make_client();
    return client;
}

/// The answer whole: head and body, or why there is none.
struct Fetched {
    HttpHead head;
    std::string body;
    HttpError error;
    bool ok = false;
};

inline Fetched fetch(const HttpRequest& request, const HttpClient& client = plain_client()) {
    Fetched fetched;
    auto answer = client.send(request);
    if (!answer) {
        fetched.error = answer.error();
        return fetched;
    }
    fetched.head = answer->head();
    auto body = answer->rest();
    fetched.ok = body.has_value();
    if (body) {
        fetched.body = *body;
    } else {
        fetched.error = body.error();
    }
    return fetched;
}

/// Says `bytes` to each request and closes.
inline TestServer::Script says(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

}  // namespace longwire::net::test
