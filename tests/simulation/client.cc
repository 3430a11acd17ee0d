#include "tests/simulation/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "edge/dialects/native/messages.h"
#include "protocol/epoch.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

std::string room(Random& random) {
    return "room/" + std::to_string(random.below(3));
}

/// The next frame of several, which is taken off their front.
std::string_view take_frame(std::string_view& frames) {
    constexpr std::array<std::size_t, 3> kHeaders{2, 4, 10};
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(frames[i]); };
    const auto header = kHeaders[at(1) < 126 ? 0 : at(1) - 125];
    std::size_t size = at(1) < 126 ? at(1) : 0;
    for (std::size_t i = 2; i < header; ++i) size = size << 8 | at(i);
    const auto payload = frames.substr(header, size);
    frames.remove_prefix(header + size);
    return payload;
}

void write_from(MsgpackWriter& writer, const edge::From& from) {
    writer.string("from");
    switch (from.kind) {
        case edge::From::Kind::now:
            return writer.string("now");
        case edge::From::Kind::start:
            return writer.string("start");
        case edge::From::Kind::last:
            writer.map(1);
            return writer.field("last", from.count);
        case edge::From::Kind::after:
            writer.map(2);
            writer.field("epoch", epoch_text(from.epoch));
            return writer.field("offset", from.offset);
    }
}

}  // namespace

Client::Client(Environment& environment, std::size_t number)
    : environment_(environment),
      number_(number),
      name_("client-" + std::to_string(number)),
      is_slow_(environment.random.chance(environment.scenario.slow_clients)) {}

void Client::act() {
    if (way_ == nullptr) return connect();
    auto& random = environment_.random;
    const auto luck = random.below(110);
    // Each has either filters or topics of its own: where the two overlap it could not tell which brought an event.
    if (luck < 25) return is_for_filters() ? filter_or_not() : follow_something();
    if (luck < 30) return leave_something();
    if (luck < 50) return start_something();
    if (luck < 68) return publish(room(random));
    if (luck < 78) return ask_about_task("input");
    if (luck < 84) return ask_about_task("cancel");
    if (luck < 88) return ask_about_task("run");
    if (luck < 90) return ask_about_task("state");
    if (luck < 96) return disconnect();
    if (luck < 103) return join_or_leave();
    if (luck < 106) return ask_about_task("state");
    stop_reading(random.between(1'000, random.chance(0.3) ? 6'000'000 : 1'000'000));
}

// Its connection.

void Client::connect() {
    if (way_ != nullptr) return;
    auto place = environment_.random.below(ways_.size());
    if (std::exchange(goes_elsewhere_, false) && place == place_) place = (place + 1) % ways_.size();
    place_ = place;
    way_ = &ways_[place];
    way_->link->dial();
}

void Client::disconnect() {
    if (way_ == nullptr) return;
    environment_.trace.tell(name_, [] { return "goes away"; });
    auto& link = *std::exchange(way_, nullptr)->link;
    link.end(End::dialler);
    connection_changed(link, false);
}

void Client::stop_reading(std::int64_t for_us) {
    is_reading_ = false;
    environment_.schedule.in(for_us, [this] {
        is_reading_ = true;
        say([](ClientSession& session) { session.flush(); });
    });
}

void Client::say(std::function<void(ClientSession&)> message) {
    if (!is_connected()) return;
    auto& [edge, link] = *way_;
    link->send(End::dialler, [this, edge = edge, connection = link->connection(), message = std::move(message)] {
        edge->say(*this, connection, message);
    });
}

void Client::connection_changed(const Link& link, bool is_open) {
    if (is_open) {
        environment_.trace.tell(name_, [&] { return "is at " + way_->edge->name(); });
        ask_again();
        for (auto& [topic, follower] : followers_) follow(follower);
        if (filter_) follow_filter();
        be_there_again();
    } else {
        there_.clear();
        std::erase_if(asked_, [](const auto& entry) { return !entry.second.may_repeat; });
        const bool goes = goes_elsewhere_ || environment_.random.chance(0.5);
        if (way_ != nullptr && way_->link == &link && goes) {
            // Another edge may be nearer now.
            way_->link->end(End::dialler);
            way_ = nullptr;
            environment_.schedule.in(environment_.random.between(0, 300'000), [this] { connect(); });
        }
    }
}

void Client::sent_away(std::uint16_t code) {
    environment_.trace.tell(name_, [&] { return "is sent away with " + std::to_string(code); });
    goes_elsewhere_ = true;
}

Client::Pace Client::pace() const {
    if (!is_slow_ || environment_.is_calm) return {SIZE_MAX, 0};
    const auto& scenario = environment_.scenario;
    return {environment_.random.below(scenario.slow_bytes_max), environment_.random.between(0, scenario.slow_us_max)};
}

const edge::NativeEncoding& Client::encoding() const {
    return number_ / 2 == 1 ? edge::json_encoding() : edge::msgpack_encoding();
}

void Client::command(std::uint64_t id, std::string_view name, std::string_view fields) {
    std::string number;
    MsgpackWriter(number).unsigned_integer(id);
    auto object = with_raw_field(with_text_field(fields, "cmd", name), "id", number);
    if (!encoding().is_binary()) object = edge::native::to_json(object);
    say([object = std::move(object)](ClientSession& session) { session.hear(object); });
}

void Client::hear(const ToClient& message) {
    auto rest = message.bytes.bytes;
    while (!rest.empty()) {
        auto object = message.is_framed ? take_frame(rest) : std::exchange(rest, {});
        read(encoding().take(object).value(), message);
    }
}

void Client::read(std::string_view object, const ToClient& message) {
    std::visit([&](const auto& push) { take(push, message); }, read_push(object));
}

/// Events are queued only while there is room for them.
void Client::check_outbox(const ToClient& message) const {
    const auto& scenario = environment_.scenario;
    const auto for_filters = std::max(scenario.outbox_full_bytes, scenario.outbox_bytes_max / 2);
    const auto most = is_for_filters() ? for_filters : scenario.outbox_full_bytes;
    require(message.unsent_bytes <= most, [&] {
        return "events were queued for " + name_ + " behind " + std::to_string(message.unsent_bytes) +
               " bytes that it had not taken";
    });
}

// What it follows.

std::string Client::any_topic() {
    auto& random = environment_.random;
    if (environment_.tasks.empty() || random.chance(0.4)) return room(random);
    return task_topic(random.pick(environment_.tasks));
}

void Client::follow_something() {
    auto& random = environment_.random;
    const auto path = topic_path("r", any_topic());
    if (follower_of(split_path(path).topic) != nullptr || !is_connected()) return;
    edge::From from;
    switch (random.below(4)) {
        case 0:
            break;
        case 1:
            from.kind = edge::From::Kind::last;
            from.count = random.below(6);
            break;
        default:
            from.kind = edge::From::Kind::start;
    }
    static const std::vector<std::optional<std::int64_t>> kConflation{std::nullopt, std::nullopt, 0, 1, 100};
    const bool is_task = !task_of_topic(split_path(path).topic).empty();
    const bool with_snapshot = is_task && random.chance(0.5);
    if (with_snapshot) from = {};
    Follower follower(environment_.model, name_, path, {from, with_snapshot, random.pick(kConflation)});
    follow(followers_.emplace(split_path(path).topic, std::move(follower)).first->second);
}

void Client::follow(Follower& follower) {
    const auto topic = split_path(follower.path()).topic;
    const auto from = follower.from();
    environment_.trace.tell(name_, [&] {
        if (follower.wants_snapshot()) return "follows " + follower.path() + " from a snapshot";
        return "follows " + follower.path() + (from.epoch == 0 ? "" : " after " + std::to_string(from.offset));
    });
    Asked asked;
    asked.command = "subscribe";
    asked.path = follower.path();
    MsgpackWriter writer(asked.fields);
    writer.map(follower.conflate_ms() ? 3 : 2);
    writer.field("topic", topic);
    follower.wants_snapshot() ? writer.field("from", "snapshot") : write_from(writer, from);
    if (follower.conflate_ms()) writer.field("conflate_ms", *follower.conflate_ms());
    follower.asks(send(std::move(asked)));
}

void Client::leave_something() {
    if (followers_.empty() || !is_connected()) return;
    const auto gone =
        std::next(followers_.begin(), static_cast<std::ptrdiff_t>(environment_.random.below(followers_.size())));
    unsubscribe("topic", gone->first);
    followers_.erase(gone);
}

void Client::unsubscribe(std::string_view what, std::string_view name) {
    Asked asked;
    asked.command = "unsubscribe";
    MsgpackWriter writer(asked.fields);
    writer.map(1);
    writer.field(what, name);
    send(std::move(asked));
}

void Client::filter_or_not() {
    if (!is_connected()) return;
    if (filter_) {
        if (environment_.random.chance(0.6)) return;
        unsubscribe("filter", filter_->filter());
        filter_.reset();
        return;
    }
    static const std::vector<std::string> kFilters{"room/+", "task/+", "#", "room/1"};
    filter_.emplace(environment_.model, name_, environment_.random.pick(kFilters));
    environment_.trace.tell(name_, [&] { return "filters by " + filter_->filter(); });
    follow_filter();
}

/// Right behind it something is asked: by its answer, the filter is in force.
void Client::follow_filter() {
    Asked subscribe;
    subscribe.command = "subscribe";
    MsgpackWriter writer(subscribe.fields);
    writer.map(1);
    writer.field("filter", filter_->filter());
    const auto id = send(std::move(subscribe));
    Asked question;
    question.command = "workers";
    question.may_repeat = true;
    MsgpackWriter(question.fields).map(0);
    filter_->asks(id, send(std::move(question)));
}

Follower* Client::follower_of(std::string_view topic) {
    const auto found = followers_.find(topic);
    return found == followers_.end() ? nullptr : &found->second;
}

void Client::take(const EventPush& push, const ToClient& message) {
    environment_.trace.tell(name_,
                            [&] { return "gets " + std::string(push.topic) + " " + std::to_string(push.offset); });
    if (message.is_framed) check_outbox(message);
    if (auto* follower = follower_of(push.topic)) return follower->takes(push);
    if (filter_) filter_->takes(push);
}

void Client::take(const GapPush& push, const ToClient&) {
    environment_.trace.tell(name_, [&] {
        return "is told a gap of " + std::string(push.topic) + " from " + std::to_string(push.from) + " to " +
               std::to_string(push.to) + ": " + std::string(edge::to_string(push.reason));
    });
    if (auto* follower = follower_of(push.topic)) return follower->misses(push);
    if (filter_) filter_->misses(push);
}

void Client::take(const FilterGapPush& push, const ToClient&) {
    environment_.trace.tell(name_, [&] {
        return "is told a gap of " + std::string(push.filter) + ": " + std::string(edge::to_string(push.reason));
    });
    if (filter_) filter_->misses(push);
}

void Client::take(const MergedPush& push, const ToClient& message) {
    environment_.trace.tell(name_, [&] {
        return "is given " + std::to_string(push.left) + " instead of " + std::string(push.topic) + " " +
               std::to_string(push.from) + " to " + std::to_string(push.to);
    });
    check_outbox(message);
    if (auto* follower = follower_of(push.topic)) follower->merges(push);
}

void Client::take(const SnapshotPush& push, const ToClient&) {
    environment_.trace.tell(
        name_, [&] { return "gets a snapshot of " + std::string(push.topic) + " at " + std::to_string(push.offset); });
    if (auto* follower = follower_of(push.topic)) follower->takes(push);
}

// How content it is.

std::string Client::waits_for() const {
    if (!is_connected()) return "a connection";
    if (!asked_.empty()) return "an answer to " + asked_.begin()->second.command;
    for (const auto& [topic, follower] : followers_) {
        if (!follower.has_caught_up()) return "events of " + topic;
    }
    if (filter_ && !filter_->has_caught_up()) return "what its filter lets through";
    return {};
}

}  // namespace longwire::simulation
