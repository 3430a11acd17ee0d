#include <algorithm>
#include <stdexcept>

#include "protocol/event_types.h"
#include "protocol/limits.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"
#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

std::string name_of(const link::AttemptRef& ref) {
    return std::string(ref.task) + "#" + std::to_string(ref.attempt);
}

bool is_end(std::string_view type) {
    return type == event_type::kTaskCompleted || type == event_type::kTaskFailed || type == event_type::kTaskCancelled;
}

}  // namespace

FakeWorker::FakeWorker(Options options)
    : options_(std::move(options)), sender_({options_.name, options_.incarnation, options_.window_bytes}) {}

void FakeWorker::hello() {
    is_live_ = false;
    sender_.disconnected();
    counter_.emplace(now_us_);
    outgoing_.clear();
    link::WorkerHello hello;
    hello.version = kProtocolVersion;
    hello.worker = options_.name;
    hello.incarnation = options_.incarnation;
    hello.kinds.assign(options_.kinds.begin(), options_.kinds.end());
    hello.capacity = options_.capacity;
    hello.program = "fake 1.0";
    for (const auto& [task, attempt] : attempts_) {
        if (attempt.end && sender_.is_committed(*attempt.end)) continue;
        hello.running.push_back({kRealm, task, attempt.attempt});
    }
    hello.acknowledged = sender_.acknowledged();
    send(hello);
}

void FakeWorker::bye() {
    send(link::WorkerBye{});
    is_live_ = false;
}

void FakeWorker::draining() {
    send(link::WorkerDraining{});
}

void FakeWorker::waiting(std::uint32_t attempts) {
    send(link::AttemptsWaiting{attempts});
}

void FakeWorker::start_child(const std::string& task, std::string_view name, std::string_view json,
                             std::uint32_t attempt) {
    const auto fields = msgpack(json);
    send(link::StartChild{{kRealm, task, attempt == 0 ? attempts_.at(task).attempt : attempt}, name, {fields}});
}

void FakeWorker::describe(const std::vector<Described>& kinds) {
    std::deque<std::string> packed;
    const auto pack = [&](const std::string& json) -> std::string_view {
        return json.empty() ? std::string_view{} : packed.emplace_back(msgpack(json));
    };
    link::DescribeKinds message;
    for (const auto& one : kinds) {
        message.kinds.push_back({one.kind, one.about, {pack(one.input_schema)}, {pack(one.example)}});
    }
    send(message);
}

void FakeWorker::hand_back(const std::string& task) {
    const auto held = attempts_.find(task);
    if (held == attempts_.end()) return;
    const link::AttemptRef ref{kRealm, task, held->second.attempt};
    send(link::HandBack{ref, "asked to"});
    handed_back.insert(name_of(ref));
    attempts_.erase(held);
}

bool FakeWorker::emit(const std::string& task, std::string_view type, std::string_view json) {
    return emit_as(task, last_attempt_[task], type, json);
}

bool FakeWorker::emit_as(const std::string& task, std::uint32_t attempt, std::string_view type, std::string_view json) {
    Envelope extra;
    extra.attempt = attempt;
    if (!publish(task_topic(task), type, json, extra)) return false;
    const auto held = attempts_.find(task);
    if (is_end(type) && held != attempts_.end() && held->second.attempt == attempt) {
        const auto partition = partition_of(path_of(task_topic(task)), 16);
        for (const auto& position : sender_.published()) {
            if (position.partition == partition) held->second.end = position;
        }
    }
    return true;
}

bool FakeWorker::publish(std::string_view topic, std::string_view type, std::string_view json, const Envelope& extra) {
    const auto payload = msgpack(json);
    auto envelope = extra;
    envelope.time_us = now_us_;
    envelope.type = type;
    envelope.payload = payload;
    sender_.set_subscribed(publishes_by_pub);
    return sender_.emit(path_of(topic), envelope).has_value();
}

std::size_t FakeWorker::count(std::string_view word) const {
    return static_cast<std::size_t>(std::count_if(
        heard_.begin(), heard_.end(), [&](const auto& line) { return std::string_view(line).starts_with(word); }));
}

void FakeWorker::session_over() {
    is_live_ = false;
    counter_.reset();
    sender_.disconnected();
    if (rejoins) hello();
}

void FakeWorker::assigned(const link::AssignTask& assign) {
    auto& held = attempts_[std::string(assign.attempt.task)];
    if (held.attempt != assign.attempt.attempt) held = {assign.attempt.attempt, assign.run, 0, false, {}};
    last_attempt_[std::string(assign.attempt.task)] = assign.attempt.attempt;
    order.emplace_back(assign.attempt.task);
}

std::string FakeWorker::forget(const link::AttemptRef& ref) {
    const auto held = attempts_.find(std::string(ref.task));
    if (held != attempts_.end() && held->second.attempt == ref.attempt) attempts_.erase(held);
    return name_of(ref);
}

void FakeWorker::hear(const link::BrokerToWorker& message) {
    std::visit(Overloaded{
                   [&](const link::WorkerWelcome& welcome) {
                       is_live_ = true;
                       positions_ = welcome.positions;
                       if (!sender_.welcome(welcome)) throw std::logic_error("the partitions have changed");
                       heard_.emplace_back("welcome");
                   },
                   [&](const link::EventsCommitted& committed) {
                       for (const auto& position : committed.positions) sender_.committed(position);
                       std::erase_if(attempts_, [&](const auto& held) {
                           return held.second.end && sender_.is_committed(*held.second.end);
                       });
                       heard_.emplace_back("ack");
                       durability_ = committed.durability;
                   },
                   [&](const link::ResendRequest& request) {
                       sender_.resend(request);
                       heard_.push_back("resend " + std::to_string(request.from) + "-" + std::to_string(request.to));
                   },
                   [&](const link::AssignTask& assign) {
                       assigned(assign);
                       heard_.push_back("assign " + name_of(assign.attempt));
                   },
                   [&](const link::CancelTask& cancel) {
                       const auto held = attempts_.find(std::string(cancel.attempt.task));
                       if (held != attempts_.end()) held->second.cancelled = true;
                       heard_.push_back("cancel " + name_of(cancel.attempt));
                   },
                   [&](const link::TaskInput& input) {
                       const auto data = text_of(json_of(input.data.bytes));
                       heard_.push_back("input " + name_of(input.attempt) + " " + data);
                       const auto held = attempts_.find(std::string(input.attempt.task));
                       if (held == attempts_.end() || held->second.attempt != input.attempt.attempt) return;
                       if (input.offset <= held->second.last_input) return;
                       held->second.last_input = input.offset;
                       inputs.emplace_back(name_of(input.attempt), data);
                   },
                   [&](const link::RevokeAttempt& revoke) { heard_.push_back("revoke " + forget(revoke.attempt)); },
                   [&](const link::EventRefused& refused) {
                       // A real worker looks here for the attempt that the refusal is about.
                       const auto event = sender_.find(refused.at);
                       heard_.push_back("refused " + std::string(refused.code) + (event ? "" : " unknown"));
                   },
                   [&](const link::ChildState& child) {
                       const auto result = child.result.bytes.empty() ? "" : " " + text_of(json_of(child.result.bytes));
                       const auto error = child.error.bytes.empty() ? "" : " " + text_of(json_of(child.error.bytes));
                       heard_.push_back("child " + name_of(child.attempt) + " " + std::string(child.name) + " " +
                                        std::string(child.task) + " " + std::string(child.state) + result + error);
                   },
                   [&](const link::ChildRefused& refused) {
                       heard_.push_back("no child " + name_of(refused.attempt) + " " + std::string(refused.name) + " " +
                                        std::string(refused.code) + " " + std::string(refused.field));
                   },
                   [&](const link::DescriptionRefused& refused) {
                       heard_.push_back("not described " + std::string(refused.kind) + " " + std::string(refused.code) +
                                        " " + std::string(refused.field));
                   },
                   [&](const link::BrokerHeartbeat&) {},
                   [&](const link::LinkReset&) {
                       heard_.emplace_back("reset");
                       session_over();
                   },
                   [&](const link::HelloRefused&) {
                       heard_.emplace_back("hello refused");
                       counter_.reset();
                   },
               },
               message);
}

void FakeWorker::receive(std::string_view bytes, std::int64_t now_us) {
    now_us_ = now_us;
    const auto decoded = link::decode<link::BrokerToWorker>(bytes);
    if (!decoded) throw std::logic_error("the broker sent what nobody can read");
    const auto& message = decoded->message;
    const bool is_outside =
        std::holds_alternative<link::LinkReset>(message) || std::holds_alternative<link::HelloRefused>(message);
    if (!is_outside) {
        if (!counter_) return;
        if (std::holds_alternative<link::WorkerWelcome>(message)) {
            counter_->peer_began_anew(now_us);
        } else if (!is_live_) {
            return;
        } else if (!counter_->accept(decoded->number, now_us)) {
            return session_over();
        }
    }
    hear(message);
}

void FakeWorker::tick(std::int64_t now_us) {
    now_us_ = now_us;
    if (!is_live_ || !is_heartbeating || !counter_) return;
    if (counter_->is_peer_lost(now_us)) return session_over();
    if (counter_->is_heartbeat_due(now_us)) send(link::WorkerHeartbeat{sender_.published()});
}

void FakeWorker::send_into(BrokerInbox& in) {
    if (is_live_) {
        for (auto& outgoing : sender_.take_outgoing()) {
            if (outgoing.over_link) {
                send(link::ResentEvents{{*outgoing.key}, {outgoing.envelopes}});
                continue;
            }
            if (loses_pub || !is_connected) continue;
            const auto bytes = std::make_shared<const std::string>(outgoing.envelopes);
            in.published.push_back({*outgoing.key, bytes});
            if (duplicates_pub) in.published.push_back({*outgoing.key, bytes});
        }
    }
    for (auto& bytes : std::exchange(outgoing_, {})) {
        if (is_connected) in.from_workers.push_back({options_.name, std::move(bytes)});
    }
}

}  // namespace longwire::broker::testing
