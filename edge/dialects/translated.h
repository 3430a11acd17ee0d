#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "edge/core/client_api.h"
#include "edge/core/timers.h"
#include "edge/dialects/event_reader.h"
#include "edge/dialects/native/native.h"
#include "edge/dialects/translator.h"

namespace longwire::edge {

/// What a shard has for the clients of products.
struct ProductServices {
    ShardServices& shard;
    const Authenticator& authenticator;
    EventReader& events;
    Timers& timers;
};

/// A conversation in a product's protocol: between a translator and its client, and, for the translator, a client of
/// the native protocol that lives within the edge. So all that holds for native clients holds for a product's.
class TranslatedDialect final : public Dialect, private Host, private TimerClient {
  public:
    using MakeTranslator = std::function<std::unique_ptr<Translator>(Host&)>;

    TranslatedDialect(ProductServices& services, Channel& channel, Identity who, const MakeTranslator& make);
    ~TranslatedDialect() override;

    void on_open() override;
    void on_message(std::string_view message, bool is_binary) override;
    void on_value(const json::value& message);
    void on_drained() override;
    void on_tick() override;
    void on_proven(std::uint64_t proof) override;
    void on_link_up() override;
    void on_draining(std::int64_t /*reconnect_ms*/) override {}
    void on_closed(std::uint16_t code) override;
    void add_if_slow(SlowClients& slow, const std::string& address, std::size_t unsent_bytes) const override {
        if (native_) native_->add_if_slow(slow, address, unsent_bytes);
    }

  private:
    /// The native client's way to its translator.
    class NativeSide final : public Transport, public NativeEncoding {
      public:
        explicit NativeSide(TranslatedDialect& owner) : owner_(owner) {}

        void send_text(std::string_view /*message*/) override {}
        void send_binary(std::string_view /*message*/) override {}
        void send_frames(SharedSlice /*frames*/) override {}
        std::size_t unsent_bytes() const override { return owner_.channel_.unsent_bytes(); }
        void tell_when_drained() override { owner_.channel_.tell_when_drained(); }
        void close(std::uint16_t code, std::string_view reason) override { owner_.close(code, reason); }

        bool is_binary() const override { return true; }
        Result<std::string> take(std::string_view& frame) const override;
        void send(Transport& transport, std::string_view message) const override;
        void send_events(Transport& transport, const EventBatchPtr& batch, std::size_t from) const override;
        void send_event(Transport& transport, const MergedPush& push) const override;

      private:
        TranslatedDialect& owner_;
    };
    struct Asked {
        std::string command;  // a MessagePack map
        std::uint64_t id = 0;
        OnReply on_reply;
    };

    // Host
    void send(const json::object& message, std::string_view id) override;
    void send_event(const NativeEvent& event, RenderEvent render) override;
    void answer(unsigned status, const json::value& body) override;
    void refuse(const Error& error) override;
    void close(std::uint16_t code, std::string_view reason) override;
    std::uint64_t prove() override { return channel_.prove(); }
    void command(std::string_view name, json::object fields, OnReply on_reply) override;
    const Identity& who() const override { return who_; }
    Result<Identity> identify(std::string_view token) const override;
    void become(Identity who) override;
    std::int64_t now_us() const override { return services_.shard.now_us; }
    void wake_at(std::int64_t time_us) override;
    std::string new_id(std::string_view prefix) override { return services_.shard.new_id(prefix); }
    std::string fingerprint(std::string_view text) const override { return services_.shard.fingerprint(text); }

    void on_time() override;

    void on_native(std::string_view message);
    void on_event(const NativeEvent& event);
    void on_reply(std::uint64_t id, const json::object& reply);
    void obey();
    void set_timer();
    NativeDialect& native();

    ProductServices& services_;
    Channel& channel_;
    Identity who_;
    NativeSide native_side_{*this};
    std::optional<NativeDialect> native_;
    std::unique_ptr<Translator> translator_;
    std::deque<Asked> asked_;  // commands that the native client has not been given
    std::unordered_map<std::uint64_t, OnReply> replies_;
    std::uint64_t last_id_ = 0;
    std::optional<std::int64_t> wake_us_;
    bool is_closing_ = false;
};

}  // namespace longwire::edge
