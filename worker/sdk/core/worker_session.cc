#include "worker/sdk/core/worker_session.h"

#include <algorithm>
#include <utility>

#include "protocol/envelope.h"
#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::worker {
namespace {

constexpr std::int64_t kConnectingUs = 25'000;
constexpr std::int64_t kHelloFirstUs = 200'000;
constexpr std::int64_t kHelloLastUs = 1'000'000;
constexpr std::int64_t kSteadyUs = 5'000'000;  // a session that lasted so long was no false start
constexpr std::int64_t kTailPatienceUs = 100'000;
constexpr std::int64_t kRefusalsSaidUs = 5'000'000;
constexpr std::int64_t kChildPauseMs = 250;  // at least, before one that there was no room for is asked for again
constexpr std::int64_t kTickBusyUs = 50'000;
constexpr std::int64_t kTickIdleUs = 250'000;

std::string partition_prefix(std::uint32_t partition) {
    return topic_key("", partition).substr(0, 3);
}

std::string with_count(std::string_view payload, std::uint64_t events) {
    std::string count;
    MsgpackWriter(count).unsigned_integer(events);
    const auto with = with_raw_field(payload, "events", count);
    return with.empty() ? std::string(payload) : with;
}

}  // namespace

WorkerSession::WorkerSession(Options options, std::int64_t now_us)
    : options_(std::move(options)),
      sender_({options_.worker, options_.incarnation, options_.window_bytes}),
      counter_(now_us),
      hello_interval_us_(kHelloFirstUs) {
    say_hello(now_us);
}

template <class Message>
void WorkerSession::send(const Message& message, std::int64_t now_us) {
    link_out_.push_back(link::encode(counter_.next(now_us), message));
}

void WorkerSession::notice(Notice::Level level, std::string message) {
    orders_.emplace_back(Notice{level, std::move(message)});
}

// The session's beginning and end.

void WorkerSession::say_hello(std::int64_t now_us) {
    counter_ = link::LinkCounter(now_us);
    link_out_.clear();  // what is left of an earlier session would only break this one
    link::WorkerHello hello;
    hello.version = kProtocolVersion;
    hello.worker = options_.worker;
    hello.incarnation = options_.incarnation;
    hello.kinds.assign(options_.kinds.begin(), options_.kinds.end());
    hello.capacity = options_.capacity;
    hello.program = options_.program;
    for (const auto& [id, held] : attempts_.all()) hello.running.push_back(held.ref());
    hello.acknowledged = sender_.acknowledged();
    send(hello, now_us);
    has_said_hello_ = true;
    hello_due_us_ = now_us + hello_interval_us_;
    hello_interval_us_ = std::min(hello_interval_us_ * 2, kHelloLastUs);
}

void WorkerSession::session_over(std::string_view why, std::int64_t now_us) {
    if (is_over()) return;
    if (state_ == State::joining) return;
    notice(Notice::Level::warn, "session with the broker is over: " + std::string(why));
    state_ = State::joining;
    has_said_hello_ = false;
    sender_.disconnected();
    link_out_.clear();
    if (now_us - welcomed_us_ < kSteadyUs) {
        hello_due_us_ = now_us + hello_interval_us_;  // a false start: no haste
    } else {
        say_hello(now_us);
    }
}

void WorkerSession::link_failed(std::int64_t now_us) {
    if (state_ == State::live) return session_over("a message could not be sent", now_us);
    // A hello to nobody: it costs nothing to try again soon.
    hello_due_us_ = std::min(hello_due_us_, now_us + kConnectingUs);
    hello_interval_us_ = kHelloFirstUs;
}

/// The cluster has no memory of us: what it was to acknowledge it never will.
void WorkerSession::start_anew(std::string_view why, std::int64_t now_us) {
    notice(Notice::Level::error, std::string(why) + "; all attempts are given up, with " +
                                     std::to_string(sender_.kept_bytes()) + " bytes of unacknowledged events");
    for (const auto& [id, held] : HeldAttempts::Map(attempts_.all())) revoke(id, why);
    options_.incarnation = std::max(options_.incarnation + 1, static_cast<std::uint64_t>(now_us));
    sender_ = link::ProducerSender({options_.worker, options_.incarnation, options_.window_bytes});
    partitions_ = 0;
    state_ = State::joining;
    say_hello(now_us);
}

bool WorkerSession::broker_forgot(const link::WorkerWelcome& welcome) const {
    for (std::uint32_t partition = 0; partition < partitions_; ++partition) {
        std::uint64_t known = 0;
        for (const auto& position : welcome.positions) {
            if (position.partition == partition) known = position.sequence;
        }
        if (sender_.is_committed({partition, known + 1})) return true;
    }
    return false;
}

void WorkerSession::on(const link::WorkerWelcome& welcome, std::int64_t now_us) {
    if (welcome.version != kProtocolVersion) {
        state_ = State::refused;
        return notice(Notice::Level::error, "broker speaks version " + std::to_string(welcome.version) +
                                                " of the protocol, this worker " + std::to_string(kProtocolVersion));
    }
    if (broker_forgot(welcome)) return start_anew("the broker has lost events it had acknowledged", now_us);
    if (!sender_.welcome(welcome)) return start_anew("the cluster's number of partitions has changed", now_us);
    if (!was_ever_live_) notice(Notice::Level::info, "welcomed by broker " + std::string(welcome.broker));
    state_ = State::live;
    was_ever_live_ = true;
    welcomed_us_ = confirmed_us_ = now_us;
    hello_interval_us_ = kHelloFirstUs;
    waiting_said_ = 0;
    partitions_ = welcome.partitions;
    update_subscribed();
    const bool can_describe = options_.described && welcome.newest >= options_.described->kind;
    if (can_describe) link_out_.push_back(link::seal(counter_.next(now_us), *options_.described));
    if (draining_) send(link::WorkerDraining{}, now_us);
    settle(now_us);
    for (auto& [id, held] : attempts_.all()) {
        for (auto& [name, child] : held.children) child.ask_us = now_us;  // what was told meanwhile is lost
    }
    ask_for_children(now_us);
}

void WorkerSession::on(const link::DescriptionRefused& refused, std::int64_t) {
    const Error error{errc_from_string(refused.code), std::string(refused.message), std::string(refused.field)};
    notice(Notice::Level::warn, "the broker does not keep what is said of a kind: " + describe(error));
}

void WorkerSession::on(const link::LinkReset& reset, std::int64_t now_us) {
    session_over("reset by the broker: " + std::string(reset.reason), now_us);
}

void WorkerSession::on(const link::HelloRefused& refused, std::int64_t) {
    state_ = State::refused;
    notice(Notice::Level::error, "the broker refuses this worker: " + std::string(refused.message));
}

void WorkerSession::receive(std::string_view bytes, std::int64_t now_us) {
    if (is_over()) return;
    const auto decoded = link::decode<link::BrokerToWorker>(bytes);
    if (!decoded) return session_over(describe(decoded.error()), now_us);
    const auto& message = decoded->message;
    if (const auto* const welcome = std::get_if<link::WorkerWelcome>(&message)) {
        // A broker that was held up may answer a hello of the life before this one.
        if (welcome->incarnation != options_.incarnation) return;
        // Nor does an answer to a hello of the session before know what is held now.
        if (!has_said_hello_) return;
        // While live, it answers a hello that had to be repeated. What we have sent since counts on from the last
        // hello, as the broker does.
        counter_.peer_began_anew(now_us);
    } else if (std::holds_alternative<link::HelloRefused>(message)) {
        // Final, whatever its number.
    } else if (state_ == State::joining) {
        return;  // left over from the session before
    } else if (!std::holds_alternative<link::LinkReset>(message) && !counter_.accept(decoded->number, now_us)) {
        return session_over("a message of the broker is missing", now_us);
    }
    std::visit([&](const auto& m) { on(m, now_us); }, message);
}

void WorkerSession::waiting(std::uint32_t count) {
    waiting_ = std::min(count, options_.waiting_max);
}

void WorkerSession::heard(bool added, std::string_view prefix) {
    if (prefix.size() > 3) return;  // narrower than a partition
    if (added) {
        prefixes_.emplace(prefix);
    } else if (const auto found = prefixes_.find(prefix); found != prefixes_.end()) {
        prefixes_.erase(found);
    }
    update_subscribed();
}

void WorkerSession::update_subscribed() {
    bool all = partitions_ > 0;
    for (std::uint32_t partition = 0; all && partition < partitions_; ++partition) {
        const auto prefix = partition_prefix(partition);
        all = std::any_of(prefixes_.begin(), prefixes_.end(), [&](const auto& p) { return prefix.starts_with(p); });
    }
    sender_.set_subscribed(all);
}

// Events.

bool WorkerSession::emit(AttemptId id, std::string_view type, std::string_view payload, std::int64_t time_us,
                         bool is_last) {
    auto* held = attempts_.find(id);
    if (held == nullptr || held->stage != HeldAttempt::Stage::running) return true;
    if (sender_.kept_bytes() == 0) confirmed_us_ = std::max(confirmed_us_, time_us);
    Envelope envelope;
    envelope.time_us = time_us;
    envelope.type = type;
    envelope.attempt = held->attempt;
    // The last event says how many there were before it, so that whoever reads the topic can tell whether all came.
    const auto last_payload = is_last ? with_count(payload, held->events) : std::string();
    envelope.payload = is_last ? last_payload : payload;
    const auto at = sender_.emit(held->path, envelope);
    if (!at) return false;
    held->last = *at;
    ++held->events;
    if (is_last) held->stage = HeldAttempt::Stage::ended;
    return true;
}

void WorkerSession::on(const link::EventsCommitted& committed, std::int64_t now_us) {
    confirmed_us_ = now_us;
    durability_ =
        static_cast<Durability>(std::min(committed.durability, static_cast<std::uint32_t>(Durability::fsync)));
    for (const auto& position : committed.positions) sender_.committed(position);
    settle(now_us);
}

void WorkerSession::on(const link::ResendRequest& request, std::int64_t) {
    sender_.resend(request);
}

/// A lost attempt can have thousands of events refused: one line in a while says so.
void WorkerSession::notice_refusal(const link::EventRefused& refused, std::int64_t now_us) {
    ++refused_unsaid_;
    if (refused_said_us_ != 0 && now_us - refused_said_us_ < kRefusalsSaidUs) return;
    notice(Notice::Level::warn, std::to_string(refused_unsaid_) + " events refused; the last: " +
                                    std::string(refused.code) + ": " + std::string(refused.message));
    refused_unsaid_ = 0;
    refused_said_us_ = now_us;
}

void WorkerSession::on(const link::EventRefused& refused, std::int64_t now_us) {
    notice_refusal(refused, now_us);
    const auto code = errc_from_string(refused.code);
    if (code == Errc::bad_request || code == Errc::too_large) return;  // about the event, not about its attempt
    const auto event = sender_.find(refused.at);
    if (!event) return;
    const auto key = parse_topic_key(event->key);
    const auto envelope = parse_envelope(event->envelope);
    if (!key || !envelope) return;
    const auto [realm, topic] = split_path(key->path);
    if (const auto id = attempts_.id_of({realm, task_of_topic(topic), envelope->attempt})) {
        revoke(id, refused.message);
    }
}

/// Lets go of attempts whose last event is acknowledged.
void WorkerSession::settle(std::int64_t now_us) {
    if (attempts_.running() == attempts_.all().size()) return;
    auto& all = attempts_.all();
    for (auto it = all.begin(); it != all.end();) {
        const auto& held = it->second;
        const bool told = !held.last || sender_.is_committed(*held.last);
        if (held.stage == HeldAttempt::Stage::ended && told) {
            it = all.erase(it);
        } else if (held.stage == HeldAttempt::Stage::handing_back && told && state_ == State::live) {
            hand_back(held.ref(), "draining", now_us);
            it = all.erase(it);
        } else {
            ++it;
        }
    }
}

// Attempts.

bool WorkerSession::serves(std::string_view kind) const {
    return std::find(options_.kinds.begin(), options_.kinds.end(), kind) != options_.kinds.end();
}

void WorkerSession::hand_back(const link::AttemptRef& ref, std::string_view reason, std::int64_t now_us) {
    send(link::HandBack{ref, reason}, now_us);
}

void WorkerSession::revoke(AttemptId id, std::string_view reason) {
    const auto* held = attempts_.find(id);
    if (held == nullptr) return;
    if (held->stage == HeldAttempt::Stage::running) orders_.emplace_back(RevokedAttempt{id, std::string(reason)});
    attempts_.remove(id);
}

void WorkerSession::give_back(AttemptId id, std::string_view reason, std::int64_t now_us) {
    const auto* held = attempts_.find(id);
    if (held == nullptr) return;
    if (state_ == State::live) hand_back(held->ref(), reason, now_us);
    attempts_.remove(id);
}

void WorkerSession::on(const link::AssignTask& assign, std::int64_t now_us) {
    if (attempts_.id_of(assign.attempt) != 0) return;  // told again after a new session
    if (draining_) return hand_back(assign.attempt, "draining", now_us);
    if (!serves(assign.kind)) return hand_back(assign.attempt, "kind is not served here", now_us);
    if (const auto other = attempts_.id_of_task(assign.attempt.realm, assign.attempt.task)) {
        if (attempts_.find(other)->attempt > assign.attempt.attempt) {
            return hand_back(assign.attempt, "a later attempt runs here", now_us);
        }
        revoke(other, "superseded by a later attempt");
    }
    if (attempts_.running() >= options_.capacity + options_.waiting_max)
        return hand_back(assign.attempt, "no room", now_us);
    StartAttempt start;
    start.id = attempts_.add(assign.attempt);
    start.realm = assign.attempt.realm;
    start.task = assign.attempt.task;
    start.kind = assign.kind;
    start.attempt = assign.attempt.attempt;
    start.run = assign.run;
    start.input = assign.input.bytes;
    start.timeout_ms = assign.timeout_ms;
    orders_.emplace_back(std::move(start));
}

void WorkerSession::on(const link::CancelTask& cancel, std::int64_t) {
    if (const auto id = attempts_.id_of(cancel.attempt)) {
        orders_.emplace_back(CancelAttempt{id, std::string(cancel.reason)});
    }
}

void WorkerSession::on(const link::TaskInput& input, std::int64_t) {
    const auto id = attempts_.id_of(input.attempt);
    auto* held = attempts_.find(id);
    if (held == nullptr || input.offset <= held->last_input) return;
    held->last_input = input.offset;
    orders_.emplace_back(GiveInput{id, input.offset, std::string(input.data.bytes)});
}

void WorkerSession::on(const link::RevokeAttempt& message, std::int64_t) {
    revoke(attempts_.id_of(message.attempt), message.reason);
}

// Children.

void WorkerSession::start_child(AttemptId id, const std::string& name, std::string fields, std::int64_t now_us) {
    auto* held = attempts_.find(id);
    if (held == nullptr || held->stage != HeldAttempt::Stage::running) return;
    held->children.insert_or_assign(name, HeldAttempt::Child{std::move(fields), now_us});
    ask_for_children(now_us);
}

void WorkerSession::ask_for_children(std::int64_t now_us) {
    if (state_ != State::live) return;
    for (auto& [id, held] : attempts_.all()) {
        if (held.stage != HeldAttempt::Stage::running) continue;
        for (auto& [name, child] : held.children) {
            if (child.ask_us > now_us) continue;
            child.ask_us = HeldAttempt::kAsked;
            send(link::StartChild{held.ref(), name, {child.fields}}, now_us);
        }
    }
}

void WorkerSession::on(const link::ChildState& child, std::int64_t) {
    const auto id = attempts_.id_of(child.attempt);
    auto* held = attempts_.find(id);
    if (held == nullptr) return;
    ChildNews news{id,
                   std::string(child.name),
                   std::string(child.task),
                   std::string(child.state),
                   std::string(child.result.bytes),
                   std::string(child.error.bytes)};
    if (news.has_ended()) held->children.erase(news.name);
    orders_.emplace_back(std::move(news));
}

void WorkerSession::on(const link::ChildRefused& refused, std::int64_t now_us) {
    const auto id = attempts_.id_of(refused.attempt);
    auto* held = attempts_.find(id);
    if (held == nullptr) return;
    const auto child = held->children.find(std::string(refused.name));
    if (child == held->children.end()) return;
    Error error{errc_from_string(refused.code), std::string(refused.message), std::string(refused.field),
                refused.retry_after_ms};
    if (error.code == Errc::unavailable) {
        child->second.ask_us = now_us + std::max(error.retry_after_ms, kChildPauseMs) * 1000;
        return;
    }
    orders_.emplace_back(ChildNews{id, child->first, {}, {}, {}, {}, std::move(error)});
    held->children.erase(child);
}

// Time.

bool WorkerSession::tail_is_due(std::int64_t now_us) const {
    return sender_.kept_bytes() > 0 && now_us - std::max(confirmed_us_, tail_said_us_) >= kTailPatienceUs;
}

void WorkerSession::tick_live(std::int64_t now_us) {
    if (counter_.is_peer_lost(now_us)) return session_over("the broker is silent", now_us);
    if (!counter_.is_heartbeat_due(now_us) && !tail_is_due(now_us)) return;
    tail_said_us_ = now_us;
    send(link::WorkerHeartbeat{sender_.published()}, now_us);
}

void WorkerSession::tick(std::int64_t now_us) {
    if (draining_) tick_drain(now_us);
    if (state_ == State::joining && now_us >= hello_due_us_) say_hello(now_us);
    if (state_ == State::live) tick_live(now_us);
    ask_for_children(now_us);
}

std::int64_t WorkerSession::next_tick_us(std::int64_t now_us) const {
    if (state_ == State::joining) return hello_due_us_;
    return now_us + (sender_.kept_bytes() > 0 || draining_ ? kTickBusyUs : kTickIdleUs);
}

void WorkerSession::drain(std::int64_t now_us) {
    if (draining_) return;
    draining_ = true;
    drain_until_us_ = now_us + options_.drain_grace_ms * 1000;
    give_up_us_ = drain_until_us_ + options_.drain_commit_ms * 1000;
    if (state_ == State::live) send(link::WorkerDraining{}, now_us);
    tick_drain(now_us);
}

void WorkerSession::tick_drain(std::int64_t now_us) {
    if (is_over()) return;
    if (now_us >= drain_until_us_) {
        for (auto& [id, held] : attempts_.all()) {
            if (held.stage != HeldAttempt::Stage::running) continue;
            held.stage = HeldAttempt::Stage::handing_back;
            orders_.emplace_back(RevokedAttempt{id, "the worker drains"});
        }
        settle(now_us);
    }
    if (attempts_.empty() && sender_.kept_bytes() == 0) {
        if (state_ == State::live) send(link::WorkerBye{}, now_us);
        state_ = State::done;
    } else if (now_us >= give_up_us_) {
        state_ = State::lost;
        notice(Notice::Level::error,
               "drained, but " + std::to_string(sender_.kept_bytes()) + " bytes of events are not acknowledged");
    }
}

WorkerSession::Output WorkerSession::take_output(std::int64_t now_us) {
    Output output;
    if (state_ == State::live) {
        if (waiting_ != waiting_said_) send(link::AttemptsWaiting{waiting_said_ = waiting_}, now_us);
        for (auto& outgoing : sender_.take_outgoing()) {
            if (outgoing.over_link) {
                send(link::ResentEvents{{*outgoing.key}, {outgoing.envelopes}}, now_us);
            } else {
                output.published.push_back(std::move(outgoing));
            }
        }
    }
    output.link = std::exchange(link_out_, {});
    output.orders = std::exchange(orders_, {});
    return output;
}

}  // namespace longwire::worker
