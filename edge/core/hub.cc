#include "edge/core/hub.h"

#include <algorithm>
#include <array>

#include "edge/core/hub_topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {

namespace {

constexpr std::size_t kTopicRingBytesMax = 512 << 10;
constexpr std::int64_t kPagesKeptUs = 10'000'000;

bool contains(const std::vector<HubFilter>& filters, const HubFilter& filter) {
    return std::find(filters.begin(), filters.end(), filter) != filters.end();
}

bool matches_any(const std::vector<HubFilter>& filters, const std::set<HubFilter>& lost, std::string_view realm,
                 std::string_view topic) {
    return std::any_of(filters.begin(), filters.end(), [&](const HubFilter& filter) {
        return filter.realm == realm && filter_matches(filter.filter, topic) && !lost.contains(filter);
    });
}

}  // namespace

std::string_view to_string(GapReason reason) {
    constexpr std::array<std::string_view, 4> kNames{"trimmed", "slow", "epoch_changed", "link_lost"};
    return kNames[static_cast<std::size_t>(reason)];
}

Hub::Hub(Options options, std::function<void(ToLink)> to_link)
    : options_(options), to_link_(std::move(to_link)), pages_(options.page_bytes_max) {}

Hub::~Hub() = default;

HubTopic* Hub::find(std::string_view path) {
    return topics_.find(path);
}

HubTopic& Hub::find_or_add(const SharedText& path) {
    if (auto* const known = find(*path)) return *known;
    auto added = std::make_unique<HubTopic>();
    added->path = path;
    auto& topic = topics_.add(std::move(added));
    to_link_(WatchTopic{path});
    // Each topic's share has become smaller. When it is a fifth smaller, those that keep more than theirs give it up.
    if (topics_.size() * 4 >= topics_when_shrunk_ * 5) {
        topics_when_shrunk_ = topics_.size();
        topics_.for_each([this](HubTopic& other) { shrink_ring(other, ring_share()); });
    }
    return topic;
}

void Hub::remove(HubTopic& topic) {
    drop_fetches(topic);
    pages_.drop(topic);
    clear_ring(topic);
    topics_.erase(*topic.path);
    topics_when_shrunk_ = std::min(topics_when_shrunk_, std::max<std::size_t>(topics_.size(), 1));
}

void Hub::watch(Watcher& watcher, std::uint64_t id, const SharedText& path, const From& from, const Merging& merging) {
    auto& topic = find_or_add(path);
    auto added = std::make_unique<HubWatch>();
    auto& watch = *added;
    watch.id = id;
    watch.watcher = &watcher;
    watch.topic = &topic;
    watch.merging = merging;
    watch.place = static_cast<std::uint32_t>(topic.watches.size());
    topic.watches.push_back(&watch);
    watcher.watches_.insert(std::move(added));
    if (topic.is_ready) return open(watch, from);
    watch.from = std::make_unique<From>(from);
}

void Hub::unwatch(Watcher& watcher, std::uint64_t id, std::int64_t now_us) {
    const auto found = watcher.watches_.find(id);
    if (found == watcher.watches_.end()) return;
    leave(**found, now_us);
    watcher.watches_.erase(found);
    serve_woken();
}

void Hub::leave(HubWatch& watch, std::int64_t now_us) {
    set_state(watch, State::opening);
    auto& topic = *watch.topic;
    auto* const newest = topic.watches.back();
    newest->place = watch.place;
    topic.watches[watch.place] = newest;
    topic.watches.pop_back();
    if (!topic.watches.empty()) return;
    topic.idle_since_us = now_us;
    idle_.emplace_back(now_us, topic.path);
}

void Hub::watch_filter(Watcher& watcher, const std::string& realm, const std::string& filter) {
    if (watcher.filters_.empty()) filtering_.push_back(&watcher);
    watcher.filters_.push_back({realm, filter});
    to_link_(WatchFilter{realm, filter});
}

void Hub::unwatch_filter(Watcher& watcher, const std::string& realm, const std::string& filter) {
    const HubFilter removed{realm, filter};
    if (std::erase(watcher.filters_, removed) == 0) return;
    if (watcher.filters_.empty()) std::erase(filtering_, &watcher);
    const bool is_wanted = std::any_of(filtering_.begin(), filtering_.end(),
                                       [&](const Watcher* other) { return contains(other->filters_, removed); });
    if (is_wanted) return;
    lost_filters_.erase(removed);
    to_link_(UnwatchFilter{realm, filter});
}

void Hub::forget(Watcher& watcher, std::int64_t now_us) {
    for (const auto& watch : watcher.watches_) leave(*watch, now_us);
    watcher.watches_.clear();
    watcher.lagging_ = {};
    watcher.replaying_ = {};
    if (std::exchange(watcher.is_woken_, false)) std::erase(woken_, &watcher);
    while (!watcher.filters_.empty()) {
        const auto filter = watcher.filters_.back();
        unwatch_filter(watcher, filter.realm, filter.filter);
    }
}

/// A watcher that knows another epoch than this edge may be the one that is ahead: an edge that has just lost its
/// broker learns of a new epoch late. The broker knows.
void Hub::open(HubWatch& watch, const From& from) {
    auto& topic = *watch.topic;
    const bool is_in_doubt = from.kind == From::Kind::after && from.epoch != 0 && from.epoch != topic.epoch;
    if (!is_in_doubt) return begin(watch, from);
    watch.from = std::make_unique<From>(from);
    ask_for_epoch(topic);
}

void Hub::ask_for_epoch(HubTopic& topic) {
    const bool is_under_way = std::any_of(topic.fetches.begin(), topic.fetches.end(),
                                          [](const auto& other) { return other.first == kNoEvents; });
    if (is_under_way) return;
    const auto token = kFetchTokenBit | next_fetch_++;
    topic.fetches.emplace_back(kNoEvents, token);
    ask_for(token, fetches_[token] = {&topic, kNoEvents});
}

/// Those that wait begin where the edge is right; where it is behind, the link is about to say so.
void Hub::take_epoch(std::uint64_t token, HubTopic& topic, const Result<FetchedPage>& answer) {
    if (!answer || answer->epoch != topic.epoch) return failed_fetches_.push_back(token);
    std::erase(topic.fetches, std::pair(kNoEvents, token));
    fetches_.erase(token);
    for (auto* watch : topic.watches) {
        if (watch->state == State::opening) begin(*watch, *std::exchange(watch->from, nullptr));
    }
}

void Hub::begin(HubWatch& watch, const From& from) {
    const auto& topic = *watch.topic;
    const bool same_log = from.epoch == 0 || from.epoch == topic.epoch;
    WatchStart start{topic.name(), topic.epoch, topic.last, topic.last, topic.tail, false};
    switch (from.kind) {
        case From::Kind::now:
            break;
        case From::Kind::start:
            start.after = topic.tail - 1;
            break;
        case From::Kind::last:
            start.after = topic.last - std::min(from.count, topic.last);
            break;
        case From::Kind::after:
            // A client may know more than this edge has been sent yet.
            start.after = same_log ? from.offset : topic.tail - 1;
            start.head = std::max(start.head, start.after);
            start.resumed = same_log;
            break;
    }
    const auto wanted = start.after + 1;
    start.after = std::max(start.after, topic.tail - 1);
    watch.next = start.after + 1;
    watch.watcher->on_watching(watch.id, start);
    if (from.kind == From::Kind::after && !same_log) {
        watch.watcher->on_gap(
            watch.id, {topic.name(), from.offset + 1, from.offset, GapReason::epoch_changed, topic.epoch, start.after});
    } else if (from.kind == From::Kind::after && wanted < watch.next) {
        watch.watcher->on_gap(watch.id,
                              {topic.name(), wanted, start.after, GapReason::trimmed, topic.epoch, start.after});
    }
    catch_up(watch);
}

void Hub::on_ready(const TopicReady& ready) {
    auto* const topic = find(ready.path);
    if (topic == nullptr) return;
    if (topic->is_ready && topic->epoch != ready.epoch) return begin_epoch(*topic, ready);
    const bool is_new = !std::exchange(topic->is_ready, true);
    if (!is_new && ready.last <= topic->last) return;
    end_rests(*topic);
    topic->epoch = ready.epoch;
    topic->last = ready.last;
    topic->tail = std::max({topic->tail, ready.tail, std::uint64_t{1}});
    for (auto* watch : topic->watches) {
        if (is_new) {
            open(*watch, *std::exchange(watch->from, nullptr));
        } else if (watch->state == State::live) {
            catch_up(*watch);  // the topic was given up and taken up again meanwhile: what lies between has not come
        }
    }
}

/// All that the new log has will come.
void Hub::begin_epoch(HubTopic& topic, const TopicReady& ready) {
    end_rests(topic);
    const auto old_last = topic.last;
    topic.epoch = ready.epoch;
    topic.last = ready.last;
    topic.tail = ready.tail;
    clear_ring(topic);
    pages_.drop(topic);
    drop_fetches(topic);
    for (auto* watch : topic.watches) {
        if (watch->state == State::opening) {
            open(*watch, *std::exchange(watch->from, nullptr));
            continue;
        }
        const Gap gap{topic.name(), watch->next, old_last, GapReason::epoch_changed, topic.epoch, ready.last};
        watch->next = ready.last + 1;
        set_state(*watch, State::live);
        watch->watcher->on_gap(watch->id, gap);
    }
    serve_woken();
}

void Hub::on_refused(const TopicRefused& refused) {
    auto* const topic = find(refused.path);
    if (topic == nullptr) return;
    const auto name = topic->name();
    for (auto* watch : topic->watches) {
        auto& watcher = *watch->watcher;
        const auto id = watch->id;
        set_state(*watch, State::opening);
        watcher.watches_.erase(watcher.watches_.find(id));
        watcher.on_watch_failed(id, name, refused.error);
    }
    remove(*topic);
    serve_woken();
}

void Hub::on_events(const EventBatchPtr& batch) {
    auto* const topic = find(batch->path());
    tell_filtering(batch->path(), topic, [&](Watcher& watcher) {
        filtered_ += batch->size();
        watcher.on_filtered_events(batch);
    });
    if (topic == nullptr || !topic->is_ready || batch->epoch() != topic->epoch) return;
    if (batch->last() <= topic->last) return;
    const auto known = topic->last + 1 - std::min(batch->first(), topic->last + 1);
    take_step(*topic, batch->last(), {.events = batch->size() - known});
    keep(*topic, batch);
    for (auto* watch : topic->watches) {
        const bool is_live = watch->state == State::live || watch->state == State::resting;
        if (is_live && watch->next <= batch->last()) take_live(*watch, batch);
    }
}

/// Calls `tell` for each watcher with a filter that matches the topic, but for those whose own watch of it has begun:
/// that brings what there is to tell.
template <class Tell>
void Hub::tell_filtering(std::string_view path, const HubTopic* topic, Tell tell) {
    if (filtering_.empty()) return;
    const auto [realm, name] = split_path(path);
    const auto watches_it = [&](const Watcher& watcher) {
        if (topic == nullptr) return false;
        const auto brings = [&](const auto& w) {
            return w->watcher == &watcher && w->topic == topic && w->state != State::opening;
        };
        const auto& theirs = watcher.watches_;
        if (theirs.size() < topic->watches.size()) return std::any_of(theirs.begin(), theirs.end(), brings);
        return std::any_of(topic->watches.begin(), topic->watches.end(), brings);
    };
    for (auto* watcher : filtering_) {
        if (matches_any(watcher->filters_, lost_filters_, realm, name) && !watches_it(*watcher)) tell(*watcher);
    }
}

/// What matches one filter may come because of another that is in force sooner, and would hide what was missed.
void Hub::on_link_lost() {
    for (const auto* watcher : filtering_) {
        lost_filters_.insert(watcher->filters_.begin(), watcher->filters_.end());
    }
}

void Hub::on_filter_in_force(const FilterInForce& in_force) {
    const HubFilter filter{in_force.realm, in_force.filter};
    lost_filters_.erase(filter);
    if (!in_force.was_lost) return;
    for (auto* watcher : filtering_) {
        if (contains(watcher->filters_, filter)) watcher->on_filter_gap(in_force.filter, GapReason::link_lost);
    }
}

void Hub::on_trimmed(const EventsTrimmed& trimmed) {
    auto* const topic = find(trimmed.path);
    tell_filtering(trimmed.path, topic, [&](Watcher& watcher) {
        watcher.on_filtered_gap(split_path(trimmed.path).topic, trimmed.from, trimmed.to, GapReason::trimmed);
    });
    if (topic == nullptr || !topic->is_ready || trimmed.to <= topic->last) return;
    end_rests(*topic);
    take_step(*topic, trimmed.to, {.gap = trimmed.to + 1 - std::max(trimmed.from, topic->last + 1)});
    // What lies before may still be there: not all that is passed over has been trimmed from the front.
    if (trimmed.from <= topic->tail) topic->tail = trimmed.to + 1;
    for (auto* watch : topic->watches) {
        if (watch->state == State::live) skip_to(*watch, trimmed.to + 1, GapReason::trimmed);
    }
}

void Hub::keep(HubTopic& topic, const EventBatchPtr& batch) {
    const auto before = topic.ring.bytes();
    topic.ring.push(batch);
    ring_bytes_ += topic.ring.bytes() - before;
    shrink_ring(topic, ring_share());
}

/// A fifth is left for those that have not been shrunk to their share yet.
std::size_t Hub::ring_share() const {
    return std::min(kTopicRingBytesMax, options_.ring_bytes_max / 5 * 4 / std::max<std::size_t>(topics_.size(), 1));
}

void Hub::shrink_ring(HubTopic& topic, std::size_t bytes_max) {
    const auto before = topic.ring.bytes();
    while (topic.ring.bytes() > bytes_max) topic.ring.drop_oldest();
    ring_bytes_ -= before - topic.ring.bytes();
}

void Hub::clear_ring(HubTopic& topic) {
    ring_bytes_ -= topic.ring.bytes();
    topic.ring.clear();
}

void Hub::tick(std::int64_t now_us) {
    now_us_ = now_us;
    while (!idle_.empty() && now_us - idle_.front().first >= options_.linger_ms * 1000) {
        const auto [since_us, path] = std::move(idle_.front());
        idle_.pop_front();
        auto* const topic = find(*path);
        if (topic == nullptr || !topic->watches.empty() || topic->idle_since_us != since_us) continue;
        remove(*topic);
        to_link_(UnwatchTopic{std::string(*path)});
    }
    pages_.expire(now_us - kPagesKeptUs);
    for (const auto token : std::exchange(failed_fetches_, {})) ask_if_wanted(token);
    end_rests_due();
}

}  // namespace longwire::edge
