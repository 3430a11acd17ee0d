#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/dialects/translator.h"
#include "protocol/result.h"

namespace longwire::edge {

/// What a client has asked for by connecting.
struct Opening {
    using Values = std::vector<std::pair<std::string, std::string>>;

    Values path_values;  // by the names in the route's path; decoded, like the query's
    Values query_values;
    std::string last_event_id;
    std::string token;     // from Authorization, X-API-Key or the query; empty if none
    Result<Identity> who;  // that the token names

    /// Empty if absent.
    std::string_view path(std::string_view name) const { return find(path_values, name); }
    std::string_view query(std::string_view name) const { return find(query_values, name); }

  private:
    static std::string_view find(const Values& values, std::string_view name);
};

/// Where a product's clients connect.
struct Route {
    enum class Kind : std::uint8_t { websocket, http };

    Kind kind = Kind::websocket;
    std::string method = "GET";
    std::string path;  // "/ws/tasks/{task_id}": a name in braces stands for one level

    std::function<std::unique_ptr<Translator>(Host&, const Opening&)> translate;

    /// Refuses before the upgrade, with an HTTP status. Without one whoever is somebody is let in.
    std::function<Status(const Opening&)> admit = {};
};

struct ProductSetting {
    std::string name;        // begins with the product's: "coordination-chunk-ms" is --coordination-chunk-ms
    std::string help;        // what it is for, with its unit
    std::string value_name;  // how --help calls its value
};

/// Where a product declares its settings. What a variable holds then is the default.
class SettingSink {
  public:
    virtual ~SettingSink() = default;

    using Check = std::function<Status(const std::string& value)>;  // its error says what is accepted

    virtual void text(const ProductSetting& setting, std::string& value, const Check& check = {}) = 0;
    virtual void number(const ProductSetting& setting, std::int64_t& value, std::int64_t least, std::int64_t most) = 0;
    virtual void list(const ProductSetting& setting, std::vector<std::string>& value, const Check& check_each = {}) = 0;
    virtual void toggle(const ProductSetting& setting, bool& value) = 0;
};

/// A product whose frontends Longwire serves: its settings and its routes. One for the whole edge, declared before any
/// shard runs; from then on its settings do not change, and whatever else its clients share is its own to guard.
class Product {
  public:
    virtual ~Product() = default;

    virtual std::string_view name() const = 0;
    virtual void declare(SettingSink& /*settings*/) {}
    virtual std::vector<Route> routes() = 0;
};

/// A field of an opening's path or query as a whole number; `fallback` if absent.
Result<std::int64_t> read_number(std::string_view name, std::string_view text, std::int64_t fallback,
                                 std::int64_t least, std::int64_t most);

}  // namespace longwire::edge
