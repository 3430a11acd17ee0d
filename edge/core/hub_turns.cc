#include <algorithm>

#include "edge/core/hub.h"
#include "edge/core/hub_topic.h"

/// How watches get what there is for them: from what comes, from the ring, or by fetching.
namespace longwire::edge {
namespace {

constexpr std::uint32_t kFetchEventsMax = 500;
constexpr std::size_t kReplayFetchesMax = Hub::kFetchesPerWatcherMax / 2;

/// Pages that are asked for before they are wanted: one is read while another is rendered and a third is sent. With
/// many fetches under way there is always something to do for everyone.
constexpr std::size_t kPagesAhead = 2;
constexpr std::size_t kFetchesForReadingAhead = 8;

constexpr std::size_t kLaggingLookedAtMax = 1'000;

std::vector<HubWatch*> waiting_for(const HubTopic& topic, std::uint64_t after) {
    std::vector<HubWatch*> waiting;
    for (auto* watch : topic.watches) {
        if (watch->state == HubWatch::State::fetching && watch->next == after + 1) waiting.push_back(watch);
    }
    return waiting;
}

bool any_opening(const HubTopic& topic) {
    return std::any_of(topic.watches.begin(), topic.watches.end(),
                       [](const auto* watch) { return watch->state == HubWatch::State::opening; });
}

Tally tally_of(const MergedStretch& stretch) {
    Tally tally{.merged = stretch.merged};
    for (const auto& item : stretch.items) {
        if (const auto* gap = std::get_if<MergedGap>(&item)) {
            tally.gap += gap->to + 1 - gap->from;
        } else {
            ++tally.events;
        }
    }
    return tally;
}

}  // namespace

void Hub::set_state(HubWatch& watch, State state) {
    auto& watcher = *watch.watcher;
    if (watch.state == State::fetching) {
        --watcher.fetching_;
        wake(watcher);
    }
    if (state == State::fetching) ++watcher.fetching_;
    if (watch.state == State::resting && state != State::resting) {
        auto* const newest = resting_.back();
        newest->rest_place = watch.rest_place;
        resting_[watch.rest_place] = newest;
        resting_.pop_back();
    }
    if (state == State::resting && watch.state != State::resting) {
        watch.rest_place = static_cast<std::uint32_t>(resting_.size());
        resting_.push_back(&watch);
    }
    if (state == State::live) watch.lags_since_us = HubWatch::kNotLagging;
    watch.state = state;
}

void Hub::wait_for_turn(HubWatch& watch) {
    set_state(watch, State::behind);
    if (std::exchange(watch.is_queued, true)) return;
    const bool lags = watch.lags_since_us != HubWatch::kNotLagging;
    (lags ? watch.watcher->lagging_ : watch.watcher->replaying_).push(watch.id);
}

void Hub::catch_up(HubWatch& watch) {
    if (watch.next > watch.topic->last) return set_state(watch, State::live);
    wait_for_turn(watch);
    serve(*watch.watcher);
}

void Hub::wake(Watcher& watcher) {
    if (!std::exchange(watcher.is_woken_, true)) woken_.push_back(&watcher);
}

void Hub::serve_woken() {
    while (!woken_.empty()) {
        auto& watcher = *woken_.back();
        woken_.pop_back();
        watcher.is_woken_ = false;
        serve(watcher);
    }
}

void Hub::resume(Watcher& watcher) {
    serve(watcher);
}

/// Those who lag and those on their way from the past alternate, so that neither waits for all of the other.
void Hub::serve(Watcher& watcher) {
    for (bool goes_on = true; goes_on;) {
        goes_on = !watcher.lagging_.empty() && !watcher.is_full() &&
                  give_turn(watcher, watcher.lagging_, kFetchesPerWatcherMax);
        if (watcher.replaying_.empty() || watcher.is_half_full()) continue;
        goes_on = give_turn(watcher, watcher.replaying_, kReplayFetchesMax) || goes_on;
    }
}

/// Serves the first watch of a queue. False if it has to wait until a fetch has ended, or there is none.
bool Hub::give_turn(Watcher& watcher, TurnQueue& queue, std::size_t fetches_max) {
    while (!queue.empty()) {
        const auto found = watcher.watches_.find(queue.front());
        if (found == watcher.watches_.end() || (*found)->state != State::behind) {
            if (found != watcher.watches_.end()) (*found)->is_queued = false;
            queue.pop();
            continue;
        }
        auto& watch = **found;
        const bool has_all = watch.next > watch.topic->last;
        const auto batch = has_all ? nullptr : kept(*watch.topic, watch.next);
        if (!has_all && !batch && watcher.fetching_ >= fetches_max) return false;
        queue.pop();
        watch.is_queued = false;
        if (has_all) {
            set_state(watch, State::live);
        } else if (batch) {
            give(watch, batch);
        } else {
            fetch(watch);
        }
        return true;
    }
    return false;
}

/// Gives a watch its next events, which the batch has.
void Hub::give(HubWatch& watch, const EventBatchPtr& batch) {
    const bool is_slow = watch.merging.when_slow && now_us_ - watch.lags_since_us >= options_.merge_after_ms * 1000;
    if (is_slow || watch.merging.every_ms > 0) {
        give_merged(watch, batch, is_slow);
    } else {
        const auto index = watch.next - batch->first();
        give_step(watch, batch->last() + 1, {.events = batch->size() - index});
        watch.watcher->on_events(watch.id, batch, index);
    }
    if (watch.next <= watch.topic->last) {
        wait_for_turn(watch);
        read_ahead(*watch.topic, *batch);
    } else {
        set_state(watch, State::live);
    }
}

/// The longer the stretch, the more of it can be merged: what the ring has behind the batch is added.
void Hub::give_merged(HubWatch& watch, const EventBatchPtr& batch, bool is_slow) {
    Merger merger(is_slow);
    auto next = watch.next;
    for (auto more = batch; more && !merger.is_full(); more = kept(*watch.topic, next)) {
        merger.add(more, next - more->first());
        next = more->last() + 1;
    }
    const auto stretch = merger.take();
    give_step(watch, next, tally_of(stretch));
    watch.given_us = now_us_;
    watch.watcher->on_merged(watch.id, stretch);
}

/// An event has come, for a watch that has all before it or lets it rest.
void Hub::take_live(HubWatch& watch, const EventBatchPtr& batch) {
    if (watch.watcher->is_full()) {
        watch.lags_since_us = now_us_;
        return wait_for_turn(watch);
    }
    if (watch.state == State::resting || watch.merging.every_ms > 0) {
        const auto from = std::max(watch.next, batch->first()) - batch->first();
        const bool is_early = now_us_ - watch.given_us < watch.merging.every_ms * 1000;
        if (is_early && can_wait(*batch, from)) return set_state(watch, State::resting);
    }
    if (watch.next >= batch->first()) return give(watch, batch);
    const auto next = watch.topic->ring.find(watch.next);
    next ? give(watch, next) : catch_up(watch);
}

/// What rests is given before something else changes.
void Hub::end_rests(HubTopic& topic) {
    for (auto* watch : topic.watches) {
        if (watch->state == State::resting) catch_up(*watch);
    }
}

void Hub::end_rests_due() {
    std::vector<HubWatch*> due;
    for (auto* watch : resting_) {
        if (now_us_ - watch->given_us >= watch->merging.every_ms * 1000) due.push_back(watch);
    }
    for (auto* watch : due) catch_up(*watch);
}

void Hub::skip_to(HubWatch& watch, std::uint64_t next, GapReason reason) {
    if (next <= watch.next) return;
    const Gap gap{watch.topic->name(), watch.next, next - 1, reason, watch.topic->epoch, next - 1};
    give_step(watch, next, {.gap = gap.to + 1 - gap.from});
    watch.watcher->on_gap(watch.id, gap);
}

Lag Hub::lag_of(const Watcher& watcher) {
    Lag lag;
    if (watcher.lagging_.empty()) return lag;
    lag.since_us = HubWatch::kNotLagging;
    const auto waiting = watcher.lagging_.waiting();
    for (const auto id : waiting.first(std::min(waiting.size(), kLaggingLookedAtMax))) {
        const auto found = watcher.watches_.find(id);
        if (found == watcher.watches_.end() || (*found)->state != State::behind) continue;
        const auto& watch = **found;
        ++lag.topics;
        lag.events += watch.topic->last + 1 - std::min(watch.next, watch.topic->last + 1);
        lag.since_us = std::min(lag.since_us, watch.lags_since_us);
    }
    return lag;
}

EventBatchPtr Hub::kept(const HubTopic& topic, std::uint64_t offset) {
    auto batch = topic.ring.find(offset);
    return batch ? batch : pages_.find(topic, offset);
}

void Hub::fetch(HubWatch& watch) {
    set_state(watch, State::fetching);
    fetch_page(*watch.topic, watch.next - 1);
}

void Hub::fetch_page(HubTopic& topic, std::uint64_t after) {
    const bool is_under_way = std::any_of(topic.fetches.begin(), topic.fetches.end(),
                                          [&](const auto& other) { return other.first == after; });
    if (is_under_way) return;
    const auto token = kFetchTokenBit | next_fetch_++;
    topic.fetches.emplace_back(after, token);
    ask_for(token, fetches_[token] = {&topic, after});
}

/// Where pages are bounded by their bytes nobody knows where the one after the next begins.
void Hub::read_ahead(HubTopic& topic, const EventBatch& given) {
    auto next = given.last() + 1;
    const auto pages = given.size() == kFetchEventsMax ? kPagesAhead : 1;
    for (std::size_t page = 0; page < pages && next <= topic.last && !topic.ring.find(next); ++page) {
        if (const auto known = pages_.peek(topic, next)) {
            next = known->last() + 1;
            continue;
        }
        if (asked_ >= kFetchesForReadingAhead || !pages_.has_room_ahead()) return;
        fetch_page(topic, next - 1);
        next += kFetchEventsMax;
    }
}

void Hub::ask_for(std::uint64_t token, const Fetch& fetch) {
    if (asked_ >= kFetchesAtOnceMax) return fetches_to_ask_.push(token);
    ++asked_;
    const auto epoch = fetch.after == kNoEvents ? 0 : fetch.topic->epoch;
    to_link_(FetchEvents{token, std::string(*fetch.topic->path), epoch, fetch.after, kFetchEventsMax});
}

/// Asks, unless all who waited for it have gone.
void Hub::ask_if_wanted(std::uint64_t token) {
    const auto found = fetches_.find(token);
    if (found == fetches_.end()) return;
    const auto [topic, after] = found->second;
    const bool is_wanted = after == kNoEvents ? any_opening(*topic) : !waiting_for(*topic, after).empty();
    if (is_wanted) return ask_for(token, found->second);
    std::erase(topic->fetches, std::pair(after, token));
    fetches_.erase(found);
}

bool Hub::on_fetched(const EventsFetched& fetched) {
    if ((fetched.token & kFetchTokenBit) == 0) return false;
    --asked_;
    while (!fetches_to_ask_.empty() && asked_ < kFetchesAtOnceMax) {
        const auto next = fetches_to_ask_.front();
        fetches_to_ask_.pop();
        ask_if_wanted(next);
    }
    const auto found = fetches_.find(fetched.token);
    if (found == fetches_.end()) return true;
    const auto [topic, after] = found->second;
    const auto& page = fetched.page;
    if (after == kNoEvents) {
        take_epoch(fetched.token, *topic, page);
        serve_woken();
        return true;
    }
    // A page of another epoch, or with nothing in it, is a broker that is about to tell more.
    const bool leads_on =
        page && page->epoch == topic->epoch && (page->batch || page->tail > after + 1 || page->unreadable_to > after);
    if (!leads_on) {
        failed_fetches_.push_back(fetched.token);
        return true;
    }
    std::erase(topic->fetches, std::pair(after, fetched.token));
    fetches_.erase(found);
    take_page(*topic, after, *page);
    serve_woken();
    return true;
}

/// A page without events tells up to where there are none to be had. Those that this edge has not heard of yet will
/// come live, all the same.
void Hub::take_page(HubTopic& topic, std::uint64_t after, const FetchedPage& page) {
    const auto empty_to = std::max(page.tail - 1, std::min(page.unreadable_to, topic.last));
    bool was_given = false;
    for (auto* watch : waiting_for(topic, after)) {
        skip_to(*watch, page.batch ? page.batch->first() : empty_to + 1, GapReason::trimmed);
        if (page.batch && !watch->watcher->is_full()) {
            give(*watch, page.batch);
            was_given = true;
        } else {
            wait_for_turn(*watch);
        }
    }
    if (page.batch) pages_.keep(topic, page.batch, was_given, now_us_);
}

void Hub::drop_fetches(HubTopic& topic) {
    for (const auto& [after, token] : topic.fetches) fetches_.erase(token);
    topic.fetches.clear();
}

}  // namespace longwire::edge
