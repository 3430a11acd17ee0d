#include "protocol/link/producer_sender.h"

#include <algorithm>
#include <utility>

#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::link {
namespace {

constexpr std::size_t kKeysCachedMax = 10'000;
constexpr std::size_t kKeptOverheadBytes = 64;  // what keeping an event costs beside its bytes

}  // namespace

bool ProducerSender::welcome(const WorkerWelcome& welcome) {
    if (welcome.partitions == 0 || welcome.partitions > kPartitionsMax) return false;
    if (!partitions_.empty() && partitions_.size() != welcome.partitions) return false;
    partitions_.resize(welcome.partitions);
    if (welcome.window_bytes > 0) {
        options_.window_bytes = std::min<std::size_t>(options_.window_bytes, welcome.window_bytes);
    }
    for (const auto& position : welcome.positions) committed(position);
    connected_ = true;
    outgoing_.clear();
    for (auto& partition : partitions_) resend_range(partition, partition.committed + 1, partition.last());
    return true;
}

std::optional<PartitionSequence> ProducerSender::emit(std::string_view path, Envelope envelope) {
    if (!has_room()) return std::nullopt;
    const auto index = partition_of(path, static_cast<std::uint32_t>(partitions_.size()));
    auto& partition = partitions_[index];
    envelope.producer = options_.producer;
    envelope.incarnation = options_.incarnation;
    envelope.sequence = partition.last() + 1;
    Kept kept{key_of(path, index), {}};
    kept.envelope.reserve(envelope.payload.size() + 96);
    write_envelope(envelope, kept.envelope);
    kept_bytes_ += kept.envelope.size() + kKeptOverheadBytes;
    if (connected_) queue(kept, !subscribed_);
    partition.kept.push_back(std::move(kept));
    return PartitionSequence{index, envelope.sequence};
}

void ProducerSender::committed(const PartitionSequence& position) {
    if (position.partition >= partitions_.size()) return;
    auto& partition = partitions_[position.partition];
    while (partition.committed < position.sequence && !partition.kept.empty()) {
        kept_bytes_ -= partition.kept.front().envelope.size() + kKeptOverheadBytes;
        partition.kept.pop_front();
        ++partition.committed;
    }
}

void ProducerSender::resend(const ResendRequest& request) {
    if (!connected_ || request.partition >= partitions_.size()) return;
    resend_range(partitions_[request.partition], request.from, request.to);
}

std::vector<ProducerSender::Outgoing> ProducerSender::take_outgoing() {
    return std::exchange(outgoing_, {});
}

std::vector<PartitionSequence> ProducerSender::published() const {
    std::vector<PartitionSequence> positions;
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (!partitions_[i].kept.empty()) positions.push_back({i, partitions_[i].last()});
    }
    return positions;
}

std::vector<PartitionSequence> ProducerSender::acknowledged() const {
    std::vector<PartitionSequence> positions;
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (partitions_[i].committed > 0) positions.push_back({i, partitions_[i].committed});
    }
    return positions;
}

bool ProducerSender::is_committed(const PartitionSequence& at) const {
    return at.partition < partitions_.size() && at.sequence <= partitions_[at.partition].committed;
}

std::optional<ProducerSender::KeptEvent> ProducerSender::find(const PartitionSequence& at) const {
    if (at.partition >= partitions_.size()) return std::nullopt;
    const auto& partition = partitions_[at.partition];
    if (at.sequence <= partition.committed || at.sequence > partition.last()) return std::nullopt;
    const auto& kept = partition.kept[at.sequence - partition.committed - 1];
    return KeptEvent{*kept.key, kept.envelope};
}

std::shared_ptr<const std::string> ProducerSender::key_of(std::string_view path, std::uint32_t partition) {
    if (keys_.size() > kKeysCachedMax) keys_.clear();
    auto& key = keys_[std::string(path)];
    if (!key) key = std::make_shared<const std::string>(topic_key(path, partition));
    return key;
}

void ProducerSender::queue(const Kept& kept, bool over_link) {
    if (!outgoing_.empty()) {
        auto& last = outgoing_.back();
        if (last.key == kept.key && last.over_link == over_link && last.envelopes.size() < kBatchBytesTarget) {
            last.envelopes += kept.envelope;
            return;
        }
    }
    outgoing_.push_back({kept.key, kept.envelope, over_link});
}

void ProducerSender::resend_range(Partition& partition, std::uint64_t from, std::uint64_t to) {
    from = std::max(from, partition.committed + 1);
    to = std::min(to, partition.last());
    for (auto sequence = from; sequence <= to; ++sequence) {
        queue(partition.kept[sequence - partition.committed - 1], true);
    }
}

}  // namespace longwire::link
