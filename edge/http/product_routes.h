#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/product.h"
#include "edge/net/server.h"

namespace longwire::edge::http {

/// The table of all products' routes, and what a request says to the one that it finds. Thread: any, once made.
class ProductRoutes {
  public:
    ProductRoutes(std::vector<std::unique_ptr<Product>> products, const Authenticator& authenticator);

    /// Declares every product's settings; before the first request.
    void declare(SettingSink& settings);

    /// The routes, once the settings are read.
    void open();

    struct Match {
        const Route& route;
        Opening opening;
    };

    /// Nothing where no route has this path. Errors: bad_request where path or query cannot be decoded; those of the
    /// route's admission.
    Result<std::optional<Match>> find(Route::Kind kind, const net::HttpRequest& request) const;

    /// The methods that HTTP routes with this path have: "GET, POST"; empty if there is no such path.
    std::string methods(const net::HttpRequest& request) const;

    /// Whether there is a WebSocket at this path.
    bool has_websocket(const net::HttpRequest& request) const;

  private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
    };

    Result<Opening> opening(const Entry& entry, const std::vector<std::string>& segments,
                            const net::HttpRequest& request) const;

    std::vector<std::unique_ptr<Product>> products_;
    const Authenticator& authenticator_;
    std::vector<Entry> entries_;
};

}  // namespace longwire::edge::http
