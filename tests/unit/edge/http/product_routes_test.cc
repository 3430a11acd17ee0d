#include "edge/http/product_routes.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/http/puppet_product.h"

namespace longwire::edge {
namespace {

using Kind = Route::Kind;

/// Knows "anna" and whoever brings no token.
struct TwoPeople final : Authenticator {
    Result<Identity> identify(std::string_view token) const override {
        if (token.empty()) return Identity{"dev", "nobody"};
        if (token == "old") return Error{Errc::expired, "the token has expired"};
        if (token == "anna") return Identity{"dev", "anna"};
        return Error{Errc::unauthorized, "who is that?"};
    }
};

Route route(std::string method, std::string path, Kind kind = Kind::http) {
    Route made;
    made.kind = kind;
    made.method = std::move(method);
    made.path = std::move(path);
    return made;
}

struct ProductRoutes : testing::Test {
    http::ProductRoutes& with(std::vector<Route> given) {
        std::vector<std::unique_ptr<Product>> products;
        products.push_back(std::make_unique<PuppetProduct>(std::move(given)));
        routes.emplace(std::move(products), authenticator);
        routes->open();
        return *routes;
    }
    static net::HttpRequest request(const std::string& method, const std::string& target,
                                    std::vector<net::Header> headers = {}) {
        net::HttpRequest made;
        made.method = method;
        made.path = target.substr(0, target.find('?'));
        if (made.path.size() < target.size()) made.query = target.substr(made.path.size() + 1);
        made.headers = std::move(headers);
        return made;
    }
    /// The path of the route that a request finds, or the error.
    std::string found(const std::string& method, const std::string& target, Kind kind = Kind::http) {
        const auto match = routes->find(kind, request(method, target));
        if (!match) return describe(match.error());
        return *match ? (*match)->route.path : "nothing";
    }
    Opening opened(const std::string& target, std::vector<net::Header> headers = {}) {
        auto match = routes->find(Kind::http, request("GET", target, std::move(headers)));
        return std::move((*match)->opening);
    }

    TwoPeople authenticator;
    std::optional<http::ProductRoutes> routes;
};

TEST_F(ProductRoutes, AreFoundByPathMethodAndKind) {
    with({route("GET", "/a/{x}"), route("POST", "/a/{x}"), route("GET", "/a/{x}/b"),
          route("GET", "/ws/{x}", Kind::websocket)});
    EXPECT_EQ(found("GET", "/a/1"), "/a/{x}");
    EXPECT_EQ(found("POST", "/a/1?q=2"), "/a/{x}");
    EXPECT_EQ(found("GET", "/a/1/b"), "/a/{x}/b");
    EXPECT_EQ(found("DELETE", "/a/1"), "nothing");
    EXPECT_EQ(found("GET", "/a"), "nothing");
    EXPECT_EQ(found("GET", "/a/"), "nothing") << "a name stands for at least one letter";
    EXPECT_EQ(found("GET", "/a/1/c"), "nothing");
    EXPECT_EQ(found("GET", "/a/1/b/c"), "nothing");
    EXPECT_EQ(found("GET", "/ws/1"), "nothing");
    EXPECT_EQ(found("GET", "/ws/1", Kind::websocket), "/ws/{x}");
    EXPECT_EQ(found("GET", "/a/1", Kind::websocket), "nothing");
}

TEST_F(ProductRoutes, WhatMayBeGotMayBeAskedForItsHead) {
    with({route("GET", "/a"), route("POST", "/b")});
    EXPECT_EQ(found("HEAD", "/a"), "/a");
    EXPECT_EQ(found("HEAD", "/b"), "nothing");
}

TEST_F(ProductRoutes, ALevelThatIsNamedGoesBeforeOneThatMayBeAnything) {
    with({route("GET", "/{x}/{y}"), route("GET", "/a/{y}"), route("GET", "/{x}/b"), route("GET", "/a/b")});
    EXPECT_EQ(found("GET", "/a/b"), "/a/b");
    EXPECT_EQ(found("GET", "/a/c"), "/a/{y}");
    EXPECT_EQ(found("GET", "/c/b"), "/{x}/b");
    EXPECT_EQ(found("GET", "/c/d"), "/{x}/{y}");
}

TEST_F(ProductRoutes, ANamedLevelOfAnotherMethodIsNoReasonToFindNothing) {
    with({route("POST", "/a/{x}"), route("GET", "/a/b")});
    EXPECT_EQ(found("POST", "/a/b"), "/a/{x}");
}

TEST_F(ProductRoutes, PathAndQueryAreDecoded) {
    with({route("GET", "/a/{x}/{y}")});
    const auto opening = opened("/a/one%2Ftwo/%C3%BC?q=a%20b&empty=&q=again", {{"last-event-id", "e:1"}});
    EXPECT_EQ(opening.path("x"), "one/two");
    EXPECT_EQ(opening.path("y"), "ü");
    EXPECT_EQ(opening.path("z"), "");
    EXPECT_EQ(opening.query("q"), "a b");
    EXPECT_EQ(opening.query("empty"), "");
    EXPECT_EQ(opening.last_event_id, "e:1");
}

TEST_F(ProductRoutes, WhatCannotBeDecodedIsABadRequest) {
    with({route("GET", "/a/{x}")});
    EXPECT_TRUE(found("GET", "/a/%zz").starts_with("bad_request"));
    EXPECT_TRUE(found("GET", "/a/1?q=%zz").starts_with("bad_request"));
}

TEST_F(ProductRoutes, ATokenMayComeInFourPlaces) {
    with({route("GET", "/a")});
    EXPECT_EQ(opened("/a", {{"authorization", "Bearer anna"}}).who->user, "anna");
    EXPECT_EQ(opened("/a", {{"x-api-key", "anna"}}).who->user, "anna");
    EXPECT_EQ(opened("/a?token=anna").who->user, "anna");
    EXPECT_EQ(opened("/a?session_token=anna").who->user, "anna");
    EXPECT_EQ(opened("/a?token=bob", {{"authorization", "Bearer anna"}, {"x-api-key", "eve"}}).token, "anna");
    EXPECT_EQ(opened("/a", {{"authorization", "Basic anna"}}).who->user, "nobody");
}

TEST_F(ProductRoutes, WhoIsNobodyIsNotLetIn) {
    with({route("GET", "/a")});
    EXPECT_EQ(found("GET", "/a?token=eve"), "unauthorized: who is that?");
    EXPECT_EQ(found("GET", "/a?token=old"), "unauthorized: the token has expired") << "401, not 410";
}

TEST_F(ProductRoutes, AProductMayDecideWhomItLetsIn) {
    auto lenient = route("GET", "/lenient");
    lenient.admit = [](const Opening&) { return Status(); };
    auto strict = route("GET", "/strict/{x}");
    strict.admit = [](const Opening& opening) -> Status {
        if (!opening.who) return opening.who.error();
        return opening.path("x") == "in" ? Status() : Status(Error{Errc::forbidden, "not you"});
    };
    with({lenient, strict});
    EXPECT_EQ(found("GET", "/lenient?token=eve"), "/lenient");
    EXPECT_EQ(found("GET", "/strict/in"), "/strict/{x}");
    EXPECT_EQ(found("GET", "/strict/out"), "forbidden: not you");
    EXPECT_EQ(found("GET", "/strict/in?token=old"), "unauthorized: the token has expired");
}

TEST_F(ProductRoutes, TheMethodsOfAPathAreTold) {
    with({route("GET", "/a/{x}"), route("POST", "/a/{x}"), route("GET", "/a/b"), route("GET", "/w", Kind::websocket)});
    EXPECT_EQ(routes->methods(request("PUT", "/a/1")), "GET, POST");
    EXPECT_EQ(routes->methods(request("PUT", "/a/b")), "GET, POST") << "each once";
    EXPECT_EQ(routes->methods(request("PUT", "/none")), "");
    EXPECT_EQ(routes->methods(request("PUT", "/w")), "");
    EXPECT_EQ(routes->methods(request("PUT", "/a/%zz")), "");
}

TEST_F(ProductRoutes, SettingsOfAllProductsAreDeclared) {
    struct Sink final : SettingSink {
        void text(const ProductSetting&, std::string&, const Check&) override {}
        void number(const ProductSetting&, std::int64_t&, std::int64_t, std::int64_t) override {}
        void list(const ProductSetting&, std::vector<std::string>&, const Check&) override {}
        void toggle(const ProductSetting& setting, bool&) override { names += setting.name + " "; }
        std::string names;
    } sink;
    std::vector<std::unique_ptr<Product>> products;
    for (int i = 0; i < 2; ++i) products.push_back(std::make_unique<PuppetProduct>(std::vector<Route>()));
    http::ProductRoutes(std::move(products), authenticator).declare(sink);
    EXPECT_EQ(sink.names, "puppet-is puppet-is ");
}

}  // namespace
}  // namespace longwire::edge
