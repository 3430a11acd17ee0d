#include "tests/simulation/client.h"

#include <algorithm>
#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"
#include "tests/simulation/payload.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kAskAgainUsMax = 500'000;

std::string room(Random& random) {
    return "room/" + std::to_string(random.below(3));
}

std::string range_of(const edge::EventBatch& batch, std::size_t from) {
    return batch.path() + " " + std::to_string(batch.first() + from) + " to " + std::to_string(batch.last());
}

}  // namespace

Client::Client(Environment& environment, std::size_t number)
    : environment_(environment), number_(number), name_("client-" + std::to_string(number)) {}

void Client::act() {
    if (way_ == nullptr) return connect();
    auto& random = environment_.random;
    const auto luck = random.below(100);
    // Each has either filters or topics of its own: where the two overlap it could not tell which brought an event.
    const bool is_for_filters = number_ % 3 == 2;
    if (luck < 25) return is_for_filters ? filter_or_not() : follow_something();
    if (luck < 30) return leave_something();
    if (luck < 50) return start_something();
    if (luck < 68) return publish(room(random));
    if (luck < 78) return ask_about_task("input");
    if (luck < 84) return ask_about_task("cancel");
    if (luck < 88) return ask_about_task("run");
    if (luck < 90) return ask_about_task("state");
    if (luck < 96) return disconnect();
    stop_reading(random.between(1'000, 2'000'000));
}

// Its connection.

void Client::connect() {
    if (way_ != nullptr) return;
    way_ = &ways_[environment_.random.below(ways_.size())];
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
        for (auto& [number, follower] : std::exchange(followers_, {})) follow(std::move(follower));
        if (filter_) {
            filter_->begin_anew(way_->edge->name());
            follow_filter();
        }
        ask_again();
    } else {
        std::erase_if(asked_, [](const auto& entry) { return !entry.second.may_repeat; });
        if (way_ != nullptr && way_->link == &link && environment_.random.chance(0.5)) {
            // Another edge may be nearer now.
            way_->link->end(End::dialler);
            way_ = nullptr;
            environment_.schedule.in(environment_.random.between(0, 300'000), [this] { connect(); });
        }
    }
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
    const bool is_known = std::any_of(followers_.begin(), followers_.end(),
                                      [&](const auto& entry) { return entry.second.path() == path; });
    if (is_known || !is_connected()) return;
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
    follow(Follower(environment_.model, name_, path, from));
}

void Client::follow(Follower follower) {
    const auto watch = ++last_number_;
    environment_.trace.tell(name_, [&] {
        const auto from = follower.from();
        return "follows " + follower.path() + (from.epoch == 0 ? "" : " after " + std::to_string(from.offset));
    });
    say([watch, path = follower.path(), from = follower.from()](ClientSession& session) {
        session.watch(watch, path, from);
    });
    followers_.emplace(watch, std::move(follower));
}

void Client::leave_something() {
    if (followers_.empty()) return;
    const auto gone =
        std::next(followers_.begin(), static_cast<std::ptrdiff_t>(environment_.random.below(followers_.size())));
    say([watch = gone->first](ClientSession& session) { session.unwatch(watch); });
    followers_.erase(gone);
}

void Client::filter_or_not() {
    if (!is_connected()) return;
    if (filter_) {
        say([filter = filter_->filter()](ClientSession& session) { session.unwatch_filter(filter); });
        filter_.reset();
        return;
    }
    static const std::vector<std::string> kFilters{"room/+", "task/+", "#", "room/1"};
    filter_.emplace(environment_.model, name_, way_->edge->name(), environment_.random.pick(kFilters));
    environment_.trace.tell(name_, [&] { return "filters by " + filter_->filter(); });
    follow_filter();
}

void Client::follow_filter() {
    filter_number_ = ++last_number_;
    say([number = filter_number_, filter = filter_->filter()](ClientSession& session) {
        session.watch_filter(number, filter);
    });
}

Follower* Client::find(std::uint64_t watch) {
    const auto found = followers_.find(watch);
    return found == followers_.end() ? nullptr : &found->second;
}

void Client::on_watching(std::uint64_t watch, const edge::WatchStart& start) {
    if (auto* follower = find(watch)) follower->begins(start);
}

void Client::on_watch_failed(std::uint64_t watch) {
    require(find(watch) == nullptr, [&] { return name_ + " was refused a topic"; });
}

void Client::on_events(std::uint64_t watch, const edge::EventBatchPtr& batch, std::size_t from) {
    auto* follower = find(watch);
    if (follower == nullptr) return;
    environment_.trace.tell(name_, [&] { return "gets " + range_of(*batch, from); });
    follower->takes(*batch, from);
}

void Client::on_gap(std::uint64_t watch, const edge::Gap& gap) {
    auto* follower = find(watch);
    if (follower == nullptr) return;
    environment_.trace.tell(name_, [&] {
        return "is told a gap of " + follower->path() + " from " + std::to_string(gap.from) + " to " +
               std::to_string(gap.to);
    });
    follower->misses(gap);
}

void Client::on_filtered(std::uint64_t filter, const edge::EventBatchPtr& batch, bool is_left_out) {
    if (!filter_ || filter != filter_number_) return;  // of one given up just now
    environment_.trace.tell(name_, [&] { return (is_left_out ? "misses " : "gets by filter ") + range_of(*batch, 0); });
    is_left_out ? filter_->misses(*batch) : filter_->takes(*batch);
}

// What it asks for.

void Client::start_something() {
    const auto id = environment_.new_id();
    Asked asked{"start", {}, true, 0, {}, "key-" + std::to_string(id), environment_.model.wipes()};
    MsgpackWriter writer(asked.fields);
    writer.map(4);
    writer.field("kind", "work");
    writer.field("key", asked.key);
    writer.field("max_attempts", std::uint64_t{1} + environment_.random.below(4));
    static const std::vector<std::string> kWishes{"priority", "priority", "timeout_s", "ttl_s", "delay_s"};
    writer.field(environment_.random.pick(kWishes), std::uint64_t{1} + environment_.random.below(3));
    ask(std::move(asked));
}

void Client::publish(const std::string& topic) {
    const auto id = environment_.new_id();
    const bool has_key = environment_.is_calm || environment_.random.chance(0.6);
    const auto padding = environment_.random.below(environment_.scenario.padding_bytes_max + 1);
    Asked asked{"publish", {}, has_key, id, topic_path("r", topic), {}, environment_.model.wipes()};
    MsgpackWriter writer(asked.fields);
    writer.map(has_key ? 4 : 3);
    writer.field("topic", topic);
    writer.field("type", "note");
    writer.field_raw("data", payload_of(id, padding));
    if (has_key) writer.field("key", "key-" + std::to_string(id));
    ask(std::move(asked));
}

void Client::send_input(const std::string& task) {
    const auto id = environment_.new_id();
    Asked asked{"input", {}, false, id, topic_path("r", task_topic(task)), {}, environment_.model.wipes()};
    MsgpackWriter writer(asked.fields);
    writer.map(2);
    writer.field("task", task);
    writer.field_raw("data", payload_of(id, 0));
    ask(std::move(asked));
}

void Client::ask_about_task(const std::string& command) {
    if (environment_.tasks.empty()) return;
    const auto task = environment_.random.pick(environment_.tasks);
    if (command == "input") return send_input(task);
    const bool may_repeat = command != "run";
    Asked asked{command, {}, may_repeat, 0, {}, {}, environment_.model.wipes()};
    MsgpackWriter writer(asked.fields);
    writer.map(1);
    writer.field("task", task);
    ask(std::move(asked));
}

void Client::ask(Asked asked) {
    if (!is_connected()) return;
    environment_.trace.tell(name_, [&] { return "asks for " + asked.command; });
    send(std::move(asked));
}

void Client::ask_again() {
    for (auto& [number, asked] : std::exchange(asked_, {})) {
        if (asked.may_repeat) send(std::move(asked));
    }
}

void Client::send(Asked asked) {
    const auto number = ++last_number_;
    say([number, command = asked.command, fields = asked.fields](ClientSession& session) {
        session.command(number, command, fields);
    });
    asked_.emplace(number, std::move(asked));
}

void Client::on_reply(std::uint64_t number, const Result<std::string>& reply) {
    const auto found = asked_.find(number);
    require(found != asked_.end(), [&] { return name_ + " was answered twice"; });
    const auto& asked = found->second;
    const bool may_ask_again = !reply && asked.may_repeat && reply.error().code == Errc::unavailable;
    if (may_ask_again) {
        environment_.schedule.in(environment_.random.between(1'000, kAskAgainUsMax), [this, number] {
            if (!is_connected()) return;  // then it is asked with the next connection
            if (auto again = asked_.extract(number); !again.empty()) send(std::move(again.mapped()));
        });
        return;
    }
    if (reply && asked.wipes == environment_.model.wipes()) check_reply(asked, *reply);
    asked_.erase(found);
}

void Client::check_reply(const Asked& asked, const std::string& ok) {
    const auto fields = MsgpackFields::parse(ok, "ok").value();
    if (asked.id != 0) {
        const auto offset = fields.integer("offset", 1, INT64_MAX).value();
        environment_.model.check_stored(asked.id, asked.path, static_cast<std::uint64_t>(offset));
    }
    if (asked.key.empty()) return;
    const std::string task(fields.string("task").value());
    environment_.model.check_started(asked.key, task);
    environment_.tasks.push_back(task);
}

// How content it is.

std::string Client::waits_for() const {
    if (!is_connected()) return "a connection";
    if (!asked_.empty()) return "an answer to " + asked_.begin()->second.command;
    for (const auto& [watch, follower] : followers_) {
        if (!follower.has_caught_up()) return "events of " + follower.path();
    }
    return {};
}

bool Client::has_caught_up_by_filters(const std::string& path) const {
    if (!filter_ || !filter_matches(filter_->filter(), split_path(path).topic)) return true;
    const bool is_followed = std::any_of(followers_.begin(), followers_.end(),
                                         [&](const auto& entry) { return entry.second.path() == path; });
    return is_followed || filter_->has_caught_up(path);
}

}  // namespace longwire::simulation
