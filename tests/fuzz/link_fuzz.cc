// The messages of both links, and the edge's end of the subscriber link, which must bear whatever a broker says. Each
// message is two bytes of its length and the message.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/json.h"
#include "protocol/link/kind_description.h"
#include "protocol/link/producer_messages.h"
#include "protocol/link/subscriber_receiver.h"

namespace {

using namespace longwire;        // tidy: allow(using-namespace) a program of one function
using namespace longwire::link;  // tidy: allow(using-namespace) a program of one function

class Ignoring final : public SubscriberListener {
  public:
    void on_link_up() override {}
    void on_link_down() override {}
    void on_subscribed(const std::string&, const Subscribed&) override {}
    void on_subscribe_failed(const std::string&, const Error&) override {}
    void on_events(const TopicEvents& events) override {
        if (events.envelopes.empty()) std::abort();
    }
    void on_gap(const std::string&, const DeliveryGap&) override {}
    void on_reply(std::uint64_t, const Result<std::string_view>&) override {}
    void on_fetched(std::uint64_t, const Result<Fetched>&) override {}
};

/// What is decoded is encoded to bytes that decode to what is encoded to the same.
template <class Variant>
void round_trip(std::string_view bytes) {
    const auto decoded = decode<Variant>(bytes);
    if (!decoded) return;
    const auto encoded = [](const Numbered<Variant>& numbered) {
        return std::visit([&](const auto& message) { return encode(numbered.number, message); }, numbered.message);
    };
    const auto first = encoded(*decoded);
    const auto again = decode<Variant>(first);
    if (!again || encoded(*again) != first) std::abort();
}

/// What a broker keeps of a kind can be shown.
void describe(std::string_view bytes) {
    const auto decoded = decode<WorkerToBroker>(bytes);
    const auto* const described = decoded ? std::get_if<DescribeKinds>(&decoded->message) : nullptr;
    if (described == nullptr) return;
    for (const auto& one : described->kinds) {
        const auto checked = check(one);
        if (!checked && checked.error().field.empty()) std::abort();
        for (const auto value : {one.input_schema.bytes, one.example.bytes}) {
            std::string json;
            if (checked && !value.empty() && !append_json(value, json)) std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Ignoring listener;
    SubscriberReceiver receiver({"edge-1", 1024, 10}, listener);
    receiver.subscribe("dev/a");
    receiver.subscribe_filter("dev", "b/+");
    receiver.tick(1'000'000);
    receiver.receive(encode(1, EdgeWelcome{kProtocolVersion, "broker", 4}), 1'000'001);
    receiver.request("dev", "user", "state", "\x80", true, 1'000'001);
    std::int64_t now_us = 1'000'002;
    while (rest.size() >= 2) {
        const auto length =
            static_cast<std::size_t>(static_cast<std::uint8_t>(rest[0]) * 256 + static_cast<std::uint8_t>(rest[1]));
        const auto message = rest.substr(2, length);
        rest.remove_prefix(2 + message.size());
        round_trip<WorkerToBroker>(message);
        round_trip<BrokerToWorker>(message);
        describe(message);
        round_trip<EdgeToBroker>(message);
        round_trip<BrokerToEdge>(message);
        receiver.receive(message, ++now_us);
        receiver.take_outgoing();
    }
    receiver.tick(now_us + 20'000'000);
    return 0;
}
