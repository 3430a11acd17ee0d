#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "edge/http/api.h"
#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/fake_shard.h"
#include "tests/unit/edge/http/fake_exchange.h"

namespace longwire::edge {

/// The HTTP interface of a shard.
struct ApiFixture : FakeShard {
    using Exchange = std::shared_ptr<FakeExchange>;

    Exchange send(net::HttpRequest request) {
        auto exchange = std::make_shared<FakeExchange>();
        api.handle(request, exchange);
        return exchange;
    }
    Exchange request(const std::string& method, const std::string& target, const std::string& body = {},
                     std::vector<net::Header> headers = {}) {
        const auto question = target.find('?');
        net::HttpRequest made;
        made.method = method;
        made.path = target.substr(0, question);
        if (question != std::string::npos) made.query = target.substr(question + 1);
        made.body = body;
        made.headers = std::move(headers);
        return send(std::move(made));
    }
    Exchange get(const std::string& target) { return request("GET", target); }
    Exchange post(const std::string& target, const std::string& body = {}) { return request("POST", target, body); }

    bool is_linked = true;
    http::StaticFiles console;
    http::Api api{services, {console, [this] { return is_linked; }, [] { return std::string("longwire_up 1\n"); }}};
};

}  // namespace longwire::edge
