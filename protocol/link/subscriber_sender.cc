#include "protocol/link/subscriber_sender.h"

#include <algorithm>

#include "protocol/limits.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::link {
namespace {

constexpr std::size_t kPageBytesMax = 256 << 10;
constexpr std::size_t kPagesAtOnceMax = 16;

}  // namespace

void SubscriberSender::subscribe(const std::string& path, std::uint64_t epoch, std::uint64_t after,
                                 std::uint64_t head) {
    auto& cursor = cursors_[path];
    cursor.epoch = epoch;
    cursor.sent = after;
    cursor.head = std::max(head, after);
    cursor.wanted = true;
    if (cursor.sent < cursor.head) fall_behind(path, cursor);
}

void SubscriberSender::unsubscribe(const std::string& path) {
    const auto found = cursors_.find(path);
    if (found == cursors_.end()) return;
    found->second.wanted = false;
    if (!is_filtered(path)) cursors_.erase(found);
}

void SubscriberSender::subscribe_filter(std::string_view realm, std::string_view filter) {
    Filter added{std::string(realm), std::string(filter)};
    if (std::find(filters_.begin(), filters_.end(), added) == filters_.end()) filters_.push_back(std::move(added));
}

void SubscriberSender::unsubscribe_filter(std::string_view realm, std::string_view filter) {
    std::erase(filters_, Filter{std::string(realm), std::string(filter)});
}

bool SubscriberSender::is_filtered(std::string_view path) const {
    if (filters_.empty()) return false;
    const auto [realm, topic] = split_path(path);
    return std::any_of(filters_.begin(), filters_.end(), [&, r = realm, t = topic](const Filter& f) {
        return f.realm == r && filter_matches(f.filter, t);
    });
}

void SubscriberSender::offer(const std::string& path, std::uint64_t epoch, std::uint64_t offset,
                             const SharedSlice& envelope) {
    const auto found = cursors_.find(path);
    if (found == cursors_.end()) {
        if (!is_filtered(path)) return;
        if (has_credit()) return queue(path, epoch, offset, envelope);
        auto& cursor = cursors_[path];
        cursor = {epoch, offset - 1, offset, false, false};
        return fall_behind(path, cursor);
    }
    auto& cursor = found->second;
    if (offset <= cursor.sent) return;
    cursor.head = offset;
    if (cursor.behind) return;
    if (offset == cursor.sent + 1 && has_credit()) {
        queue(path, cursor.epoch, offset, envelope);
        cursor.sent = offset;
    } else {
        fall_behind(path, cursor);
    }
}

void SubscriberSender::page(const std::string& path, std::uint64_t first, const std::vector<SharedSlice>& envelopes) {
    --reading_;
    const auto found = cursors_.find(path);
    if (found == cursors_.end()) return;
    auto& cursor = found->second;
    cursor.behind = false;
    if (first > cursor.sent + 1) {
        gaps_.push_back({path, cursor.epoch, cursor.sent + 1, first - 1});
        cursor.sent = first - 1;
    }
    // A subscription renewed meanwhile may begin elsewhere than the page that was asked for the old one.
    if (first <= cursor.sent + 1) {
        for (auto offset = first; const auto& envelope : envelopes) {
            if (offset == cursor.sent + 1) {
                queue(path, cursor.epoch, offset, envelope);
                cursor.sent = offset;
            }
            ++offset;
        }
    }
    if (cursor.sent < cursor.head) {
        fall_behind(path, cursor);
    } else if (!cursor.wanted) {
        cursors_.erase(found);
    }
}

void SubscriberSender::credit(std::uint64_t consumed_bytes) {
    consumed_bytes_ = std::max(consumed_bytes_, std::min(consumed_bytes, sent_bytes_));
}

std::vector<SubscriberSender::Group> SubscriberSender::take_groups() {
    queued_bytes_ = 0;
    group_of_.clear();
    return std::exchange(groups_, {});
}

std::vector<SubscriberSender::PageRequest> SubscriberSender::take_page_requests() {
    std::vector<PageRequest> requests;
    while (!behind_.empty() && reading_ < kPagesAtOnceMax && has_credit()) {
        const auto path = std::move(behind_.front());
        behind_.pop_front();
        const auto found = cursors_.find(path);
        if (found == cursors_.end()) continue;
        ++reading_;
        requests.push_back({path, found->second.sent, kPageBytesMax});
    }
    return requests;
}

void SubscriberSender::queue(const std::string& path, std::uint64_t epoch, std::uint64_t offset,
                             const SharedSlice& envelope) {
    queued_bytes_ += envelope.bytes.size();
    const auto [entry, is_new] = group_of_.try_emplace(path, groups_.size());
    if (!is_new) {
        auto& group = groups_[entry->second];
        if (group.epoch == epoch && group.first + group.envelopes.size() == offset) {
            group.envelopes.push_back(envelope);
            return;
        }
        entry->second = groups_.size();
    }
    groups_.push_back({path, epoch, offset, {envelope}});
}

void SubscriberSender::fall_behind(const std::string& path, Cursor& cursor) {
    if (cursor.behind) return;
    cursor.behind = true;
    behind_.push_back(path);
}

}  // namespace longwire::link
