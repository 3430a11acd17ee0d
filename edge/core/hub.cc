#include "edge/core/hub.h"

#include <algorithm>
#include <array>

#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {
namespace {

constexpr std::uint32_t kFetchEventsMax = 500;
constexpr std::size_t kTopicRingBytesMax = 512 << 10;
constexpr std::size_t kTopicRingBytesMin = 4 << 10;

}  // namespace

std::string_view to_string(GapReason reason) {
    constexpr std::array<std::string_view, 3> kNames{"trimmed", "slow", "epoch_changed"};
    return kNames[static_cast<std::size_t>(reason)];
}

void Hub::watch(Watcher& watcher, std::uint64_t id, const std::string& path, const From& from) {
    auto& topic = topics_[path];
    if (!topic) {
        topic = std::make_unique<Topic>();
        topic->path = path;
        to_link_(WatchTopic{path});
    }
    topic->idle_since_us = 0;
    auto& watch = *(watches_[{&watcher, id}] = std::make_unique<Watch>());
    watch.watcher = &watcher;
    watch.id = id;
    watch.topic = topic.get();
    watch.from = from;
    topic->watches.push_back(&watch);
    if (topic->is_ready) begin(watch);
}

void Hub::unwatch(Watcher& watcher, std::uint64_t id, std::int64_t now_us) {
    const auto found = watches_.extract(WatchKey{&watcher, id});
    if (found.empty()) return;
    auto& topic = *found.mapped()->topic;
    behind_.erase(found.mapped().get());
    std::erase(topic.watches, found.mapped().get());
    if (!topic.watches.empty()) return;
    topic.idle_since_us = now_us;
    idle_.emplace_back(now_us, topic.path);
}

void Hub::watch_filter(Watcher& watcher, const std::string& realm, const std::string& filter) {
    filters_[&watcher].push_back({realm, filter});
    to_link_(WatchFilter{realm, filter});
}

void Hub::unwatch_filter(Watcher& watcher, const std::string& realm, const std::string& filter) {
    const auto found = filters_.find(&watcher);
    if (found == filters_.end()) return;
    const FilterWatch removed{realm, filter};
    std::erase(found->second, removed);
    if (found->second.empty()) filters_.erase(found);
    for (const auto& [other, theirs] : filters_) {
        if (std::find(theirs.begin(), theirs.end(), removed) != theirs.end()) return;
    }
    to_link_(UnwatchFilter{realm, filter});
}

void Hub::forget(Watcher& watcher, std::int64_t now_us) {
    for (auto it = watches_.lower_bound({&watcher, 0}); it != watches_.end() && it->first.first == &watcher;) {
        const auto id = (it++)->first.second;
        unwatch(watcher, id, now_us);
    }
    while (filters_.contains(&watcher)) {
        const auto filter = filters_.at(&watcher).back();
        unwatch_filter(watcher, filter.realm, filter.filter);
    }
}

void Hub::resume(Watcher& watcher) {
    for (auto it = watches_.lower_bound({&watcher, 0}); it != watches_.end() && it->first.first == &watcher; ++it) {
        if (watcher.is_full()) return;
        if (it->second->state == State::behind) pump(*it->second);
    }
}

void Hub::set_state(Watch& watch, State state) {
    watch.state = state;
    if (state == State::behind) {
        behind_.insert(&watch);
    } else {
        behind_.erase(&watch);
    }
}

void Hub::begin(Watch& watch) {
    const auto& topic = *watch.topic;
    const auto& from = watch.from;
    WatchStart start{topic.epoch, topic.last, topic.last, topic.tail, false};
    const bool same_log = from.epoch == 0 || from.epoch == topic.epoch;
    switch (from.kind) {
        case From::Kind::now: break;
        case From::Kind::start: start.after = topic.tail - 1; break;
        case From::Kind::last: start.after = topic.last - std::min(from.count, topic.last); break;
        case From::Kind::after:
            start.after = same_log ? std::min(from.offset, topic.last) : topic.tail - 1;
            start.resumed = same_log;
            break;
    }
    const bool is_trimmed = start.after + 1 < topic.tail;
    const auto wanted = start.after + 1;
    if (is_trimmed) start.after = topic.tail - 1;
    watch.next = start.after + 1;
    set_state(watch, State::behind);
    watch.watcher->on_watching(watch.id, start);
    if (from.kind == From::Kind::after && !same_log) {
        watch.watcher->on_gap(watch.id, topic.epoch, from.offset + 1, start.after, GapReason::epoch_changed);
    } else if (from.kind == From::Kind::after && is_trimmed) {
        watch.watcher->on_gap(watch.id, topic.epoch, wanted, start.after, GapReason::trimmed);
    }
    pump(watch);
}

void Hub::pump(Watch& watch) {
    set_state(watch, State::behind);
    while (watch.next <= watch.topic->last) {
        if (watch.watcher->is_full()) return;
        if (!deliver_from_ring(watch)) return fetch(watch);
    }
    set_state(watch, State::live);
}

bool Hub::deliver_from_ring(Watch& watch) {
    const auto& ring = watch.topic->ring;
    if (ring.empty() || watch.next < ring.front()->first()) return false;
    const auto after = std::upper_bound(ring.begin(), ring.end(), watch.next,
                                        [](std::uint64_t offset, const EventBatchPtr& b) { return offset < b->first(); });
    const auto batch = *std::prev(after);
    if (watch.next > batch->last()) return false;
    const auto index = watch.next - batch->first();
    watch.next = batch->last() + 1;
    watch.watcher->on_events(watch.id, batch, index);
    return true;
}

void Hub::fetch(Watch& watch) {
    set_state(watch, State::fetching);
    auto& topic = *watch.topic;
    const auto after = watch.next - 1;
    if (topic.fetches.contains(after)) return;
    const auto token = kFetchTokenBit | next_fetch_++;
    topic.fetches[after] = token;
    fetches_[token] = {topic.path, topic.epoch, after};
    to_link_(FetchEvents{token, topic.path, topic.epoch, after, kFetchEventsMax});
}

std::vector<Hub::Watch*> Hub::watches_at(Topic& topic, std::uint64_t after) const {
    std::vector<Watch*> waiting;
    for (auto* watch : topic.watches) {
        if (watch->state == State::fetching && watch->next == after + 1) waiting.push_back(watch);
    }
    return waiting;
}

bool Hub::on_fetched(const EventsFetched& fetched) {
    if ((fetched.token & kFetchTokenBit) == 0) return false;
    const auto asked = fetches_.extract(fetched.token);
    if (asked.empty()) return true;
    const auto found = topics_.find(asked.mapped().path);
    if (found == topics_.end()) return true;
    auto& topic = *found->second;
    const auto after = asked.mapped().after;
    const auto fetch = topic.fetches.find(after);
    if (fetch == topic.fetches.end() || fetch->second != fetched.token) return true;
    topic.fetches.erase(fetch);
    for (auto* watch : watches_at(topic, after)) {
        set_state(*watch, State::behind);
        if (!fetched.page) continue;  // the next tick asks again
        const auto& page = *fetched.page;
        // Without events all up to the log's tail are gone; without a tail beyond, all that was known of.
        const auto next = page.batch ? page.batch->first() : std::max(page.tail, watch->next);
        if (next > watch->next) {
            watch->watcher->on_gap(watch->id, topic.epoch, watch->next, next - 1, GapReason::trimmed);
            watch->next = next;
        }
        if (page.batch) {
            const auto index = watch->next - page.batch->first();
            watch->next = page.batch->last() + 1;
            watch->watcher->on_events(watch->id, page.batch, index);
        }
        pump(*watch);
    }
    return true;
}

void Hub::on_ready(const TopicReady& ready) {
    const auto found = topics_.find(ready.path);
    if (found == topics_.end()) return;
    auto& topic = *found->second;
    const bool is_new = !topic.is_ready;
    const bool is_same = topic.is_ready && topic.epoch == ready.epoch;
    if (is_same) return;
    topic.is_ready = true;
    const auto old_last = topic.last;
    topic.epoch = ready.epoch;
    topic.last = ready.last;
    topic.tail = ready.tail;
    clear_ring(topic);
    topic.fetches.clear();
    const auto watches = topic.watches;
    for (auto* watch : watches) {
        if (is_new) {
            begin(*watch);
            continue;
        }
        const auto missed_from = watch->next;
        watch->next = ready.last + 1;
        watch->watcher->on_gap(watch->id, topic.epoch, missed_from, old_last, GapReason::epoch_changed);
        pump(*watch);
    }
}

void Hub::on_refused(const TopicRefused& refused) {
    const auto found = topics_.find(refused.path);
    if (found == topics_.end()) return;
    const auto watches = found->second->watches;
    for (auto* watch : watches) {
        auto& watcher = *watch->watcher;
        const auto id = watch->id;
        behind_.erase(watch);
        watches_.erase({&watcher, id});
        watcher.on_watch_failed(id, refused.error);
    }
    clear_ring(*found->second);
    topics_.erase(refused.path);
}

void Hub::on_events(const EventBatchPtr& batch) {
    if (!filters_.empty()) deliver_filtered(batch);
    const auto found = topics_.find(batch->path());
    if (found == topics_.end()) return;
    auto& topic = *found->second;
    if (!topic.is_ready || batch->epoch() != topic.epoch || batch->first() != topic.last + 1) return;
    topic.last = batch->last();
    keep(topic, batch);
    const auto count = topic.watches.size();
    for (std::size_t i = 0; i < count; ++i) {
        auto& watch = *topic.watches[i];
        if (watch.state != State::live) continue;
        if (watch.watcher->is_full()) {
            set_state(watch, State::behind);
            continue;
        }
        watch.next = batch->last() + 1;
        watch.watcher->on_events(watch.id, batch, 0);
    }
}

void Hub::deliver_filtered(const EventBatchPtr& batch) {
    const auto realm = batch->realm();
    const auto topic = batch->topic();
    for (const auto& [watcher, filters] : filters_) {
        const bool matches = std::any_of(filters.begin(), filters.end(), [&](const FilterWatch& f) {
            return f.realm == realm && filter_matches(f.filter, topic);
        });
        if (matches && !watches_topic(*watcher, batch->path())) watcher->on_filtered_events(batch);
    }
}

bool Hub::watches_topic(const Watcher& watcher, const std::string& path) const {
    const auto found = topics_.find(path);
    if (found == topics_.end()) return false;
    const auto& watches = found->second->watches;
    return std::any_of(watches.begin(), watches.end(), [&](const Watch* w) { return w->watcher == &watcher; });
}

void Hub::on_trimmed(const EventsTrimmed& trimmed) {
    const auto found = topics_.find(trimmed.path);
    if (found == topics_.end() || !found->second->is_ready) return;
    auto& topic = *found->second;
    topic.last = trimmed.to;
    topic.tail = trimmed.to + 1;
    clear_ring(topic);
    const auto watches = topic.watches;
    for (auto* watch : watches) {
        if (watch->state != State::live) continue;
        watch->watcher->on_gap(watch->id, topic.epoch, watch->next, trimmed.to, GapReason::trimmed);
        watch->next = trimmed.to + 1;
    }
}

void Hub::keep(Topic& topic, const EventBatchPtr& batch) {
    topic.ring.push_back(batch);
    topic.ring_bytes += batch->bytes();
    ring_bytes_ += batch->bytes();
    const auto share = options_.ring_bytes_max / std::max<std::size_t>(topics_.size(), 1);
    const auto bound = std::clamp(share, kTopicRingBytesMin, kTopicRingBytesMax);
    while (topic.ring.size() > 1 && topic.ring_bytes > bound) drop_oldest(topic);
}

void Hub::drop_oldest(Topic& topic) {
    const auto bytes = topic.ring.front()->bytes();
    topic.ring_bytes -= bytes;
    ring_bytes_ -= bytes;
    topic.ring.pop_front();
}

void Hub::clear_ring(Topic& topic) {
    while (!topic.ring.empty()) drop_oldest(topic);
}

void Hub::drop_topic(const std::string& path) {
    const auto found = topics_.find(path);
    clear_ring(*found->second);
    topics_.erase(found);
    to_link_(UnwatchTopic{path});
}

void Hub::tick(std::int64_t now_us) {
    while (!idle_.empty() && now_us - idle_.front().first >= options_.linger_ms * 1000) {
        const auto [since_us, path] = std::move(idle_.front());
        idle_.pop_front();
        const auto found = topics_.find(path);
        if (found != topics_.end() && found->second->idle_since_us == since_us) drop_topic(path);
    }
    // A page that could not be fetched is asked for again.
    const std::vector<Watch*> behind(behind_.begin(), behind_.end());
    for (auto* watch : behind) {
        if (!watch->watcher->is_full()) pump(*watch);
    }
}

}  // namespace longwire::edge
