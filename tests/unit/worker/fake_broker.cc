#include "unit/worker/fake_broker.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "protocol/json.h"
#include "protocol/node/clock.h"
#include "protocol/topic.h"

namespace longwire::testing {
namespace {

constexpr std::size_t kEarlyBytesMax = 4 << 20;
const std::string kRealm = "dev";

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(describe(result.error()));
    return std::move(*result);
}

std::string name_of(const link::AttemptRef& ref) {
    return std::string(ref.task) + ":" + std::to_string(ref.attempt);
}

}  // namespace

FakeBroker::FakeBroker(Options options)
    : options_(std::move(options)),
      events_(must(zmq_link::bind_events(context_, {"tcp://127.0.0.1:*"}))),
      link_(must(zmq_link::bind_router(context_, {"tcp://127.0.0.1:*"}))),
      events_endpoint_(zmq_link::bound_endpoint(events_)),
      link_endpoint_(zmq_link::bound_endpoint(link_)),
      accepted_(options_.partitions),
      committed_(options_.partitions) {
    for (std::uint32_t i = 0; options_.subscribe && i < options_.partitions; ++i) {
        zmq_link::subscribe_partition(events_, i);
    }
    thread_ = std::thread([this] { run(); });
}

FakeBroker::~FakeBroker() {
    ending_ = true;
    wake_.wake();
    thread_.join();
}

void FakeBroker::post(std::function<void()> what) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(what));
    }
    wake_.wake();
}

template <class Message>
void FakeBroker::send(const Message& message) {
    if (!session_) return;
    const auto bytes = link::encode(session_->next(now_us()), message);
    if (std::exchange(lose_next_, false)) return;
    zmq_link::send(link_, {peer_, bytes});
}

void FakeBroker::assign(const std::string& task, std::uint32_t attempt, const std::string& kind,
                        const std::string& input_json) {
    post([=, this] {
        const auto input = must(json_to_msgpack(input_json));
        send(link::AssignTask{{kRealm, task, attempt}, 1, kind, {input}, 0});
    });
}

void FakeBroker::cancel(const std::string& task, std::uint32_t attempt, const std::string& reason) {
    post([=, this] { send(link::CancelTask{{kRealm, task, attempt}, reason, 10'000}); });
}

void FakeBroker::revoke(const std::string& task, std::uint32_t attempt, const std::string& reason) {
    post([=, this] { send(link::RevokeAttempt{{kRealm, task, attempt}, reason}); });
}

void FakeBroker::input(const std::string& task, std::uint32_t attempt, std::uint64_t offset, const std::string& json) {
    post([=, this] {
        const auto data = must(json_to_msgpack(json));
        send(link::TaskInput{{kRealm, task, attempt}, offset, {data}});
    });
}

void FakeBroker::child_state(const std::string& task, std::uint32_t attempt, const std::string& name,
                             const std::string& child, const std::string& state, const std::string& result_json) {
    post([=, this] {
        const auto result = must(json_to_msgpack(result_json));
        send(link::ChildState{{kRealm, task, attempt}, name, child, state, {result}, {}});
    });
}

void FakeBroker::child_refused(const std::string& task, std::uint32_t attempt, const std::string& name,
                               const Error& error) {
    post([=, this] {
        send(link::ChildRefused{
            {kRealm, task, attempt}, name, to_string(error.code), error.message, error.field, error.retry_after_ms});
    });
}

void FakeBroker::reset_session() {
    post([this] {
        send(link::LinkReset{"asked for by a test"});
        session_.reset();
    });
}

void FakeBroker::hold_acks() {
    post([this] { holding_acks_ = true; });
}

void FakeBroker::release_acks() {
    post([this] { holding_acks_ = false; });
}

void FakeBroker::lose_next_message() {
    post([this] { lose_next_ = true; });
}

bool FakeBroker::wait_until(const std::function<bool(const Seen&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return condition(seen_); });
}

FakeBroker::Seen FakeBroker::seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
}

std::vector<LoggedEvent> FakeBroker::events_of(const Seen& seen, const std::string& task) {
    std::vector<LoggedEvent> found;
    for (const auto& event : seen.events) {
        if (event.path == topic_path(kRealm, task_topic(task))) found.push_back(event);
    }
    return found;
}

std::vector<std::string> FakeBroker::types_of(const Seen& seen, const std::string& task) {
    std::vector<std::string> types;
    for (const auto& event : events_of(seen, task)) types.push_back(event.type);
    return types;
}

void FakeBroker::run() {
    auto heartbeat_due_us = now_us();
    while (!ending_) {
        zmq::pollitem_t items[] = {{link_.handle(), 0, ZMQ_POLLIN, 0},
                                   {events_.handle(), 0, ZMQ_POLLIN, 0},
                                   {nullptr, wake_.fd(), ZMQ_POLLIN, 0}};
        zmq::poll(items, 3, std::chrono::milliseconds(5));
        wake_.clear();
        std::vector<std::function<void()>> posted;
        {
            const std::lock_guard lock(mutex_);
            posted.swap(posted_);
        }
        for (const auto& what : posted) what();
        while (const auto received = zmq_link::receive(link_)) {
            peer_ = (*received)[0];
            handle((*received)[1]);
        }
        for (int i = 0; i < 256; ++i) {
            const auto received = zmq_link::receive(events_);
            if (!received) break;
            random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
            if (static_cast<int>((random_ >> 33) % 100) < options_.lose_published_percent) {
                const std::lock_guard lock(mutex_);
                ++seen_.lost_messages;
                continue;
            }
            handle_event_message((*received)[0], (*received)[1]);
        }
        commit();
        if (receiver_ != nullptr && session_) {
            for (const auto& request : receiver_->missing(now_us())) send(request);
        }
        if (session_ && now_us() >= heartbeat_due_us) {
            heartbeat_due_us = now_us() + options_.heartbeat_ms * 1000;
            send(link::BrokerHeartbeat{});
        }
        changed_.notify_all();
    }
}

void FakeBroker::welcome(const link::WorkerHello& hello) {
    if (!options_.refuse.empty()) {
        session_.emplace(now_us());
        return send(link::HelloRefused{options_.refuse});
    }
    auto [found, is_new] = receivers_.try_emplace(hello.incarnation, options_.partitions, kEarlyBytesMax);
    receiver_ = &found->second;
    if (is_new) {
        accepted_.assign(options_.partitions, 0);
        committed_.assign(options_.partitions, 0);
    }
    for (const auto& position : hello.acknowledged) receiver_->restore(position);
    session_.emplace(now_us());
    session_->accept(1, now_us());
    {
        const std::lock_guard lock(mutex_);
        ++seen_.hellos;
        seen_.last_running.clear();
        for (const auto& ref : hello.running) seen_.last_running.push_back(name_of(ref));
    }
    const auto positions = receiver_->positions();
    send(link::WorkerWelcome{1, "fake", options_.partitions, options_.window_bytes, positions, hello.incarnation});
}

void FakeBroker::handle(std::string_view bytes) {
    const auto decoded = must(link::decode<link::WorkerToBroker>(bytes));
    if (const auto* hello = std::get_if<link::WorkerHello>(&decoded.message)) return welcome(*hello);
    if (!session_ || !session_->accept(decoded.number, now_us())) {
        if (!session_) session_.emplace(now_us());
        send(link::LinkReset{"unknown session"});
        session_.reset();
        return;
    }
    if (const auto* resent = std::get_if<link::ResentEvents>(&decoded.message)) {
        {
            const std::lock_guard lock(mutex_);
            ++seen_.resent_messages;
        }
        return handle_event_message(resent->key.bytes, resent->envelopes.bytes);
    }
    if (const auto* heartbeat = std::get_if<link::WorkerHeartbeat>(&decoded.message)) {
        for (const auto& position : heartbeat->published) receiver_->published(position);
        return;
    }
    const std::lock_guard lock(mutex_);
    if (const auto* back = std::get_if<link::HandBack>(&decoded.message)) {
        seen_.handed_back.push_back(name_of(back->attempt) + " " + std::string(back->reason));
    }
    if (const auto* child = std::get_if<link::StartChild>(&decoded.message)) {
        seen_.children.push_back(name_of(child->attempt) + " " + std::string(child->name));
        seen_.last_child.clear();
        if (!append_json(child->fields.bytes, seen_.last_child)) seen_.violated = true;
    }
    if (std::holds_alternative<link::WorkerDraining>(decoded.message)) seen_.draining = true;
    if (std::holds_alternative<link::WorkerBye>(decoded.message)) seen_.bye = true;
}

void FakeBroker::handle_event_message(std::string_view key, std::string_view envelopes) {
    if (receiver_ == nullptr) return;
    const auto parsed = must(parse_topic_key(key));
    MsgpackReader reader(envelopes);
    while (!reader.at_end()) {
        const auto start = reader.offset();
        const auto envelope = must(read_envelope(reader));
        const auto bytes = envelopes.substr(start, reader.offset() - start);
        const link::PartitionSequence at{parsed.partition, envelope.sequence};
        if (receiver_->offer(at, parsed.path, bytes) != link::ProducerReceiver::Verdict::next) continue;
        log(parsed.path, parsed.partition, bytes);
        while (const auto early = receiver_->take_early(parsed.partition)) {
            log(early->path, parsed.partition, early->envelope);
        }
    }
}

void FakeBroker::log(std::string_view path, std::uint32_t partition, std::string_view bytes) {
    const auto envelope = must(parse_envelope(bytes));
    const std::lock_guard lock(mutex_);
    if (envelope.sequence != accepted_[partition] + 1) seen_.violated = true;
    accepted_[partition] = envelope.sequence;
    ++seen_.event_count;
    if (!options_.keep_payloads) return;
    LoggedEvent event{std::string(path), std::string(envelope.type), {}, envelope.sequence, partition,
                      envelope.attempt};
    if (!append_json(envelope.payload, event.json)) seen_.violated = true;
    seen_.events.push_back(std::move(event));
}

void FakeBroker::commit() {
    if (holding_acks_ || receiver_ == nullptr) return;
    std::vector<link::PartitionSequence> news;
    for (std::uint32_t i = 0; i < options_.partitions; ++i) {
        if (accepted_[i] > committed_[i] && receiver_->committed({i, accepted_[i]})) news.push_back({i, accepted_[i]});
        committed_[i] = accepted_[i];
    }
    if (!news.empty()) send(link::EventsCommitted{news});
}

}  // namespace longwire::testing
