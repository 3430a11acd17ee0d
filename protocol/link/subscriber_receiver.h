#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/link/frame_writer.h"
#include "protocol/link/link_counter.h"
#include "protocol/link/subscriber_messages.h"
#include "protocol/path_table.h"
#include "protocol/shared_text.h"

namespace longwire::link {

/// What a SubscriberReceiver tells its owner. Called from within receive() and tick(); views live during the call.
class SubscriberListener {
  public:
    virtual ~SubscriberListener() = default;

    virtual void on_link_up() = 0;
    virtual void on_link_down() = 0;

    /// Where a topic's deliveries begin: the next one is `after` + 1. Said once for each subscribe(), and again when
    /// the topic has begun a new epoch, of which all that is kept will come.
    virtual void on_subscribed(const std::string& path, const Subscribed& subscribed) = 0;
    virtual void on_subscribe_failed(const std::string& path, const Error& error) = 0;

    /// Consecutive events: for a subscribed topic the very next ones.
    virtual void on_events(const TopicEvents& events) = 0;

    /// Offsets that will not come; for a topic not subscribed to, they were owed to a filter.
    virtual void on_gap(const std::string& path, const DeliveryGap& gap) = 0;

    /// A filter is in force: what matches it from now on will come. If it `was_lost`, with a session, what has matched
    /// it since then has not come and will not.
    virtual void on_filter_in_force(const std::string& /*realm*/, const std::string& /*filter*/, bool /*was_lost*/) {}

    virtual void on_reply(std::uint64_t request, const Result<std::string_view>& reply) = 0;
    virtual void on_fetched(std::uint64_t request, const Result<Fetched>& fetched) = 0;
};

/// The edge's end of a subscriber link: what it is subscribed to, up to where it has each topic, and which requests
/// wait for their answers. A session that breaks is begun anew, and goes on where the last one stopped.
///
/// Requests that can be asked twice without harm are asked again in the next session; the others fail as `unavailable`
/// when theirs ends, because they may or may not have been done. All fail after `kPatienceUs`.
///
/// Bound: `requests_max` that wait; more fail at once. Of subscriptions, `subscribes_max` wait for their answer and the
/// others for those, so that a session that begins anew with very many does not flood the link. What waits is one
/// path for each subscribe() since the oldest of those.
/// Thread: one at a time; no locks inside.
class SubscriberReceiver {
  public:
    struct Options {
        std::string edge;
        std::size_t window_bytes = 16 << 20;
        std::size_t requests_max = 100'000;
        std::size_t subscribes_max = 10'000;
    };

    static constexpr std::int64_t kPatienceUs = 10'000'000;

    SubscriberReceiver(Options options, SubscriberListener& listener)
        : options_(std::move(options)), listener_(listener) {}

    void subscribe(const SharedText& path);
    void subscribe(std::string_view path) { subscribe(SharedText(path)); }
    void unsubscribe(std::string_view path);
    void subscribe_filter(const std::string& realm, const std::string& filter);
    void unsubscribe_filter(const std::string& realm, const std::string& filter);

    /// Passes a client's command on. The answer comes as on_reply with the number returned.
    std::uint64_t request(std::string_view realm, std::string_view user, std::string_view command,
                          std::string_view fields, bool may_repeat, std::int64_t now_us);

    /// A connection that requests have named is gone. For the broker they all go with the session, so that without one
    /// there is nothing to say.
    void connection_gone(std::string_view connection);

    /// An EdgeReport. Without a session there is nobody to tell, and an older broker would not know what it is told.
    void report(const Prepared& report);

    /// Asks for a page of a topic's past. The answer comes as on_fetched.
    std::uint64_t fetch(std::string_view path, std::uint64_t epoch, std::uint64_t after, std::uint32_t events_max,
                        std::int64_t now_us);

    /// Takes a frame. Gives how many messages there were in it, each topic with events counted as one.
    std::size_t receive(std::string_view frame, std::int64_t now_us);
    void tick(std::int64_t now_us);

    bool is_up() const { return is_up_; }

    /// Why the broker will not have this edge, from when it said so until it welcomes it; empty otherwise.
    const std::string& refusal() const { return refusal_; }
    std::int64_t heard_us() const { return counter_ ? counter_->heard_us() : 0; }

    /// The last words of a session, for a clean end.
    void say_bye(std::int64_t now_us);

    /// Frames to send, in order. One that cannot be sent ends the session: say so with unreachable().
    std::vector<std::string> take_outgoing() { return outgoing_.take(); }
    void unreachable(std::int64_t now_us) { end_session(now_us); }

  private:
    static constexpr std::uint64_t kNotYetAsked = UINT64_MAX;

    struct Topic {
        SharedText path;
        std::uint64_t epoch = 0;  // 0: not yet told
        std::uint64_t last = 0;
        std::uint64_t asked = 0;  // the number of the Subscribe that waits for its answer, or kNotYetAsked; 0: none
    };
    struct Filter {
        std::string realm;
        std::string filter;
        std::uint64_t asked = 0;  // the number of the SubscribeFilter that waits for its answer; 0: none
        bool was_lost = false;    // a session ended since it was last in force
    };
    struct Waiting {
        bool is_fetch = false;
        bool may_repeat = false;
        std::int64_t deadline_us = 0;
        Prepared message;  // of one that may be repeated
    };

    template <class Message>
    void send(const Message& message);
    void say_hello(std::int64_t now_us);
    void begin_session();
    void end_session(std::int64_t now_us);
    void ask_when_possible(Topic& topic);
    void ask_waiting();
    void ask_for(Topic& topic);
    void ask_for(Filter& filter);
    template <class Message>
    std::uint64_t ask(const Message& message, bool is_fetch, bool may_repeat);
    void fail(std::uint64_t number, bool is_fetch, const Error& error);
    void take(const Result<Numbered<BrokerToEdge>>& decoded, std::int64_t now_us);
    void take_in_session(const Numbered<BrokerToEdge>& message, std::int64_t now_us);
    void take_subscribed(const Subscribed& subscribed);
    void take_filter_subscribed(std::uint64_t request);
    void take_events(const TopicEvents& events, std::int64_t now_us);
    void take_gap(const DeliveryGap& gap);
    void take_reply(const Reply& reply);
    void take_fetched(const Fetched& fetched);
    void consume(std::size_t bytes);

    Options options_;
    SubscriberListener& listener_;
    std::optional<LinkCounter> counter_;  // from the hello on
    bool is_up_ = false;
    std::uint32_t newest_known_ = 0;  // kind of a message, to the broker
    std::string refusal_;
    std::int64_t said_hello_us_ = 0;
    std::int64_t now_us_ = 0;
    std::uint64_t next_request_ = 1;
    std::uint64_t consumed_bytes_ = 0;
    std::uint64_t confirmed_bytes_ = 0;
    PathTable<Topic> topics_;
    std::deque<SharedText> to_ask_;                        // topics; an entry may be out of date
    std::unordered_map<std::uint64_t, SharedText> asked_;  // number of a Subscribe -> path
    std::vector<Filter> filters_;
    std::map<std::uint64_t, Waiting> waiting_;
    std::vector<std::pair<std::uint64_t, bool>> refused_;  // requests, whether they are fetches; told in the next tick
    FrameWriter outgoing_;
};

}  // namespace longwire::link
