#include "protocol/link/subscriber_receiver.h"

#include <algorithm>

#include "protocol/limits.h"
#include "protocol/overloaded.h"

namespace longwire::link {
namespace {

constexpr std::int64_t kHelloAgainUs = 250'000;

Error lost_error() {
    return {Errc::unavailable, "the broker was lost before it answered: it may or may not have been done", {}, 500};
}

}  // namespace

template <class Message>
void SubscriberReceiver::send(const Message& message) {
    outgoing_.add(counter_->next(now_us_), message);
}

void SubscriberReceiver::subscribe(const SharedText& path) {
    if (topics_.find(*path) != nullptr) return;
    auto added = std::make_unique<Topic>();
    added->path = path;
    auto& topic = topics_.add(std::move(added));
    if (!is_up_) return;
    ask_when_possible(topic);
    ask_waiting();
}

void SubscriberReceiver::unsubscribe(std::string_view path) {
    const auto topic = topics_.take(path);
    if (!topic) return;
    asked_.erase(topic->asked);
    if (!is_up_) return;
    if (topic->asked != kNotYetAsked) send(Unsubscribe{path});
    ask_waiting();
}

void SubscriberReceiver::subscribe_filter(const std::string& realm, const std::string& filter) {
    filters_.push_back({realm, filter});
    if (is_up_) ask_for(filters_.back());
}

void SubscriberReceiver::unsubscribe_filter(const std::string& realm, const std::string& filter) {
    std::erase_if(filters_, [&](const Filter& known) { return known.realm == realm && known.filter == filter; });
    if (is_up_) send(UnsubscribeFilter{realm, filter});
}

void SubscriberReceiver::connection_gone(std::string_view connection) {
    if (is_up_) send(ConnectionGone{connection});
}

void SubscriberReceiver::report(const Prepared& report) {
    if (is_up_ && newest_known_ >= report.kind) send(report);
}

std::uint64_t SubscriberReceiver::request(std::string_view realm, std::string_view user, std::string_view command,
                                          std::string_view fields, bool may_repeat, std::int64_t now_us) {
    now_us_ = now_us;
    return ask(Request{next_request_++, realm, user, command, {fields}}, false, may_repeat);
}

std::uint64_t SubscriberReceiver::fetch(std::string_view path, std::uint64_t epoch, std::uint64_t after,
                                        std::uint32_t events_max, std::int64_t now_us) {
    now_us_ = now_us;
    return ask(Fetch{next_request_++, path, epoch, after, events_max}, true, true);
}

template <class Message>
std::uint64_t SubscriberReceiver::ask(const Message& message, bool is_fetch, bool may_repeat) {
    // What cannot be asked now is answered in the next tick, never from within the asking.
    if (waiting_.size() >= options_.requests_max || (!is_up_ && !may_repeat)) {
        refused_.emplace_back(message.request, is_fetch);
        return message.request;
    }
    Waiting waiting{is_fetch, may_repeat, now_us_ + kPatienceUs, {}};
    if (may_repeat) waiting.message = prepare(message);
    if (is_up_) send(message);
    waiting_.emplace_hint(waiting_.end(), message.request, std::move(waiting));
    return message.request;
}

std::size_t SubscriberReceiver::receive(std::string_view frame, std::int64_t now_us) {
    now_us_ = now_us;
    std::size_t messages = 0;
    decode_each<BrokerToEdge>(frame, [&](const Result<Numbered<BrokerToEdge>>& decoded) {
        take(decoded, now_us);
        const auto* const deliver = decoded ? std::get_if<Deliver>(&decoded->message) : nullptr;
        messages += deliver == nullptr ? 1 : deliver->topics.size();
        return true;
    });
    return messages;
}

void SubscriberReceiver::take(const Result<Numbered<BrokerToEdge>>& decoded, std::int64_t now_us) {
    if (!decoded || std::holds_alternative<LinkReset>(decoded->message)) {
        if (!is_up_) return;  // about an older session; the hello that is under way is said again in time
        end_session(now_us);
        return say_hello(now_us);
    }
    if (!counter_) return;
    if (const auto* const refused = std::get_if<HelloRefused>(&decoded->message)) {
        refusal_ = refused->message;
        return end_session(now_us);
    }
    if (const auto* const welcome = std::get_if<EdgeWelcome>(&decoded->message)) {
        newest_known_ = welcome->newest;
        counter_->peer_began_anew(now_us);
        if (!is_up_) begin_session();
        return;
    }
    const bool is_next = counter_->accept(decoded->number, now_us);
    if (!is_up_) return;  // the rest of an older session
    if (!is_next) return end_session(now_us);
    take_in_session(*decoded, now_us);
}

void SubscriberReceiver::take_in_session(const Numbered<BrokerToEdge>& message, std::int64_t now_us) {
    std::visit(Overloaded{
                   [&](const EdgeWelcome&) {},
                   [&](const Subscribed& subscribed) { take_subscribed(subscribed); },
                   [&](const Deliver& deliver) {
                       for (const auto& events : deliver.topics) take_events(events, now_us);
                       consume(message.bytes);
                   },
                   [&](const DeliveryGap& gap) { take_gap(gap); },
                   [&](const Reply& reply) { take_reply(reply); },
                   [&](const Fetched& fetched) { take_fetched(fetched); },
                   [&](const BrokerHeartbeat&) {},
                   [&](const LinkReset&) {},
                   [&](const HelloRefused&) {},
               },
               message.message);
}

void SubscriberReceiver::take_subscribed(const Subscribed& subscribed) {
    const auto asked = asked_.extract(subscribed.request);
    if (asked.empty()) return take_filter_subscribed(subscribed.request);
    const std::string path(*asked.mapped());
    auto& topic = *topics_.find(path);
    topic.asked = 0;
    const bool goes_on = topic.epoch == subscribed.epoch;
    topic.epoch = subscribed.epoch;
    topic.last = subscribed.after;
    if (!goes_on) listener_.on_subscribed(path, subscribed);
    ask_waiting();
}

void SubscriberReceiver::take_filter_subscribed(std::uint64_t request) {
    const auto found =
        std::find_if(filters_.begin(), filters_.end(), [&](const Filter& filter) { return filter.asked == request; });
    if (found == filters_.end()) return;  // given up meanwhile
    found->asked = 0;
    listener_.on_filter_in_force(found->realm, found->filter, std::exchange(found->was_lost, false));
}

void SubscriberReceiver::take_events(const TopicEvents& events, std::int64_t now_us) {
    if (events.envelopes.empty()) return;
    auto* const found = topics_.find(events.path);
    if (found == nullptr) return listener_.on_events(events);
    auto& topic = *found;
    if (topic.asked != 0) {
        // While the answer to a Subscribe is under way, what comes is owed to a filter. One that goes on will bring it
        // again, in its place.
        if (topic.epoch == 0) listener_.on_events(events);
        return;
    }
    const auto last = events.first + events.envelopes.size() - 1;
    if (events.epoch != topic.epoch || events.first > topic.last + 1) return end_session(now_us);
    if (last <= topic.last) return;
    if (events.first == topic.last + 1) {
        topic.last = last;
        return listener_.on_events(events);
    }
    auto rest = events;
    const auto known = static_cast<std::ptrdiff_t>(topic.last + 1 - events.first);
    rest.envelopes.erase(rest.envelopes.begin(), rest.envelopes.begin() + known);
    rest.first = topic.last + 1;
    topic.last = last;
    listener_.on_events(rest);
}

void SubscriberReceiver::take_gap(const DeliveryGap& gap) {
    const std::string path(gap.path);
    if (auto* const found = topics_.find(path)) {
        auto& topic = *found;
        // While a Subscribe is under way, what comes is owed to a filter, as for events.
        if (topic.asked != 0 && topic.epoch == 0) return listener_.on_gap(path, gap);
        if (topic.asked != 0 || gap.to <= topic.last) return;
        topic.last = gap.to;
    }
    listener_.on_gap(path, gap);
}

void SubscriberReceiver::take_reply(const Reply& reply) {
    if (const auto asked = asked_.extract(reply.request); !asked.empty()) {
        const std::string path(*asked.mapped());
        topics_.erase(path);
        ask_waiting();
        listener_.on_subscribe_failed(path, {errc_from_string(reply.code), std::string(reply.message),
                                             std::string(reply.field), reply.retry_after_ms});
        return;
    }
    const auto waiting = waiting_.extract(reply.request);
    if (waiting.empty()) return;
    if (reply.code.empty()) return listener_.on_reply(reply.request, reply.ok.bytes);
    fail(reply.request, waiting.mapped().is_fetch,
         {errc_from_string(reply.code), std::string(reply.message), std::string(reply.field), reply.retry_after_ms});
}

void SubscriberReceiver::take_fetched(const Fetched& fetched) {
    if (waiting_.erase(fetched.request) > 0) listener_.on_fetched(fetched.request, fetched);
}

void SubscriberReceiver::consume(std::size_t bytes) {
    consumed_bytes_ += bytes;
    if (!is_up_ || consumed_bytes_ - confirmed_bytes_ < options_.window_bytes / 4) return;
    confirmed_bytes_ = consumed_bytes_;
    send(Credit{consumed_bytes_});
}

void SubscriberReceiver::tick(std::int64_t now_us) {
    now_us_ = now_us;
    if (is_up_ && counter_->is_peer_lost(now_us)) end_session(now_us);
    if (!is_up_ && now_us - said_hello_us_ >= kHelloAgainUs) say_hello(now_us);
    if (is_up_ && counter_->is_heartbeat_due(now_us)) send(EdgeHeartbeat{});
    auto expired = std::exchange(refused_, {});
    // All have the same time, so those that were asked first are due first.
    while (!waiting_.empty() && waiting_.begin()->second.deadline_us <= now_us) {
        const auto first = waiting_.extract(waiting_.begin());
        expired.emplace_back(first.key(), first.mapped().is_fetch);
    }
    for (const auto& [number, is_fetch] : expired) {
        fail(number, is_fetch, {Errc::unavailable, "the broker does not answer", {}, 1000});
    }
}

void SubscriberReceiver::say_hello(std::int64_t now_us) {
    said_hello_us_ = now_us;
    counter_.emplace(now_us);
    outgoing_.clear();
    send(EdgeHello{kProtocolVersion, options_.edge, options_.window_bytes});
}

void SubscriberReceiver::say_bye(std::int64_t now_us) {
    now_us_ = now_us;
    if (is_up_) send(EdgeBye{});
}

void SubscriberReceiver::begin_session() {
    is_up_ = true;
    refusal_.clear();
    consumed_bytes_ = confirmed_bytes_ = 0;
    for (auto& filter : filters_) ask_for(filter);
    topics_.for_each([this](Topic& topic) { ask_when_possible(topic); });
    ask_waiting();
    for (const auto& [number, waiting] : waiting_) {
        outgoing_.add(counter_->next(now_us_), waiting.message);
    }
    listener_.on_link_up();
}

void SubscriberReceiver::end_session(std::int64_t now_us) {
    if (!is_up_) return;
    is_up_ = false;
    said_hello_us_ = now_us - kHelloAgainUs;
    outgoing_.clear();
    asked_.clear();
    to_ask_.clear();
    topics_.for_each([](Topic& topic) { topic.asked = 0; });
    for (auto& filter : filters_) filter.was_lost = true;
    std::vector<std::uint64_t> lost;
    for (const auto& [number, waiting] : waiting_) {
        if (!waiting.may_repeat) lost.push_back(number);
    }
    for (const auto number : lost) {
        waiting_.erase(number);
        fail(number, false, lost_error());
    }
    listener_.on_link_down();
}

void SubscriberReceiver::fail(std::uint64_t number, bool is_fetch, const Error& error) {
    is_fetch ? listener_.on_fetched(number, error) : listener_.on_reply(number, error);
}

void SubscriberReceiver::ask_when_possible(Topic& topic) {
    topic.asked = kNotYetAsked;
    to_ask_.push_back(topic.path);
}

void SubscriberReceiver::ask_waiting() {
    while (!to_ask_.empty() && asked_.size() < options_.subscribes_max) {
        auto* const topic = topics_.find(*to_ask_.front());
        to_ask_.pop_front();
        // It may have been given up, or asked for under an earlier entry, meanwhile.
        if (topic != nullptr && topic->asked == kNotYetAsked) ask_for(*topic);
    }
}

void SubscriberReceiver::ask_for(Topic& topic) {
    topic.asked = next_request_++;
    asked_[topic.asked] = topic.path;
    send(Subscribe{topic.asked, *topic.path, topic.epoch, topic.last});
}

void SubscriberReceiver::ask_for(Filter& filter) {
    filter.asked = next_request_++;
    send(SubscribeFilter{filter.asked, filter.realm, filter.filter});
}

}  // namespace longwire::link
