#include "broker/log/memory_log.h"

#include <algorithm>
#include <utility>

namespace longwire::broker {
namespace {

constexpr std::size_t kEventOverheadBytes = 64;

std::size_t cost(const SharedSlice& envelope) {
    return envelope.bytes.size() + kEventOverheadBytes;
}

}  // namespace

void MemoryLog::append(CommitBatch batch) {
    for (const auto& record : *batch.records) {
        auto& entry = *topics_.try_emplace(std::string(*record.path)).first;
        if (entry.second.envelopes.empty()) entry.second.first = record.offset;
        entry.second.envelopes.push_back(record.envelope);
        by_age_.push_back(&entry);
        bytes_ += cost(record.envelope);
    }
    while (bytes_ > bytes_max_ && by_age_.size() > 1) drop_oldest();
    for (const auto& one : batch.trims) trim(one);
    outcome_.committed.push_back({batch.ticket, {}, Durability::memory});
}

void MemoryLog::drop_oldest() {
    auto& [path, topic] = *by_age_.front();
    by_age_.pop_front();
    if (!forget_gone(topic)) drop_first(path, topic);
}

void MemoryLog::trim(const Trimmed& trim) {
    const auto found = topics_.find(trim.path);
    if (found == topics_.end()) return;
    auto& topic = found->second;
    while (topic.first < trim.tail && !topic.envelopes.empty()) {
        drop_first(trim.path, topic);
        ++topic.gone_by_age;
        ++gone_;
    }
    if (gone_ > by_age_.size() / 2) {
        std::erase_if(by_age_, [this](auto* entry) { return forget_gone(entry->second); });
    }
}

/// Whether the oldest entry of this topic is of an event that has been trimmed; then it is forgotten.
bool MemoryLog::forget_gone(Topic& topic) {
    if (topic.gone_by_age == 0) return false;
    --topic.gone_by_age;
    --gone_;
    return true;
}

void MemoryLog::drop_first(const std::string& path, Topic& topic) {
    bytes_ -= cost(topic.envelopes.front());
    topic.envelopes.pop_front();
    ++topic.first;
    if (!outcome_.trimmed.empty() && outcome_.trimmed.back().path == path) {
        outcome_.trimmed.back().tail = topic.first;
    } else {
        outcome_.trimmed.push_back({path, topic.first});
    }
}

void MemoryLog::read(ReadRequest request) {
    ReadPage page{request.token, request.path, request.after + 1, {}};
    const auto found = topics_.find(request.path);
    if (found != topics_.end()) {
        const auto& topic = found->second;
        page.first = std::max(page.first, topic.first);
        std::size_t bytes = 0;
        for (auto offset = page.first; offset < topic.first + topic.envelopes.size(); ++offset) {
            const auto& envelope = topic.envelopes[offset - topic.first];
            bytes += envelope.bytes.size();
            const bool is_full = page.envelopes.size() >= request.events_max || bytes > request.bytes_max;
            if (is_full && !page.envelopes.empty()) break;
            page.envelopes.push_back(envelope);
        }
    }
    outcome_.pages.push_back(std::move(page));
}

}  // namespace longwire::broker
