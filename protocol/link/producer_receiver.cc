#include "protocol/link/producer_receiver.h"

#include <algorithm>
#include <utility>

namespace longwire::link {

void ProducerReceiver::restore(const PartitionSequence& position) {
    if (position.partition >= partitions_.size()) return;
    auto& partition = partitions_[position.partition];
    partition.committed = std::max(partition.committed, position.sequence);
    partition.accepted = std::max(partition.accepted, position.sequence);
}

ProducerReceiver::Verdict ProducerReceiver::offer(const PartitionSequence& at, std::string_view path,
                                                  std::string_view envelope) {
    auto& partition = partitions_[at.partition];
    partition.published = std::max(partition.published, at.sequence);
    if (at.sequence <= partition.accepted) return Verdict::duplicate;
    if (at.sequence == partition.accepted + 1) {
        ++partition.accepted;
        return Verdict::next;
    }
    const auto bytes = path.size() + envelope.size();
    if (early_bytes_ + bytes <= early_bytes_max_ && !partition.early.contains(at.sequence)) {
        early_bytes_ += bytes;
        partition.early.emplace(at.sequence, Early{at.sequence, std::string(path), std::string(envelope)});
    }
    return Verdict::early;
}

std::optional<ProducerReceiver::Early> ProducerReceiver::take_early(std::uint32_t index) {
    auto& partition = partitions_[index];
    while (!partition.early.empty()) {
        const auto first = partition.early.begin();
        if (first->first > partition.accepted + 1) return std::nullopt;
        const bool is_next = first->first == partition.accepted + 1;
        auto event = std::move(first->second);
        early_bytes_ -= event.path.size() + event.envelope.size();
        partition.early.erase(first);
        if (!is_next) continue;  // has come another way meanwhile
        ++partition.accepted;
        return event;
    }
    return std::nullopt;
}

void ProducerReceiver::published(const PartitionSequence& position) {
    if (position.partition >= partitions_.size()) return;
    auto& partition = partitions_[position.partition];
    partition.published = std::max(partition.published, position.sequence);
}

bool ProducerReceiver::committed(const PartitionSequence& position) {
    auto& partition = partitions_[position.partition];
    if (position.sequence <= partition.committed) return false;
    partition.committed = position.sequence;
    return true;
}

std::vector<ResendRequest> ProducerReceiver::missing(std::int64_t now_us) {
    std::vector<ResendRequest> requests;
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        auto& partition = partitions_[i];
        if (partition.accepted >= partition.published) {
            partition.hole_since_us = 0;
            continue;
        }
        if (partition.hole_since_us == 0 || partition.hole_at != partition.accepted) {
            partition.hole_at = partition.accepted;
            partition.hole_since_us = now_us;
            partition.asked_us = 0;
        }
        if (now_us - partition.hole_since_us < kPatienceUs) continue;
        if (partition.asked_us != 0 && now_us - partition.asked_us < kAskAgainUs) continue;
        partition.asked_us = now_us;
        const auto to = partition.early.empty() ? partition.published : partition.early.begin()->first - 1;
        requests.push_back({i, partition.accepted + 1, to});
    }
    return requests;
}

std::vector<PartitionSequence> ProducerReceiver::positions() const {
    std::vector<PartitionSequence> positions;
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (partitions_[i].committed > 0) positions.push_back({i, partitions_[i].committed});
    }
    return positions;
}

}  // namespace longwire::link
