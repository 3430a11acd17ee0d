#include <algorithm>
#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/simulation/client.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/payload.h"
#include "tests/simulation/snapshot_rules.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kAskAgainUsMax = 500'000;

}  // namespace

void Client::start_something() {
    const auto id = environment_.new_id();
    auto& random = environment_.random;
    Asked asked{"start", {}, true, 0, {}, "key-" + std::to_string(id), environment_.model.wipes()};
    std::string body;
    std::size_t fields = 0;
    const auto add = [&](std::string_view name, const auto& value) {
        MsgpackWriter(body).field(name, value);
        ++fields;
    };
    const bool is_hopeless = random.chance(0.03);  // no worker is for such work
    add("kind", is_hopeless ? "none" : random.chance(0.3) ? kLimitedKind : "work");
    add("key", asked.key);
    add("max_attempts", std::uint64_t{1} + random.below(4));
    static const std::vector<std::string> kWishes{"priority", "priority", "timeout_s", "ttl_s", "delay_s"};
    add(is_hopeless ? "ttl_s" : random.pick(kWishes), std::uint64_t{1} + random.below(3));
    if (!environment_.tasks.empty() && random.chance(0.1))
        add("parent", asked.parent = random.pick(environment_.tasks));
    if (random.chance(0.25)) {
        MsgpackWriter writer(body);
        writer.string("concurrency");
        writer.map(2);
        writer.field("key", "lock-" + std::to_string(random.below(2)));
        writer.field("limit", std::uint64_t{1} + random.below(2));
        ++fields;
    }
    asked.attaches = random.chance(0.25);
    if (asked.attaches) add("on_disconnect", "cancel");
    if (asked.attaches && random.chance(0.7)) add("disconnect_grace_s", std::uint64_t{1} + random.below(3));
    MsgpackWriter(asked.fields).map(fields);
    asked.fields += body;
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

bool Client::is_sending_input() const {
    return std::any_of(asked_.begin(), asked_.end(), [](const auto& entry) { return entry.second.command == "input"; });
}

void Client::ask_about_task(const std::string& command) {
    if (environment_.tasks.empty()) return;
    const auto task = environment_.random.pick(environment_.tasks);
    if (command == "input") return send_input(task);
    const bool may_repeat = command != "run";
    Asked asked{command, {}, may_repeat, 0, {}, {}, environment_.model.wipes()};
    MsgpackWriter writer(asked.fields);
    const bool with_output = command == "state" && environment_.random.chance(0.7);
    writer.map(with_output ? 2 : 1);
    writer.field("task", task);
    if (with_output) writer.field("output", true);
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

std::uint64_t Client::send(Asked asked) {
    const auto number = ++last_number_;
    command(number, asked.command, asked.fields);
    asked_.emplace(number, std::move(asked));
    return number;
}

void Client::take(const Answer& answer, const ToClient&) {
    const auto found = asked_.find(answer.id);
    require(found != asked_.end(), [&] { return name_ + " was answered twice"; });
    const auto& asked = found->second;
    if (filter_ && answer.ok) filter_->hears(answer.id);
    if (asked.command == "subscribe" && !asked.path.empty()) begin(asked, answer);
    if (!answer.ok) check_refusal(asked, answer.ok.error());
    is_there(asked, answer);
    const bool may_ask_again = !answer.ok && asked.may_repeat && answer.ok.error().code == Errc::unavailable;
    if (may_ask_again) {
        environment_.schedule.in(environment_.random.between(1'000, kAskAgainUsMax), [this, number = answer.id] {
            if (!is_connected()) return;  // then it is asked with the next connection
            auto again = asked_.extract(number);
            if (again.empty()) return;
            const auto id = send(std::move(again.mapped()));
            if (filter_) filter_->asks_again(number, id);
        });
        return;
    }
    if (answer.ok && asked.wipes == environment_.model.wipes()) check_reply(asked, *answer.ok);
    asked_.erase(found);
}

/// What a full disk has no room for is refused so that it is clear when to ask again, and then it is not done.
void Client::check_refusal(const Asked& asked, const Error& error) {
    if (error.message != Disk::no_room().error().message) return;
    const bool is_work = asked.id != 0 || asked.command == "start" || asked.command == "run" || asked.command == "join";
    require(is_work && error.code == Errc::unavailable && error.retry_after_ms > 0,
            [&] { return name_ + " was refused " + asked.command + " for a full disk: " + describe(error); });
    if (asked.id != 0 && !asked.may_repeat) environment_.model.check_refused(asked.id);
}

void Client::begin(const Asked& asked, const Answer& answer) {
    auto* follower = follower_of(split_path(asked.path).topic);
    if (follower == nullptr || !follower->asked_by(answer.id)) return;
    if (!answer.ok) return follow_again(*follower, answer.ok.error());
    follower->begins(*answer.ok);
}

/// Of a task that is not there, no more than of a broker, there is no snapshot.
void Client::follow_again(Follower& follower, const Error& error) {
    const bool is_excused = error.code == Errc::unavailable || error.code == Errc::not_found;
    require(follower.wants_snapshot() && is_excused,
            [&] { return name_ + " was refused " + follower.path() + ": " + describe(error); });
    follower.is_refused();
    const std::string topic(split_path(follower.path()).topic);
    if (error.code == Errc::not_found) return void(followers_.erase(topic));
    environment_.schedule.in(environment_.random.between(1'000, kAskAgainUsMax), [this, topic] {
        auto* const refused = follower_of(topic);
        const bool must_ask =
            refused != nullptr && is_connected() && !refused->is_asking() && refused->wants_snapshot();
        if (must_ask) follow(*refused);
    });
}

void Client::check_reply(const Asked& asked, std::string_view ok) {
    const auto fields = MsgpackFields::parse(ok, "ok").value();
    if (asked.id != 0) {
        const auto offset = fields.integer("offset", 1, INT64_MAX).value();
        environment_.model.check_stored(asked.id, asked.path, static_cast<std::uint64_t>(offset));
    }
    if (asked.command == "state") {
        const auto task = fields.string("task").value();
        check_snapshot(environment_.model, name_, topic_path("r", task_topic(task)), ok);
    }
    if (asked.key.empty()) return;
    const std::string task(fields.string("task").value());
    environment_.model.check_started(asked.key, asked.parent, task);
    environment_.tasks.push_back(task);
}

}  // namespace longwire::simulation
