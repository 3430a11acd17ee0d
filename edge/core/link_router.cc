#include "edge/core/link_router.h"

#include <algorithm>
#include <memory>

#include "protocol/command.h"
#include "protocol/msgpack_fields.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {
namespace {

/// Of which topic the ledger is asked for; empty where it isn't.
std::string ledger_path(const SendCommand& command) {
    if (command.command != LedgerCommand::kName) return {};
    const auto decoded = decode_command(command.command, command.fields);
    return decoded ? topic_path(command.realm, std::get<LedgerCommand>(*decoded).topic) : std::string();
}

}  // namespace

LinkRouter::LinkRouter(link::SubscriberReceiver::Options options, std::size_t shards)
    : link_(options, *this), to_shards_(shards), edge_(std::move(options.edge)) {
    for (std::size_t i = 0; i < shards; ++i) all_.set(i);
}

void LinkRouter::take(std::size_t shard, ToLink message, std::int64_t now_us) {
    std::visit(Overloaded{
                   [&](const WatchTopic& m) { watch_topic(shard, m.path); },
                   [&](const UnwatchTopic& m) { unwatch_topic(shard, m.path); },
                   [&](const WatchFilter& m) { watch_filter(shard, m.realm, m.filter); },
                   [&](const UnwatchFilter& m) { unwatch_filter(shard, m.realm, m.filter); },
                   [&](const TellGone& m) { link_.connection_gone(m.connection); },
                   [&](FetchEvents& m) {
                       const auto request = link_.fetch(m.path, m.epoch, m.after, m.events_max, now_us);
                       asked_[request] = {shard, m.token, std::move(m.path)};
                   },
                   [&](const SendCommand& m) {
                       const auto request = link_.request(m.realm, m.user, m.command, m.fields, m.may_repeat, now_us);
                       asked_[request] = {shard, m.token, ledger_path(m)};
                   },
                   [&](const LedgerCounted& m) { take_count(m); },
               },
               message);
}

void LinkRouter::watch_topic(std::size_t shard, const SharedText& path) {
    if (auto* const known = topics_.find(*path)) {
        known->shards.set(shard);
        if (known->is_ready) {
            to_shards_[shard].emplace_back(TopicReady{std::string(*path), known->epoch, known->last, known->tail});
        }
        return;
    }
    auto topic = std::make_unique<Topic>();
    topic->path = path;
    topic->shards.set(shard);
    topics_.add(std::move(topic));
    link_.subscribe(path);
}

void LinkRouter::unwatch_topic(std::size_t shard, const std::string& path) {
    auto* const topic = topics_.find(path);
    if (topic == nullptr) return;
    topic->shards.reset(shard);
    if (topic->shards.any()) return;
    topics_.erase(path);
    link_.unsubscribe(path);
}

void LinkRouter::watch_filter(std::size_t shard, const std::string& realm, const std::string& filter) {
    auto found = std::find_if(filters_.begin(), filters_.end(),
                              [&](const Filter& f) { return f.realm == realm && f.filter == filter; });
    if (found == filters_.end()) {
        found = filters_.insert(found, {realm, filter, {}, false});
        link_.subscribe_filter(realm, filter);
    }
    found->shards.set(shard);
    if (found->is_in_force) to_shards_[shard].emplace_back(FilterInForce{realm, filter, false});
}

void LinkRouter::unwatch_filter(std::size_t shard, const std::string& realm, const std::string& filter) {
    const auto found = std::find_if(filters_.begin(), filters_.end(),
                                    [&](const Filter& f) { return f.realm == realm && f.filter == filter; });
    if (found == filters_.end()) return;
    found->shards.reset(shard);
    if (found->shards.any()) return;
    filters_.erase(found);
    link_.unsubscribe_filter(realm, filter);
}

template <class Message>
void LinkRouter::tell(const Shards& shards, const Message& message) {
    for (std::size_t i = 0; i < to_shards_.size(); ++i) {
        if (shards.test(i)) to_shards_[i].emplace_back(message);
    }
}

void LinkRouter::on_link_up() {
    tell(all_, LinkChanged{true});
}

void LinkRouter::on_link_down() {
    for (auto& filter : filters_) filter.is_in_force = false;
    tell(all_, LinkChanged{false});
}

void LinkRouter::on_subscribed(const std::string& path, const link::Subscribed& subscribed) {
    auto* const topic = topics_.find(path);
    if (topic == nullptr) return;
    topic->is_ready = true;
    topic->epoch = subscribed.epoch;
    topic->last = subscribed.after;
    topic->tail = subscribed.tail;
    tell(topic->shards, TopicReady{path, topic->epoch, topic->last, topic->tail});
}

void LinkRouter::on_subscribe_failed(const std::string& path, const Error& error) {
    if (const auto topic = topics_.take(path)) tell(topic->shards, TopicRefused{path, error});
}

void LinkRouter::on_events(const link::TopicEvents& events) {
    Shards shards = filtering(events.path);
    auto* const topic = topics_.find(events.path);
    if (topic != nullptr && topic->is_ready) {
        topic->last = std::max(topic->last, events.first + events.envelopes.size() - 1);
        shards |= topic->shards;
    }
    if (shards.none()) return;
    events_ += events.envelopes.size();
    auto path = topic != nullptr ? topic->path : SharedText(events.path);
    const auto batch = batch_of(std::move(path), events.epoch, events.first, events.envelopes);
    for (std::size_t i = 0; i < batch->size(); ++i) ages_.add(now_us_ - batch->envelope(i).time_us);
    tell(shards, EventsArrived{batch});
}

void LinkRouter::on_gap(const std::string& path, const link::DeliveryGap& gap) {
    auto shards = filtering(path);
    if (auto* const topic = topics_.find(path); topic != nullptr && topic->is_ready) {
        topic->last = gap.to;
        if (gap.from <= topic->tail) topic->tail = gap.to + 1;
        shards |= topic->shards;
    }
    tell(shards, EventsTrimmed{path, gap.from, gap.to});
}

void LinkRouter::on_filter_in_force(const std::string& realm, const std::string& filter, bool was_lost) {
    for (auto& known : filters_) {
        if (known.realm != realm || known.filter != filter) continue;
        known.is_in_force = true;
        tell(known.shards, FilterInForce{realm, filter, was_lost});
    }
}

EventBatchPtr LinkRouter::batch_of(SharedText path, std::uint64_t epoch, std::uint64_t first,
                                   const std::vector<link::Blob>& envelopes) {
    envelopes_.clear();
    for (const auto& envelope : envelopes) envelopes_.push_back(envelope.bytes);
    return EventBatch::make(std::move(path), epoch, first, envelopes_);
}

/// The shards with a filter that matches a topic.
LinkRouter::Shards LinkRouter::filtering(std::string_view path) const {
    Shards shards;
    if (filters_.empty()) return shards;
    const auto [realm, topic] = split_path(path);
    for (const auto& filter : filters_) {
        if (filter.realm == realm && filter_matches(filter.filter, topic)) shards |= filter.shards;
    }
    return shards;
}

std::optional<LinkRouter::Asked> LinkRouter::take_asked(std::uint64_t request) {
    const auto found = asked_.find(request);
    if (found == asked_.end()) return std::nullopt;
    auto asked = std::move(found->second);
    asked_.erase(found);
    return asked;
}

void LinkRouter::on_reply(std::uint64_t request, const Result<std::string_view>& reply) {
    auto asked = take_asked(request);
    if (!asked) return;
    if (reply && !asked->path.empty()) return begin_survey(std::move(*asked), *reply);
    Result<std::string> answer = std::string();
    if (reply) {
        answer = std::string(*reply);
    } else {
        answer = reply.error();
    }
    to_shards_[asked->shard].emplace_back(CommandAnswered{asked->token, std::move(answer)});
}

/// To what the broker knows of a ledger this edge adds its own part, which is with its shards.
void LinkRouter::begin_survey(Asked asked, std::string_view answer) {
    const auto survey = next_survey_++;
    tell(all_, LedgerAsked{survey, asked.path});
    surveys_.emplace(survey, Survey{std::move(asked), std::string(answer), to_shards_.size(), {}});
}

void LinkRouter::take_count(const LedgerCounted& counted) {
    const auto found = surveys_.find(counted.survey);
    if (found == surveys_.end()) return;
    auto& survey = found->second;
    survey.ledger += counted.ledger;
    if (--survey.open > 0) return;
    to_shards_[survey.asked.shard].emplace_back(CommandAnswered{
        survey.asked.token, with_raw_field(survey.answer, "received", write_ledger(survey.ledger, edge_))});
    surveys_.erase(found);
}

void LinkRouter::on_fetched(std::uint64_t request, const Result<link::Fetched>& fetched) {
    const auto asked = take_asked(request);
    if (!asked) return;
    const auto& [shard, token, path] = *asked;
    if (!fetched) {
        to_shards_[shard].emplace_back(EventsFetched{token, fetched.error()});
        return;
    }
    FetchedPage page{fetched->epoch, fetched->head, fetched->tail, nullptr, 0};
    if (!fetched->envelopes.empty()) {
        const auto* const topic = topics_.find(path);
        page.batch = batch_of(topic != nullptr ? topic->path : SharedText(path), fetched->epoch, fetched->first,
                              fetched->envelopes);
    } else if (fetched->first > fetched->tail) {
        page.unreadable_to = fetched->first - 1;
    }
    to_shards_[shard].emplace_back(EventsFetched{token, std::move(page)});
}

}  // namespace longwire::edge
