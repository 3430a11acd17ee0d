#pragma once

#include <boost/json/serialize.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "edge/dialects/product.h"

namespace longwire::edge {

/// Does what a test wants when it is opened and spoken to, and keeps what it hears.
struct Puppet final : Translator {
    struct Strings {
        std::vector<std::string> heard;
        std::function<void(Host&)> on_open = [](Host&) {};
        std::function<void(Host&)> on_message = [](Host&) {};
    };

    Puppet(Host& host, Strings& strings) : host_(host), strings_(strings) {}

    void on_open() override { strings_.on_open(host_); }
    void on_message(const json::value& message) override {
        strings_.heard.push_back(json::serialize(message));
        strings_.on_message(host_);
    }
    void on_garbage(const Error& error) override { host_.refuse(error); }
    void on_event(const NativeEvent& event) override { host_.send({{"offset", event.offset}}, "at"); }
    void on_closed(std::uint16_t code) override { strings_.heard.push_back("closed " + std::to_string(code)); }

  private:
    Host& host_;
    Strings& strings_;
};

/// A product with the routes that a test gives it.
struct PuppetProduct final : Product {
    explicit PuppetProduct(std::vector<Route> routes) : given(std::move(routes)) {}

    std::string_view name() const override { return "puppet"; }
    void declare(SettingSink& sink) override { sink.toggle({"puppet-is", "", ""}, is); }
    std::vector<Route> routes() override { return given; }

    std::vector<Route> given;
    bool is = false;
};

}  // namespace longwire::edge
