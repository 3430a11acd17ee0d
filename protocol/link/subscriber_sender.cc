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
    catch_up(path, cursor);
    cursor.epoch = epoch;
    cursor.sent = after;
    cursor.tally = {};
    cursor.head = std::max(head, after);
    cursor.wanted = true;
    if (cursor.sent < cursor.head) fall_behind(path, cursor);
}

void SubscriberSender::unsubscribe(const std::string& path) {
    const auto found = cursors_.find(path);
    if (found == cursors_.end()) return;
    auto& cursor = found->second;
    cursor.wanted = false;
    // What a filter has not been sent yet stays owed to it.
    if (cursor.state != State::live && is_filtered(path)) return;
    catch_up(path, cursor);
    cursors_.erase(found);
}

std::uint64_t SubscriberSender::stands_at(const std::string& path, std::uint64_t head) const {
    const auto found = cursors_.find(path);
    return found == cursors_.end() ? head : std::min(head, found->second.sent);
}

void SubscriberSender::subscribe_filter(std::string_view realm, std::string_view filter) {
    Filter added{std::string(realm), std::string(filter)};
    if (std::find(filters_.begin(), filters_.end(), added) == filters_.end()) filters_.push_back(std::move(added));
}

void SubscriberSender::unsubscribe_filter(std::string_view realm, std::string_view filter) {
    std::erase(filters_, Filter{std::string(realm), std::string(filter)});
    for (auto it = cursors_.begin(); it != cursors_.end();) {
        auto& [path, cursor] = *it;
        if (cursor.wanted || is_filtered(path)) {
            ++it;
            continue;
        }
        catch_up(path, cursor);
        it = cursors_.erase(it);
    }
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
        cursor.epoch = epoch;
        cursor.sent = offset - 1;
        cursor.head = offset;
        cursor.wanted = false;
        return fall_behind(path, cursor);
    }
    auto& cursor = found->second;
    if (offset <= cursor.sent) return;
    cursor.head = offset;
    if (cursor.state != State::live) return;
    if (offset == cursor.sent + 1 && has_credit()) {
        queue(path, cursor.epoch, offset, envelope);
        move_to(cursor, offset, {.events = 1});
    } else {
        fall_behind(path, cursor);
    }
}

void SubscriberSender::page(const std::string& path, std::uint64_t first, const std::vector<SharedSlice>& envelopes) {
    --reading_;
    if (const auto outdated = outdated_.find(path); outdated != outdated_.end()) {
        if (--outdated->second == 0) outdated_.erase(outdated);
        return;
    }
    const auto found = cursors_.find(path);
    if (found == cursors_.end()) return;
    auto& cursor = found->second;
    cursor.state = State::live;
    if (first > cursor.sent + 1) {
        const Gap gap{path, cursor.epoch, cursor.sent + 1, first - 1};
        gaps_.push_back(gap);
        move_to(cursor, gap.to, {.gap = gap.to + 1 - gap.from});
        cursor.head = std::max(cursor.head, cursor.sent);
        // Groups leave before gaps, so what lies behind the gap waits for the next page.
        return fall_behind(path, cursor);
    }
    for (auto offset = first; const auto& envelope : envelopes) {
        if (offset == cursor.sent + 1) {
            queue(path, cursor.epoch, offset, envelope);
            move_to(cursor, offset, {.events = 1});
        }
        ++offset;
    }
    if (cursor.sent < cursor.head) {
        fall_behind(path, cursor);
    } else if (!cursor.wanted) {
        cursors_.erase(found);
    }
}

/// The cursor stands at `last` now; `step` says what brought it there.
void SubscriberSender::move_to(Cursor& cursor, std::uint64_t last, Tally step) {
    step.due = last - cursor.sent;
    cursor.sent = last;
    cursor.tally += step;
    if (!step.adds_up()) ++differences_;
}

std::optional<SubscriberSender::Ledger> SubscriberSender::ledger(const std::string& path) const {
    const auto found = cursors_.find(path);
    if (found == cursors_.end() || !found->second.wanted) return std::nullopt;
    return Ledger{found->second.sent, found->second.tally};
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
        auto& cursor = cursors_.at(path);
        cursor.state = State::reading;
        ++reading_;
        requests.push_back({path, cursor.sent, page_bytes_max()});
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
    if (cursor.state != State::live) return;
    cursor.state = State::behind;
    cursor.place = behind_.insert(behind_.end(), path);
}

/// All pages that are read at once fit into one window.
std::size_t SubscriberSender::page_bytes_max() const {
    return std::min(kPageBytesMax, window_bytes_ / kPagesAtOnceMax);
}

/// Takes back what was asked for on a cursor's behalf.
void SubscriberSender::catch_up(const std::string& path, Cursor& cursor) {
    if (cursor.state == State::behind) behind_.erase(cursor.place);
    if (cursor.state == State::reading) ++outdated_[path];
    cursor.state = State::live;
}

}  // namespace longwire::link
