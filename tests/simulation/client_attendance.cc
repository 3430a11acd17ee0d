#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "tests/simulation/client.h"

namespace longwire::simulation {
namespace {

constexpr double kForgets = 0.2;
constexpr std::int64_t kAskAgainUsMax = 500'000;

}  // namespace

void Client::join_or_leave() {
    if (!is_connected()) return;
    const auto topic = "room/" + std::to_string(environment_.random.below(3));
    if (joined_.insert(topic).second) return ask_to_join(topic);
    joined_.erase(topic);
    Asked asked{"leave"};
    MsgpackWriter writer(asked.fields);
    writer.map(1);
    writer.field("topic", topic);
    ask(std::move(asked));
}

/// All clients are the same user, so each is a member under its own name.
void Client::ask_to_join(const std::string& topic) {
    Asked asked{"join"};
    asked.topic = topic;
    MsgpackWriter writer(asked.fields);
    writer.map(2);
    writer.field("topic", topic);
    writer.field("as", name_);
    ask(std::move(asked));
}

void Client::ask_to_attach(const std::string& task) {
    Asked asked{"attach", {}, true};
    asked.task = task;
    asked.attaches = true;
    MsgpackWriter writer(asked.fields);
    writer.map(1);
    writer.field("task", task);
    ask(std::move(asked));
}

/// Its new connection is nothing yet. Now and then it forgets what it was there for.
void Client::be_there_again() {
    for (const auto& topic : joined_) ask_to_join(topic);
    std::erase_if(minds_, [this](const auto&) { return environment_.random.chance(kForgets); });
    for (const auto& task : minds_) ask_to_attach(task);
}

void Client::is_there(const Asked& asked, const Answer& answer) {
    if (!asked.topic.empty() && !answer.ok) {
        environment_.schedule.in(environment_.random.between(1'000, kAskAgainUsMax), [this, topic = asked.topic] {
            if (is_connected() && joined_.contains(topic)) ask_to_join(topic);
        });
    }
    if (!asked.attaches) return;
    if (!answer.ok) return void(minds_.erase(asked.task));
    const auto fields = MsgpackFields::parse(*answer.ok, "ok").value();
    const std::string task(fields.string("task").value());
    const auto state = fields.string("state").value();
    if (state != "PENDING" && state != "RUNNING") return;
    minds_.insert(task);
    there_.try_emplace(task, environment_.schedule.now_us());
}

std::optional<std::int64_t> Client::there_since_us(const std::string& task) const {
    const auto there = there_.find(task);
    return there == there_.end() || !is_connected() ? std::nullopt : std::optional(there->second);
}

}  // namespace longwire::simulation
