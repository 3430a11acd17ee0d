#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"
#include "protocol/link/producer_messages.h"
#include "protocol/link/subscriber_messages.h"
#include "protocol/topic.h"

namespace longwire::bench {
namespace {

/// A message and what its views are of.
struct DeliverInput {
    explicit DeliverInput(std::size_t batch) : bytes(envelopes(batch)) {
        message.topics.push_back({kPath, kEpoch, 1, {}});
        for (const auto& one : bytes) message.topics[0].envelopes.push_back({one});
    }
    std::vector<std::string> bytes;
    link::Deliver message;
};

struct ResentInput {
    explicit ResentInput(std::size_t batch) {
        for (const auto& one : envelopes(batch)) frame += one;
        message = {{key}, {frame}};
    }
    std::string key = topic_key(kPath, partition_of(kPath, 16));
    std::string frame;
    link::ResentEvents message;
};

/// As many partitions as the batch has events.
struct CommittedInput {
    explicit CommittedInput(std::size_t batch) {
        for (std::uint32_t i = 0; i < batch; ++i) message.positions.push_back({i, 1'000'000 + i});
    }
    link::EventsCommitted message;
};

template <class Input>
std::unique_ptr<Work> encode(std::size_t batch) {
    return work_of([input = std::make_shared<const Input>(batch), number = std::uint64_t{1'000'000}]() mutable {
        return !link::encode(++number, input->message).empty();
    });
}

template <class Input, class Variant>
std::unique_ptr<Work> decode(std::size_t batch) {
    return work_of(
        [bytes = link::encode(1'000'000, Input(batch).message)] { return link::decode<Variant>(bytes).has_value(); });
}

}  // namespace

void add_link_messages(HotFunctions& all) {
    add_batches(all, "link.encode_deliver", "encode a Deliver", encode<DeliverInput>);
    add_batches(all, "link.decode_deliver", "decode a Deliver", decode<DeliverInput, link::BrokerToEdge>);
    add_batches(all, "link.encode_resent", "encode a ResentEvents", encode<ResentInput>);
    add_batches(all, "link.decode_resent", "decode a ResentEvents", decode<ResentInput, link::WorkerToBroker>);
    add_batches(all, "link.encode_committed", "encode an EventsCommitted, a partition for each event",
                encode<CommittedInput>);
    add_batches(all, "link.decode_committed", "decode an EventsCommitted, a partition for each event",
                decode<CommittedInput, link::BrokerToWorker>);
}

}  // namespace longwire::bench
