#include "bench/hot/batches.h"
#include "bench/hot/hot_function.h"
#include "edge/dialects/native/native.h"
#include "protocol/json.h"

namespace longwire::bench {
namespace {

class NullTransport final : public edge::Transport {
  public:
    void send_text(std::string_view message) override { bytes += message.size(); }
    void send_binary(std::string_view message) override { bytes += message.size(); }
    void send_frames(SharedSlice frames) override { bytes += frames.bytes.size(); }
    std::size_t unsent_bytes() const override { return 0; }
    void tell_when_drained() override {}
    void close(std::uint16_t, std::string_view) override { was_closed = true; }

    std::size_t bytes = 0;
    bool was_closed = false;
};

/// A shard with clients who watch one topic.
class Shard {
  public:
    Shard(std::size_t clients, const edge::NativeEncoding& encoding) : transports_(clients) {
        for (auto& transport : transports_) {
            clients_.push_back(
                std::make_unique<edge::NativeDialect>(services_, transport, edge::Identity{"dev", "anna"}, encoding));
            clients_.back()->on_message(as_sent(subscribe(1), encoding), encoding.is_binary());
        }
        hub_.on_ready({std::string(kPath), kEpoch, 0, 1});
    }

    static std::string subscribe(int id) {
        return R"({"id":)" + std::to_string(id) + R"(,"cmd":"subscribe","topic":")" + std::string(kTopic) +
               R"(","from":"now"})";
    }
    static std::string as_sent(const std::string& json, const edge::NativeEncoding& encoding) {
        return encoding.is_binary() ? *json_to_msgpack(json) : json;
    }

    std::size_t take_sent() {
        std::size_t bytes = 0;
        for (auto& transport : transports_) bytes += std::exchange(transport.bytes, 0);
        return bytes;
    }

    edge::Hub& hub() { return hub_; }
    edge::Requests& requests() { return requests_; }
    edge::NativeDialect& client() { return *clients_.front(); }
    std::vector<edge::ToLink>& asked() { return asked_; }

  private:
    static edge::ClientLimits limits() {
        edge::ClientLimits limits;
        limits.is_unlimited = true;
        return limits;
    }

    std::vector<edge::ToLink> asked_;
    edge::Hub hub_{{.ring_bytes_max = 256 << 10}, [](const edge::ToLink&) {}};
    edge::Requests requests_{[this](edge::ToLink message) { asked_.push_back(std::move(message)); }};
    edge::Members members_{requests_};
    std::uint64_t ids_ = 0;
    edge::ShardServices services_{
        "edge-1", hub_, requests_, members_, limits(), kNowUs, [this](std::string_view prefix) {
            return std::string(prefix) + std::to_string(++ids_);
        }};
    std::vector<NullTransport> transports_;
    std::vector<std::unique_ptr<edge::NativeDialect>> clients_;
};

class Subscribe final : public Work {
  public:
    explicit Subscribe(const edge::NativeEncoding& encoding) : encoding_(encoding) {}
    void prepare() override {
        shard_.client().on_message(unsubscribe_, encoding_.is_binary());
        shard_.take_sent();
    }
    bool run() override {
        shard_.client().on_message(subscribe_, encoding_.is_binary());
        return shard_.take_sent() > 0;
    }

  private:
    const edge::NativeEncoding& encoding_;
    Shard shard_{1, encoding_};
    std::string subscribe_ = Shard::as_sent(Shard::subscribe(12'345), encoding_);
    std::string unsubscribe_ =
        Shard::as_sent(R"({"id":12344,"cmd":"unsubscribe","topic":")" + std::string(kTopic) + R"("})", encoding_);
};

std::string publish() {
    std::string data;
    static_cast<void>(append_json(payload(), data));
    return R"({"id":12345,"cmd":"publish","topic":"room/ops","type":"text.delta","data":)" + data + "}";
}

/// A publish on its way to the broker.
class Publish final : public Work {
  public:
    explicit Publish(const edge::NativeEncoding& encoding) : encoding_(encoding) {}
    void prepare() override {
        for (const auto& message : std::exchange(shard_.asked(), {})) {
            shard_.requests().on_answered({std::get<edge::SendCommand>(message).token, answer_});
        }
    }
    bool run() override {
        shard_.client().on_message(publish_, encoding_.is_binary());
        return shard_.asked().size() == 1;
    }

  private:
    const edge::NativeEncoding& encoding_;
    Shard shard_{1, encoding_};
    std::string publish_ = Shard::as_sent(publish(), encoding_);
    std::string answer_ = *json_to_msgpack(R"({"offset":1000000})");
};

/// The broker's answer to one on its way to the client.
class Reply final : public Work {
  public:
    explicit Reply(const edge::NativeEncoding& encoding) : encoding_(encoding) {}
    void prepare() override {
        shard_.client().on_message(publish_, encoding_.is_binary());
        answer_.token = std::get<edge::SendCommand>(shard_.asked().back()).token;
        shard_.asked().clear();
        shard_.take_sent();
    }
    bool run() override {
        shard_.requests().on_answered(answer_);
        return shard_.take_sent() > 0;
    }

  private:
    const edge::NativeEncoding& encoding_;
    Shard shard_{1, encoding_};
    std::string publish_ = Shard::as_sent(publish(), encoding_);
    edge::CommandAnswered answer_{0, *json_to_msgpack(R"({"offset":1000000})")};
};

/// A batch to many clients, each with a native conversation of its own.
class Deliver final : public Work {
  public:
    Deliver(std::size_t clients, std::size_t batch) : shard_(clients, edge::json_encoding()), batches_(batch) {}
    void prepare() override {
        next_ = batches_.next();
        shard_.take_sent();
    }
    bool run() override {
        shard_.hub().on_events(next_);
        return shard_.take_sent() > next_->size() * kPayloadBytes;
    }

  private:
    Shard shard_;
    Batches batches_;
    edge::EventBatchPtr next_;
};

template <class Command>
void add_command(HotFunctions& all, const std::string& name, const std::string& what) {
    for (const auto* encoding : {&edge::json_encoding(), &edge::msgpack_encoding()}) {
        const bool is_binary = encoding->is_binary();
        all.push_back({"native." + name + (is_binary ? "_msgpack" : "_json"),
                       what + (is_binary ? " in MessagePack" : " in JSON"), 1,
                       [encoding] { return std::make_unique<Command>(*encoding); }});
    }
}

}  // namespace

void add_native_dialect(HotFunctions& all) {
    static constexpr std::size_t kClients = 100;
    add_batches(all, "native.deliver_to_100", "edge: hand a batch to 100 native clients, up to their send queues",
                [](std::size_t batch) { return std::make_unique<Deliver>(kClients, batch); });
    add_command<Subscribe>(all, "subscribe", "edge: obey a subscribe");
    add_command<Publish>(all, "publish", "edge: read a publish and pass it on");
    add_command<Reply>(all, "reply", "edge: answer a publish");
}

}  // namespace longwire::bench
