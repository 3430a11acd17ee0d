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

void SubscriberSender::subscribe(const SharedText& path, std::uint64_t epoch, std::uint64_t after, std::uint64_t head) {
    auto* const known = cursors_.find(*path);
    auto& cursor = known != nullptr ? *known : add_cursor(path);
    catch_up(cursor);
    cursor.epoch = epoch;
    cursor.sent = after;
    cursor.tally = {};
    cursor.head = std::max(head, after);
    cursor.wanted = true;
    if (cursor.sent < cursor.head) fall_behind(cursor);
}

bool SubscriberSender::unsubscribe(std::string_view path) {
    auto* const cursor = cursors_.find(path);
    if (cursor == nullptr) return false;
    const bool was_wanted = std::exchange(cursor->wanted, false);
    // What a filter has not been sent yet stays owed to it.
    if (cursor->state != State::live && is_filtered(path)) return was_wanted;
    catch_up(*cursor);
    cursors_.erase(path);
    return was_wanted;
}

bool SubscriberSender::is_subscribed(std::string_view path) const {
    const auto* const cursor = cursors_.find(path);
    return cursor != nullptr && cursor->wanted;
}

void SubscriberSender::for_each_subscribed(const std::function<void(const SharedText& path)>& visit) const {
    cursors_.for_each([&](const Cursor& cursor) {
        if (cursor.wanted) visit(cursor.path);
    });
}

std::uint64_t SubscriberSender::stands_at(std::string_view path, std::uint64_t head) const {
    const auto* const cursor = cursors_.find(path);
    return cursor == nullptr ? head : std::min(head, cursor->sent);
}

void SubscriberSender::subscribe_filter(std::string_view realm, std::string_view filter) {
    Filter added{std::string(realm), std::string(filter)};
    if (std::find(filters_.begin(), filters_.end(), added) == filters_.end()) filters_.push_back(std::move(added));
}

void SubscriberSender::unsubscribe_filter(std::string_view realm, std::string_view filter) {
    std::erase(filters_, Filter{std::string(realm), std::string(filter)});
    cursors_.erase_if([this](Cursor& cursor) {
        if (cursor.wanted || is_filtered(*cursor.path)) return false;
        catch_up(cursor);
        return true;
    });
}

bool SubscriberSender::is_filtered(std::string_view path) const {
    if (filters_.empty()) return false;
    const auto [realm, topic] = split_path(path);
    return std::any_of(filters_.begin(), filters_.end(), [&, r = realm, t = topic](const Filter& f) {
        return f.realm == r && filter_matches(f.filter, t);
    });
}

void SubscriberSender::offer(const SharedText& path, std::uint64_t epoch, std::uint64_t offset,
                             const SharedSlice& envelope) {
    auto* const found = cursors_.find(*path);
    if (found == nullptr) {
        if (!is_filtered(*path)) return;
        if (has_credit()) return queue(path, epoch, offset, envelope);
        auto& cursor = add_cursor(path);
        cursor.epoch = epoch;
        cursor.sent = offset - 1;
        cursor.head = offset;
        cursor.wanted = false;
        return fall_behind(cursor);
    }
    auto& cursor = *found;
    if (offset <= cursor.sent) return;
    cursor.head = offset;
    if (cursor.state != State::live) return;
    if (offset == cursor.sent + 1 && has_credit()) {
        queue(cursor.path, cursor.epoch, offset, envelope);
        move_to(cursor, offset, {.events = 1});
    } else {
        fall_behind(cursor);
    }
}

void SubscriberSender::page(std::string_view path, std::uint64_t first, const std::vector<SharedSlice>& envelopes) {
    --reading_;
    if (const auto outdated = outdated_.find(std::string(path)); outdated != outdated_.end()) {
        if (--outdated->second == 0) outdated_.erase(outdated);
        return;
    }
    auto* const found = cursors_.find(path);
    if (found == nullptr) return;
    auto& cursor = *found;
    cursor.state = State::live;
    if (first > cursor.sent + 1) {
        const Gap gap{std::string(path), cursor.epoch, cursor.sent + 1, first - 1};
        gaps_.push_back(gap);
        move_to(cursor, gap.to, {.gap = gap.to + 1 - gap.from});
        cursor.head = std::max(cursor.head, cursor.sent);
        // Groups leave before gaps, so what lies behind the gap waits for the next page.
        return fall_behind(cursor);
    }
    for (auto offset = first; const auto& envelope : envelopes) {
        if (offset == cursor.sent + 1) {
            queue(cursor.path, cursor.epoch, offset, envelope);
            move_to(cursor, offset, {.events = 1});
        }
        ++offset;
    }
    if (cursor.sent < cursor.head) {
        fall_behind(cursor);
    } else if (!cursor.wanted) {
        cursors_.erase(path);
    }
}

/// The cursor stands at `last` now; `step` says what brought it there.
void SubscriberSender::move_to(Cursor& cursor, std::uint64_t last, Tally step) {
    step.due = last - cursor.sent;
    cursor.sent = last;
    cursor.tally += step;
    if (!step.adds_up()) ++differences_;
}

std::optional<SubscriberSender::Ledger> SubscriberSender::ledger(std::string_view path) const {
    const auto* const cursor = cursors_.find(path);
    if (cursor == nullptr || !cursor->wanted) return std::nullopt;
    return Ledger{cursor->sent, cursor->tally};
}

void SubscriberSender::credit(std::uint64_t consumed_bytes) {
    consumed_bytes_ = std::max(consumed_bytes_, std::min(consumed_bytes, sent_bytes_));
}

std::vector<SubscriberSender::Group> SubscriberSender::take_groups() {
    queued_bytes_ = 0;
    if (!group_of_.empty()) group_of_ = {};  // as large as what there was in a turn, not as there ever was
    return std::exchange(groups_, {});
}

std::vector<SubscriberSender::PageRequest> SubscriberSender::take_page_requests() {
    std::vector<PageRequest> requests;
    while (!behind_.empty() && reading_ < kPagesAtOnceMax && has_credit()) {
        auto& cursor = *behind_.front();
        behind_.pop_front();
        cursor.state = State::reading;
        ++reading_;
        requests.push_back({std::string(*cursor.path), cursor.sent, page_bytes_max()});
    }
    return requests;
}

SubscriberSender::Cursor& SubscriberSender::add_cursor(const SharedText& path) {
    auto cursor = std::make_unique<Cursor>();
    cursor->path = path;
    return cursors_.add(std::move(cursor));
}

void SubscriberSender::queue(const SharedText& path, std::uint64_t epoch, std::uint64_t offset,
                             const SharedSlice& envelope) {
    queued_bytes_ += envelope.bytes.size();
    const auto [entry, is_new] = group_of_.try_emplace(*path, groups_.size());
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

void SubscriberSender::fall_behind(Cursor& cursor) {
    if (cursor.state != State::live) return;
    cursor.state = State::behind;
    cursor.place = behind_.insert(behind_.end(), &cursor);
}

/// All pages that are read at once fit into one window.
std::size_t SubscriberSender::page_bytes_max() const {
    return std::min(kPageBytesMax, window_bytes_ / kPagesAtOnceMax);
}

/// Takes back what was asked for on a cursor's behalf.
void SubscriberSender::catch_up(Cursor& cursor) {
    if (cursor.state == State::behind) behind_.erase(cursor.place);
    if (cursor.state == State::reading) ++outdated_[std::string(*cursor.path)];
    cursor.state = State::live;
}

}  // namespace longwire::link
