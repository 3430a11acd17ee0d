#include <algorithm>
#include <utility>

#include "edge/dialects/native/messages.h"
#include "edge/dialects/native/native.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kTopicsPerSubscribeMax = 1'000;

}  // namespace

void NativeDialect::subscribe(Id id, const MsgpackFields& fields) {
    const auto ways = (fields.has("topic") ? 1 : 0) + (fields.has("topics") ? 1 : 0) + (fields.has("filter") ? 1 : 0);
    if (ways != 1) return reply(id, bad_request("topic", "exactly one of topic, topics and filter is required"));
    if (fields.has("topics")) return subscribe_many(id, fields.raw("topics"));
    if (fields.has("filter")) return reply(id, subscribe_filter(fields));
    const auto topic = fields.string("topic");
    if (!topic) return reply(id, topic.error());
    if (const auto begun = begin({id, nullptr, 0}, *topic, fields); !begun) reply(id, begun.error());
}

void NativeDialect::subscribe_many(Id id, std::string_view topics) {
    MsgpackReader reader(topics);
    const auto count = reader.array();
    if (!reader.ok() || count == 0 || count > kTopicsPerSubscribeMax) {
        return reply(id, bad_request("topics", "must be an array of 1 to " + std::to_string(kTopicsPerSubscribeMax)));
    }
    const auto many = std::make_shared<Many>(Many{id, count, std::vector<std::string>(count)});
    for (std::uint32_t i = 0; i < count; ++i) {
        const Asker asker{id, many, i};
        const auto fields = MsgpackFields::parse(reader.raw(), "topics");
        const auto topic = fields ? fields->string("topic") : Result<std::string_view>(fields.error());
        if (!topic) {
            answer(asker, {}, topic.error());
        } else if (const auto begun = begin(asker, *topic, *fields); !begun) {
            answer(asker, *topic, begun.error());
        }
    }
}

/// Tells the asker how its subscribe ended. One of many topics is named in its error.
void NativeDialect::answer(const Asker& asker, std::string_view topic, const Result<std::string>& result) {
    if (!asker.many) {
        if (asker.command != 0) reply(asker.command, result);
        return;
    }
    auto& many = *asker.many;
    auto& answer = many.answers[asker.place];
    if (result) {
        answer = *result;
    } else {
        MsgpackWriter writer(answer);
        writer.map(topic.empty() ? 1 : 2);
        if (!topic.empty()) writer.field("topic", topic);
        writer.field_raw("error", native::error_object(result.error()));
    }
    if (--many.open > 0) return;
    std::string all;
    MsgpackWriter writer(all);
    writer.map(1);
    writer.string("topics");
    writer.array(many.answers.size());
    for (const auto& one : many.answers) writer.raw(one);
    reply(many.command, all);
}

Status NativeDialect::has_room(std::string_view field) const {
    if (watches_.size() + filters_.size() < shard_.limits.subscriptions_max) return {};
    return Error{Errc::too_many, "too many subscriptions on this connection", std::string(field)};
}

Status NativeDialect::can_subscribe(const std::string& topic) const {
    LW_TRY_STATUS(check_topic(topic));
    if (watches_.contains(std::string_view(topic)))
        return Error{Errc::conflict, "already subscribed to " + topic, "topic"};
    return has_room("topic");
}

Status NativeDialect::begin(const Asker& asker, std::string_view name, const MsgpackFields& fields) {
    const std::string topic(name);
    const auto raw_from = fields.raw("from");
    LW_TRY_STATUS(can_subscribe(topic));
    LW_TRY(const Merging merging, native::read_merging(fields));
    if (native::is_snapshot(raw_from)) {
        if (task_of_topic(topic).empty()) return bad_request("from", "\"snapshot\" is for tasks' topics");
        begin_snapshot(open_watch({topic, asker, {}, merging}), topic);
        return {};
    }
    LW_TRY(const From from, native::read_from(raw_from));
    watch(open_watch({topic, asker, {}, merging}), topic, from);
    return {};
}

/// The state at offset N first, then a watch from N: together they miss nothing and say nothing twice.
void NativeDialect::begin_snapshot(std::uint64_t watch_id, const std::string& topic) {
    ask_with_others(StateCommand::kName, native::snapshot_request(topic),
                    [this, watch_id, topic](const Result<std::string>& state) {
                        const auto opening = openings_.find(watch_id);
                        if (opening == openings_.end()) return;  // unsubscribed meanwhile
                        if (!state) return fail_opening(watch_id, state.error());
                        opening->second.snapshot = *state;
                        watch(watch_id, topic, native::place_of(*state));
                    });
}

std::uint64_t NativeDialect::open_watch(Opening opening) {
    const auto id = next_watch_++;
    watches_.insert({SharedText(topic_path(identity_.realm, opening.topic)), id});
    openings_.emplace(id, std::move(opening));
    return id;
}

void NativeDialect::watch(std::uint64_t id, const std::string& topic, const From& from) {
    // The watch may begin, and its opening be over, within the call.
    const Merging merging = openings_.at(id).merging;
    const auto path = watches_.find(std::string_view(topic))->path;
    shard_.hub.watch(*this, id, path, from, merging);
}

void NativeDialect::forget_watch(std::string_view topic) {
    const auto found = watches_.find(topic);
    if (found != watches_.end()) watches_.erase(found);
}

void NativeDialect::fail_opening(std::uint64_t watch_id, const Error& error) {
    const auto failed = openings_.extract(watch_id);
    if (failed.empty()) return;
    const auto& opening = failed.mapped();
    forget_watch(opening.topic);
    answer(opening.asker, opening.topic, error);
}

Result<std::string> NativeDialect::subscribe_filter(const MsgpackFields& fields) {
    LW_TRY(const std::string_view filter, fields.string("filter"));
    LW_TRY_STATUS(check_topic_filter(filter));
    if (filters_.contains(filter)) {
        return Error{Errc::conflict, "already subscribed to " + std::string(filter), "filter"};
    }
    LW_TRY_STATUS(has_room("filter"));
    filters_.emplace(filter);
    shard_.hub.watch_filter(*this, identity_.realm, std::string(filter));
    std::string ok;
    MsgpackWriter writer(ok);
    writer.map(1);
    writer.field("filter", filter);
    return ok;
}

Result<std::string> NativeDialect::unsubscribe(const MsgpackFields& fields) {
    if (fields.has("filter")) {
        LW_TRY(const std::string_view filter, fields.string("filter"));
        const auto found = filters_.find(filter);
        if (found == filters_.end()) return Error{Errc::not_found, "is not subscribed to", "filter"};
        filters_.erase(found);
        shard_.hub.unwatch_filter(*this, identity_.realm, std::string(filter));
        return std::string(kEmptyMap);
    }
    LW_TRY(const std::string_view topic, fields.string("topic"));
    const auto found = watches_.find(topic);
    if (found == watches_.end()) return Error{Errc::not_found, "is not subscribed to", "topic"};
    const auto watch_id = found->watch;
    watches_.erase(found);
    shard_.hub.unwatch(*this, watch_id, shard_.now_us);
    fail_opening(watch_id, Error{Errc::conflict, "was unsubscribed before it had begun", "topic"});
    return std::string(kEmptyMap);
}

void NativeDialect::on_watching(std::uint64_t watch_id, const WatchStart& start) {
    const auto begun = openings_.extract(watch_id);
    const auto& opening = begun.mapped();
    answer(opening.asker, start.topic, native::subscribed(start));
    if (!opening.snapshot.empty()) send(native::snapshot_push(opening.snapshot, start));
}

void NativeDialect::on_watch_failed(std::uint64_t watch_id, std::string_view topic, const Error& error) {
    forget_watch(topic);
    fail_opening(watch_id, error);
}

void NativeDialect::on_events(std::uint64_t, const EventBatchPtr& batch, std::size_t from) {
    encoding_.send_events(transport_, batch, from);
}

void NativeDialect::on_merged(std::uint64_t, const MergedStretch& stretch) {
    const auto batch = stretch.newest().batch;
    if (!stretch.is_whole()) send(native::merged_push(batch->topic(), stretch));
    for (const auto& item : stretch.items) {
        if (const auto* push = std::get_if<MergedPush>(&item)) {
            encoding_.send_event(transport_, *push);
        } else {
            const auto& [from, to] = std::get<MergedGap>(item);
            send(native::gap_push({batch->topic(), from, to, GapReason::slow, batch->epoch(), to}));
        }
    }
}

void NativeDialect::on_gap(std::uint64_t, const Gap& gap) {
    send(native::gap_push(gap));
}

/// A filter has no place in the log to go back to: a client too slow for it has to be told. So more is queued for it
/// than for topics; and once something was missed, so is what follows until all has left, or topics would never have
/// room.
bool NativeDialect::misses_filtered() {
    return !missed_.empty() || is_above(shard_.limits.outbox_bytes_max / 2);
}

void NativeDialect::on_filtered_events(const EventBatchPtr& batch) {
    if (misses_filtered()) return missed_.note(batch->topic(), batch->epoch(), batch->first(), batch->last());
    encoding_.send_events(transport_, batch, 0);
}

void NativeDialect::on_filtered_gap(std::string_view topic, std::uint64_t from, std::uint64_t to, GapReason reason) {
    if (misses_filtered()) return missed_.note(topic, 0, from, to);
    send(native::gap_push({topic, from, to, reason, 0, to}));
}

void NativeDialect::on_filter_gap(std::string_view filter, GapReason reason) {
    send(native::filter_gap_push(filter, reason));
}

void NativeDialect::tell_missed() {
    const auto missed = missed_.take();
    for (const auto& [topic, range] : missed.ranges) {
        send(native::gap_push({topic, range.from, range.to, GapReason::slow, range.epoch, range.to}));
    }
    if (!missed.has_more) return;
    for (const auto& filter : filters_) send(native::filter_gap_push(filter, GapReason::slow));
}

}  // namespace longwire::edge
