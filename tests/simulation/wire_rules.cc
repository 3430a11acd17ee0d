#include "tests/simulation/wire_rules.h"

#include <algorithm>

#include "protocol/limits.h"
#include "protocol/msgpack_fields.h"
#include "protocol/overloaded.h"
#include "protocol/topic.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::size_t kLargestEventsBytes = 256 << 10;  // what the last turn may add: a page, or an event each for many

std::string path_of(const link::AttemptRef& attempt) {
    return topic_path(attempt.realm, task_topic(attempt.task));
}

std::string name_of(const link::AttemptRef& attempt) {
    return "attempt " + std::to_string(attempt.attempt) + " of " + std::string(attempt.task);
}

}  // namespace

void WireRules::broker_began() {
    edges_.clear();
    for (auto& [name, worker] : workers_) worker.hellos.clear();
}

/// Hellos are answered in their order, one by one.
void WireRules::on_answered(const std::string& worker, bool is_welcome) {
    auto& [incarnation, hellos] = workers_[worker];
    require(!hellos.empty(), [&] { return worker + " was welcomed without a hello"; });
    if (is_welcome) incarnation = hellos.front();
    hellos.pop_front();
}

void WireRules::from_worker(const std::string& worker, std::string_view bytes) {
    const auto decoded = link::decode<link::WorkerToBroker>(bytes);
    if (!decoded) return;
    if (const auto* hello = std::get_if<link::WorkerHello>(&decoded->message)) {
        workers_[worker].hellos.push_back(hello->incarnation);
    } else if (const auto* waiting = std::get_if<link::AttemptsWaiting>(&decoded->message)) {
        model_.decisions().waiting(worker, waiting->count);
    }
}

void WireRules::from_edge(const std::string& edge, std::string_view frame, std::int64_t now_us) {
    link::decode_each<link::EdgeToBroker>(frame, [&](const auto& decoded) {
        if (decoded) from_edge(edge, decoded->message, now_us);
        return true;
    });
}

void WireRules::from_edge(const std::string& edge, const link::EdgeToBroker& message, std::int64_t now_us) {
    model_.decisions().attendance().from_edge(edge, message, now_us);
    if (const auto* hello = std::get_if<link::EdgeHello>(&message)) {
        edges_[edge] = {std::max<std::uint64_t>(hello->window_bytes, kBatchBytesTarget), 0, 0};
    } else if (const auto* credit = std::get_if<link::Credit>(&message)) {
        edges_[edge].confirmed_bytes = credit->consumed_bytes;
    }
}

void WireRules::to_worker(const std::string& worker, std::string_view bytes) {
    const auto decoded = link::decode<link::BrokerToWorker>(bytes);
    require(decoded.has_value(), [&] { return "the broker said something to " + worker + " that has no meaning"; });
    std::visit(Overloaded{
                   [&](const link::WorkerWelcome& welcome) {
                       on_answered(worker, true);
                       require(welcome.incarnation == workers_[worker].incarnation,
                               [&] { return worker + " was not told which of its lives is welcome"; });
                       check_committed(worker, welcome.positions);
                   },
                   [&](const link::HelloRefused&) { on_answered(worker, false); },
                   [&](const link::EventsCommitted& committed) { check_committed(worker, committed.positions); },
                   [&](const link::AssignTask& assign) { check_assigned(worker, assign.attempt); },
                   [&](const link::TaskInput& input) { check_input(input); },
                   [&](const link::ChildState& child) { check_child(child); },
                   [&](const auto&) {},
               },
               decoded->message);
}

void WireRules::check_committed(const std::string& worker, const std::vector<link::PartitionSequence>& positions) {
    for (const auto& position : positions) {
        model_.emissions().acknowledged(worker, workers_[worker].incarnation, position);
    }
}

void WireRules::check_assigned(const std::string& worker, const link::AttemptRef& attempt) const {
    const auto* task = model_.task(path_of(attempt));
    require(task != nullptr && task->has_begun(attempt.attempt),
            [&] { return name_of(attempt) + " was given to " + worker + " before its start was durable"; });
    require(!task->is_open(attempt.attempt) || task->is_of(worker, attempt.attempt),
            [&] { return name_of(attempt) + " was given to " + worker + " and is another worker's"; });
}

void WireRules::check_input(const link::TaskInput& input) const {
    require(input.offset <= model_.truth().head(path_of(input.attempt)),
            [&] { return "an input was given to " + name_of(input.attempt) + " before it was durable"; });
}

/// However many attempts of a run ask by this name, they are led to the same child.
void WireRules::check_child(const link::ChildState& child) {
    const auto parent = path_of(child.attempt);
    const auto* facts = model_.decisions().task(topic_path(child.attempt.realm, task_topic(child.task)));
    const auto told = [&] {
        return name_of(child.attempt) + " was told that its '" + std::string(child.name) + "' is " +
               std::string(child.task) + " and " + std::string(child.state);
    };
    require(facts != nullptr && facts->parent == parent && facts->key.ends_with(" " + std::string(child.name)),
            [&] { return told() + ", which is no durable child of it"; });
    require(facts->states.contains(child.state), [&] { return told() + ", which it has never been, durably"; });
    const auto run = facts->key.substr(0, facts->key.find(' ', 4));
    const auto wish = std::to_string(model_.wipes()) + ' ' + parent + ' ' + run + ' ' + std::string(child.name);
    const auto& known = children_.try_emplace(wish, child.task).first->second;
    require(known == child.task, [&] { return told() + ", which was " + known + " before"; });
}

void WireRules::to_edge(const std::string& edge, std::string_view frame, std::int64_t now_us) {
    link::decode_each<link::BrokerToEdge>(frame, [&](const auto& decoded) {
        require(decoded.has_value(), [&] { return "the broker said something to " + edge + " that has no meaning"; });
        to_edge(edge, *decoded, now_us);
        return true;
    });
}

void WireRules::to_edge(const std::string& edge, const link::Numbered<link::BrokerToEdge>& said, std::int64_t now_us) {
    model_.decisions().attendance().to_edge(edge, said.message, now_us);
    std::visit(Overloaded{
                   [&](const link::EdgeWelcome&) { edges_[edge].sent_bytes = edges_[edge].confirmed_bytes = 0; },
                   [&](const link::Deliver& deliver) {
                       count_delivered(edge, said.bytes);
                       for (const auto& events : deliver.topics) check_events(edge, events);
                   },
                   [&](const link::Fetched& fetched) {
                       require(fetched.envelopes.size() <= 1000, [] { return "a page is too long"; });
                   },
                   [&](const link::Reply& reply) { check_reply(reply); },
                   [&](const auto&) {},
               },
               said.message);
}

void WireRules::check_events(const std::string& edge, const link::TopicEvents& events) const {
    for (auto offset = events.first; const auto& bytes : events.envelopes) {
        model_.truth().check(edge, events.path, events.epoch, offset, parse_envelope(bytes.bytes).value());
        ++offset;
    }
}

/// Whatever a reply speaks of with an offset (a publish, an input, a task's state) must be in the log.
void WireRules::check_reply(const link::Reply& reply) const {
    if (!reply.code.empty()) return;
    const auto fields = MsgpackFields::parse(reply.ok.bytes, "ok");
    const auto offset = fields ? fields->integer_or("offset", 0, 0, INT64_MAX) : Result<std::int64_t>(0);
    if (!offset || *offset == 0) return;
    const auto topic = fields->string_or("topic", {}).value();
    const auto task = fields->string_or("task", {}).value();
    const auto path = topic_path("r", topic.empty() ? task_topic(task) : std::string(topic));
    require(static_cast<std::uint64_t>(*offset) <= model_.truth().head(path), [&] {
        return "a client was told of " + path + " offset " + std::to_string(*offset) + " before it was durable";
    });
    const auto state = fields->string_or("state", {}).value();
    if (state.empty()) return;
    const auto is = model_.task(path)->state_at(static_cast<std::uint64_t>(*offset));
    require(state == is, [&] {
        return "a client was told that " + path + " is " + std::string(state) + " at offset " +
               std::to_string(*offset) + ", where it is " + std::string(is);
    });
}

void WireRules::count_delivered(const std::string& edge, std::size_t bytes) {
    auto& credit = edges_[edge];
    credit.sent_bytes += bytes;
    const auto unconfirmed = credit.sent_bytes - credit.confirmed_bytes;
    require(unconfirmed <= 2 * credit.window_bytes + kLargestEventsBytes, [&] {
        return edge + " was sent " + std::to_string(unconfirmed) +
               " bytes beyond its confirmations, with a window of " + std::to_string(credit.window_bytes);
    });
}

}  // namespace longwire::simulation
