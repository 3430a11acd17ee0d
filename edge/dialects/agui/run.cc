#include "edge/dialects/agui/run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "edge/core/client_api.h"
#include "edge/dialects/loose_fields.h"
#include "protocol/command.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::edge::agui {
namespace {

/// What is written of a run that answers a question.
struct Record {
    std::string task;
    std::string epoch;
    std::uint64_t after = 0;
    json::object input;
};

std::optional<Record> record_in(const json::object& history) {
    const auto& events = array_in(history, "events");
    if (events.empty() || !events.front().is_object()) return std::nullopt;
    const auto& data = object_in(events.front().get_object(), "data");
    Record record{std::string(text_in(data, "task")), std::string(text_in(data, "epoch")), count_in(data, "after"),
                  object_in(data, "input")};
    return record.task.empty() ? std::nullopt : std::optional(std::move(record));
}

/// What others have started or written need not be an input of AG-UI's: then it counts as none.
json::object checked(const json::object& input) {
    return read_input(input) ? input : json::object();
}

Error no_run(std::string_view run_id) {
    return {Errc::not_found, "there is no run " + std::string(run_id), "runId"};
}

}  // namespace

std::string task_of(const Host& host, std::string_view run_id) {
    const bool is_name = check_name("", run_id, kNameBytesMax).has_value() && !run_id.starts_with(kOwnNames);
    return is_name ? std::string(run_id) : "agui-" + host.fingerprint(run_id);
}

std::string record_topic(const Host& host, std::string_view run_id) {
    return "agui/run/" + task_of(host, run_id);
}

KnownRun run_of(std::string_view run_id, const json::object& state) {
    KnownRun known;
    known.run.task = text_in(state, "task");
    known.run.run_id = run_id;
    known.run.input = checked(object_in(state, "input"));
    const auto thread = text_in(known.run.input, "threadId");
    known.run.thread_id = thread.empty() ? std::string_view(known.run.task) : thread;
    known.kind = text_in(state, "kind");
    return known;
}

Status check_kind(const Settings& settings, const Identity& who, std::string_view kind) {
    if (!settings.serves(kind)) return Error{Errc::not_found, "no agent " + std::string(kind) + " is served", "kind"};
    if (!who.may_use(kind)) return Error{Errc::forbidden, "the token does not allow " + std::string(kind), "kind"};
    return {};
}

void find_run(Host& host, const Settings& settings, const std::string& run_id,
              std::function<void(const Result<KnownRun>&)> done) {
    const auto on_state = [&host, &settings, run_id, done = std::move(done)](const Result<json::object>& state,
                                                                             const std::optional<Record>& record) {
        if (!state) return done(state.error().code == Errc::not_found ? no_run(run_id) : state.error());
        auto known = run_of(run_id, *state);
        if (const auto may = check_kind(settings, host.who(), known.kind); !may) {
            // Of what is not served it is not even said that it is there.
            return done(may.error().code == Errc::not_found ? no_run(run_id) : may.error());
        }
        if (record) {
            known.run.input = checked(record->input);
            known.run.is_resumed = true;
            known.epoch = record->epoch;
            known.after = record->after;
        }
        done(known);
    };
    const auto on_record = [&host, run_id, on_state](const Result<json::object>& history) {
        if (!history) return on_state(history.error(), std::nullopt);
        const auto record = record_in(*history);
        const auto task = record ? record->task : task_of(host, run_id);
        host.command("state", {{"task", task}},
                     [on_state, record](const Result<json::object>& state) { on_state(state, record); });
    };
    host.command("history", {{"topic", record_topic(host, run_id)}, {"limit", 1}}, on_record);
}

Status RunStream::resume_at(std::string_view last_event_id) {
    if (last_event_id.empty()) return {};
    had_ = Place::parse(last_event_id);
    if (!had_) return bad_request("last-event-id", "is not an id of a run's event");
    return {};
}

void RunStream::follow(KnownRun known, Events::Begin how) {
    known_ = std::move(known);
    json::value from = "start";
    if (known_->after > 0) from = json::object{{"epoch", known_->epoch}, {"offset", known_->after}};
    host_.command("subscribe", {{"topic", task_topic(known_->run.task)}, {"from", from}, {"conflate_ms", 0}},
                  [this, how](const Result<json::object>& begun) {
                      if (!begun) return refuse(begun.error());
                      on_subscribed(*begun, how);
                  });
}

void RunStream::on_subscribed(const json::object& begun, Events::Begin how) {
    epoch_ = text_in(begun, "epoch");
    const Error gone{Errc::expired, "the events that this goes on from are gone", "last-event-id"};
    if (had_ && had_->epoch != epoch_) return refuse(gone);
    if (known_->after > 0 && known_->epoch != epoch_) return refuse({Errc::expired, gone.message, "runId"});
    // What has not been yet nobody has had.
    if (const auto head = count_in(begun, "head"); had_ && had_->offset > head) {
        had_->offset = std::max(head, known_->after);
        had_->part = Place::kAllParts;
    }
    // Whoever goes on has what the conversation was.
    if (had_ && how == Events::Begin::known_run) how = Events::Begin::new_run;
    events_.emplace(settings_, known_->run);
    send(known_->after, events_->begin(how, host_.now_us()));
    if (host_.who().expires_us != 0) host_.wake_at(host_.who().expires_us);
}

void RunStream::on_event(const NativeEvent& event) {
    if (!events_ || has_ended_ || event.offset <= known_->after) return;
    send(event.offset, events_->of(event));
    if (events_->has_ended()) end(close_code::kDone);
}

void RunStream::on_push(const json::object& push) {
    if (!events_ || has_ended_ || !push.contains("gap")) return;
    const auto& gap = object_in(push, "gap");
    if (text_in(gap, "reason") == "epoch_changed") {
        had_.reset();
        send(count_in(gap, "to"), events_->lost(host_.now_us()));
        return end(close_code::kDone);
    }
    send(count_in(gap, "to"), events_->gap(gap, host_.now_us()));
}

void RunStream::on_time() {
    if (!events_ || has_ended_) return;
    // Without an id: whoever comes back is to be told of all that happens meanwhile.
    for (const auto& message : events_->expired(host_.now_us())) host_.send(message);
    end(close_code::kUnauthorized);
}

void RunStream::refuse(const Error& error) {
    has_ended_ = true;
    host_.refuse(error);
}

void RunStream::send(std::uint64_t offset, const Events::Out& out) {
    Place place{epoch_, offset, 0};
    for (const auto& message : out) {
        ++place.part;
        if (!had_ || !had_->covers(offset, place.part)) host_.send(message, place.text());
    }
}

void RunStream::end(std::uint16_t code) {
    has_ended_ = true;
    host_.close(code, "");
}

}  // namespace longwire::edge::agui
