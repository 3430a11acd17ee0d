// What products' translators make of what their clients say, and of events and answers with any data. One input is a
// conversation, a line for each thing that happens:
//
//     ROUTE NAME=VALUE&…        first: one of the products' routes ("WS:/ws/tasks/{task_id}", "GET:/api/tasks"; any
//                               other word means one of them, too), and the values of its path and query
//     <TEXT                     the client says this
//     !TOPIC TYPE DATA          an event, its data in JSON
//     ?PUSH                     another push, in JSON
//     >OK                       the oldest command is answered so, in JSON
//     -                         the oldest command is refused
//     +MS                       time passes
//     ^                         all that was sent has arrived
//     .CODE                     the client goes

#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "edge/dialects/products.h"

namespace {

using namespace longwire;        // tidy: allow(using-namespace) a program of one function
using namespace longwire::edge;  // tidy: allow(using-namespace) a program of one function

constexpr std::size_t kCommandsMax = 10'000;
constexpr int kWakesMax = 10'000;

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view take_until(std::string_view& text, char end) {
    const auto part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return part;
}

std::optional<json::value> parse(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) return std::nullopt;
    return value;
}

class FuzzHost final : public Host {
  public:
    void play(std::string_view line) {
        if (line.empty() || is_gone_) return;
        const char what = line.front();
        line.remove_prefix(1);
        if (what == '<') return hear(line);
        if (what == '!') return pass_on_event(line);
        if (what == '>' || what == '-') return answer_one(what == '>' ? parse(line) : std::nullopt);
        if (what == '+') return pass_ms(std::min<std::int64_t>(number_in(line), 3'600'000));
        if (what == '^') return translator->on_proven(proofs_);
        if (what == '.') return go(static_cast<std::uint16_t>(number_in(line)));
        const auto push = what == '?' ? parse(line) : std::nullopt;
        if (push && push->is_object()) translator->on_push(push->get_object());
    }

    std::unique_ptr<Translator> translator;

  private:
    void hear(std::string_view text) {
        if (is_closing_) return;
        const auto message = parse(text);
        message ? translator->on_message(*message) : translator->on_garbage(bad_request("message", "is no JSON"));
    }
    void pass_on_event(std::string_view line) {
        NativeEvent event;
        event.topic = take_until(line, ' ');
        event.type = take_until(line, ' ');
        event.epoch = 1;
        event.offset = ++offset_;
        event.time_us = now_us_;
        if (event.topic.starts_with("task/")) event.task = event.topic.substr(5);
        if (auto data = parse(line)) event.data = std::move(*data);
        if (!is_closing_) translator->on_event(event);
    }
    void answer_one(const std::optional<json::value>& ok) {
        if (commands_.empty()) return;
        const auto on_reply = std::move(commands_.front());
        commands_.pop_front();
        if (!on_reply) return;
        const bool is_fine = ok && ok->is_object();
        on_reply(is_fine ? Result<json::object>(ok->get_object()) : Error{Errc::unavailable, "not now"});
    }
    void pass_ms(std::int64_t ms) {
        const auto end_us = now_us_ + ms * 1000;
        int wakes = 0;
        while (wake_us_ && *wake_us_ <= end_us) {
            if (++wakes > kWakesMax) std::abort();  // it would keep its shard busy for good
            now_us_ = std::max(now_us_, *wake_us_);
            wake_us_.reset();
            translator->on_time();
        }
        now_us_ = end_us;
    }
    void go(std::uint16_t code) {
        is_gone_ = true;
        translator->on_closed(code);
    }

    void send(const json::object& message, std::string_view /*id*/) override { json::serialize(message); }
    void send_event(const NativeEvent& event, RenderEvent render) override { json::serialize(render(event)); }
    void answer(unsigned status, const json::value& body) override {
        if (status < 200 || status > 599) std::abort();
        json::serialize(body);
    }
    void refuse(const Error& /*error*/) override {}
    void close(std::uint16_t code, std::string_view /*reason*/) override {
        if (code < 1000 || code > 4999) std::abort();
        is_closing_ = true;
    }
    std::uint64_t prove() override { return ++proofs_; }
    void command(std::string_view name, json::object fields, OnReply on_reply) override {
        json::serialize(fields);
        if (name.empty() || commands_.size() > kCommandsMax) std::abort();
        commands_.push_back(std::move(on_reply));
    }
    const Identity& who() const override { return who_; }
    Result<Identity> identify(std::string_view /*token*/) const override { return who_; }
    void become(Identity who) override { who_ = std::move(who); }
    std::int64_t now_us() const override { return now_us_; }
    void wake_at(std::int64_t time_us) override { wake_us_ = time_us; }
    std::string new_id(std::string_view prefix) override { return std::string(prefix) + std::to_string(++ids_); }
    std::string fingerprint(std::string_view text) const override { return std::to_string(text.size()); }

    Identity who_{"dev", "dev"};
    std::deque<OnReply> commands_;
    std::optional<std::int64_t> wake_us_;
    std::int64_t now_us_ = 1'700'000'000'000'000;
    std::uint64_t offset_ = 0;
    std::uint64_t proofs_ = 0;
    int ids_ = 0;
    bool is_closing_ = false;
    bool is_gone_ = false;
};

Opening::Values values_in(std::string_view text) {
    Opening::Values values;
    while (!text.empty()) {
        auto pair = take_until(text, '&');
        const auto name = take_until(pair, '=');
        values.emplace_back(name, pair);
    }
    return values;
}

const Route& choose(const std::vector<Route>& routes, std::string_view wanted) {
    for (const auto& route : routes) {
        if (wanted == (route.kind == Route::Kind::websocket ? "WS" : route.method) + ":" + route.path) return route;
    }
    return routes[std::hash<std::string_view>()(wanted) % routes.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    auto first = take_until(rest, '\n');
    const auto wanted = take_until(first, ' ');
    const auto values = values_in(first);

    const auto products = make_products();
    std::vector<Route> routes;
    for (const auto& product : products) {
        for (auto& route : product->routes()) routes.push_back(std::move(route));
    }
    const auto& route = choose(routes, wanted);
    FuzzHost host;
    const Opening opening{values, values, {}, {}, Identity{"dev", "dev"}};
    if (route.admit && !route.admit(opening)) return 0;
    host.translator = route.translate(host, opening);
    host.translator->on_open();
    while (!rest.empty()) host.play(take_until(rest, '\n'));
    return 0;
}
