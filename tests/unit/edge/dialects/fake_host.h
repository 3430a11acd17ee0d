#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/dialects/product.h"
#include "edge/dialects/translator.h"
#include "tests/unit/edge/dialects/message_schema.h"

namespace longwire::edge {

/// Plays a translator's world: keeps what it sends and commands, answers when the test says so, and has its own clock.
/// Every message, both ways, is held against the product's schema.
class FakeHost final : public Host {
  public:
    struct Command {
        std::string name;
        json::object fields;
        OnReply on_reply;
    };

    /// `schema` is a file of protocol/spec/dialects, without ".json".
    explicit FakeHost(const std::string& schema) : schema_(MessageSchema::load(schema)) {}

    /// The route of a product with this path, and method if it is HTTP; begins a conversation on it.
    void open(Product& product, std::string_view path, Opening::Values path_values = {},
              Opening::Values query_values = {}, std::string_view method = {}, std::string last_event_id = {});

    /// What the client says. With `garbage` it need not be what the schema allows.
    void say(std::string_view json);
    void say_wrong(std::string_view json);

    /// Moves the clock, and wakes the translator whenever it has asked for that.
    void pass_ms(std::int64_t ms);

    /// An event of a topic; offsets count by themselves.
    void event(std::string_view topic, std::string_view type, std::string_view data, std::uint32_t attempt = 1);

    /// Events count on behind this offset.
    void count_from(std::uint64_t offset) {
        offsets_.clear();
        first_offset_ = offset;
    }
    void push(std::string_view json) { translator->on_push(json::parse(json).as_object()); }
    void prove(std::uint64_t proof) { translator->on_proven(proof); }
    void hang_up(std::uint16_t code) { translator->on_closed(code); }

    /// What has been sent since the last call, each message on its own line.
    std::string heard();

    /// The commands since the last call, each as its name and fields, on its own line.
    std::string commands();

    /// Answers the oldest unanswered command of this name.
    void reply(std::string_view name, std::string_view ok);
    void fail(std::string_view name, const Error& error);

    std::unique_ptr<Translator> translator;
    Identity identity{"dev", "anna"};
    Result<Identity> known = Identity{"dev", "anna"};  // whom a token that comes later names
    std::optional<std::uint16_t> closed_with;
    std::string close_reason;
    std::optional<unsigned> status;  // of an HTTP answer
    json::value body;
    std::optional<Error> refused;
    std::vector<std::string> ids;  // that messages carried
    std::uint64_t proofs = 0;      // asked for
    std::int64_t time_us = 1'700'000'000'000'000;

  private:
    void send(const json::object& message, std::string_view id) override;
    void send_event(const NativeEvent& event, RenderEvent render) override { send(render(event), {}); }
    void answer(unsigned code, const json::value& value) override;
    void refuse(const Error& error) override { refused = error; }
    void close(std::uint16_t code, std::string_view reason) override;
    std::uint64_t prove() override { return ++proofs; }
    void command(std::string_view name, json::object fields, OnReply on_reply) override;
    const Identity& who() const override { return identity; }
    Result<Identity> identify(std::string_view /*token*/) const override { return known; }
    void become(Identity who) override { identity = std::move(who); }
    std::int64_t now_us() const override { return time_us; }
    void wake_at(std::int64_t at_us) override { wake_us_ = at_us; }
    std::string new_id(std::string_view prefix) override { return std::string(prefix) + std::to_string(++made_ids_); }
    std::string fingerprint(std::string_view text) const override { return "print-" + std::string(text); }

    OnReply take(std::string_view name);

    MessageSchema schema_;
    std::vector<json::object> sent_;
    std::vector<std::string> commanded_;
    std::vector<Command> waiting_;
    std::optional<std::int64_t> wake_us_;
    std::map<std::string, std::uint64_t, std::less<>> offsets_;  // by topic
    std::uint64_t first_offset_ = 0;                             // of those that are not there yet
    int made_ids_ = 0;
    std::vector<Route> routes_;
};

}  // namespace longwire::edge
