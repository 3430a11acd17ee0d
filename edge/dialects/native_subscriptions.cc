#include <algorithm>
#include <utility>

#include "edge/dialects/native.h"
#include "edge/dialects/native_messages.h"
#include "protocol/json.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kTopicsPerSubscribeMax = 1'000;
constexpr std::int64_t kOffsetMax = std::int64_t{1} << 53;  // what a JavaScript number holds

bool is_snapshot(std::string_view from) {
    MsgpackReader reader(from);
    return reader.peek() == MsgpackReader::Type::string && reader.string() == "snapshot";
}

Error unsubscribed_error() { return {Errc::conflict, "was unsubscribed before it had begun", "topic"}; }

/// One of many subscriptions that was refused; what has no valid name stands at its place all the same.
std::string refused_json(std::string_view topic, const Error& error) {
    std::string json = "{\"topic\":";
    append_json_string(topic, json);
    return json + ",\"error\":" + native::error_json(error) + "}";
}

std::string filter_json(std::string_view filter) {
    std::string json = "{\"filter\":";
    append_json_string(filter, json);
    return json + "}";
}

}  // namespace

void NativeDialect::subscribe(Id id, const MsgpackFields& fields) {
    const auto ways = (fields.has("topic") ? 1 : 0) + (fields.has("topics") ? 1 : 0) + (fields.has("filter") ? 1 : 0);
    if (ways != 1) return reply(id, bad_request("topic", "exactly one of topic, topics and filter is required"));
    if (fields.has("topics")) return subscribe_many(id, fields.raw("topics"));
    if (fields.has("filter")) {
        const auto filter = fields.string("filter");
        if (!filter) return reply(id, filter.error());
        const auto begun = subscribe_filter(*filter);
        return begun ? reply_json(id, filter_json(*filter)) : reply(id, begun.error());
    }
    const auto topic = fields.string("topic");
    if (!topic) return reply(id, topic.error());
    if (const auto begun = begin(id, *topic, fields.raw("from"), std::nullopt); !begun) reply(id, begun.error());
}

void NativeDialect::subscribe_many(Id id, std::string_view topics) {
    MsgpackReader reader(topics);
    const auto count = reader.array();
    if (!reader.ok() || count == 0 || count > kTopicsPerSubscribeMax) {
        return reply(id, bad_request("topics", "must be an array of 1 to " + std::to_string(kTopicsPerSubscribeMax)));
    }
    if (many_.contains(id)) return reply(id, Error{Errc::conflict, "a subscribe with this id is under way", "id"});
    many_[id] = {count, std::vector<std::string>(count)};
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto fields = MsgpackFields::parse(reader.raw(), "topics");
        const auto topic = fields ? fields->string("topic") : Result<std::string_view>(fields.error());
        const auto begun = topic ? begin(id, *topic, fields->raw("from"), i) : Status(topic.error());
        if (!begun) answer_part(id, i, refused_json(topic ? *topic : std::string_view{}, begun.error()));
    }
}

void NativeDialect::answer_part(Id id, std::size_t part, std::string json) {
    const auto found = many_.find(id);
    if (found == many_.end()) return;
    auto& many = found->second;
    many.answers[part] = std::move(json);
    if (--many.open > 0) return;
    std::string all;
    for (const auto& answer : many.answers) all.append(all.empty() ? "{\"topics\":[" : ",").append(answer);
    many_.erase(found);
    reply_json(id, all + "]}");
}

void NativeDialect::answer(const Subscription& subscription, const WatchStart& start) {
    auto json = native::subscribed_json(subscription.topic, start);
    if (subscription.part) return answer_part(subscription.command, *subscription.part, std::move(json));
    reply_json(subscription.command, json);
}

void NativeDialect::refuse(const Subscription& subscription, const Error& error) {
    if (!subscription.part) return reply(subscription.command, error);
    answer_part(subscription.command, *subscription.part, refused_json(subscription.topic, error));
}

Status NativeDialect::can_subscribe(const std::string& topic) const {
    LW_TRY_STATUS(check_topic(topic));
    if (watch_of_.contains(topic)) return Error{Errc::conflict, "already subscribed to " + topic, "topic"};
    if (watch_of_.size() + filters_.size() >= shard_.limits.subscriptions_max) {
        return Error{Errc::too_many, "too many subscriptions on this connection", "topic"};
    }
    return {};
}

Status NativeDialect::begin(Id id, std::string_view name, std::string_view raw_from,
                            std::optional<std::size_t> part) {
    const std::string topic(name);
    LW_TRY_STATUS(can_subscribe(topic));
    if (is_snapshot(raw_from)) {
        if (part) return bad_request("from", "\"snapshot\" is for one topic at a time");
        return begin_snapshot(id, topic);
    }
    LW_TRY(const From from, native::read_from(raw_from));
    Subscription subscription;
    subscription.topic = topic;
    subscription.command = id;
    subscription.part = part;
    watch(std::move(subscription), from);
    return {};
}

/// The state at offset N first, then a watch from N: together they miss nothing and say nothing twice.
Status NativeDialect::begin_snapshot(Id id, const std::string& topic) {
    const auto task = task_of_topic(topic);
    if (task.empty()) return bad_request("from", "\"snapshot\" is for tasks' topics");
    std::string fields;
    MsgpackWriter writer(fields);
    writer.map(1);
    writer.field("task", task);
    // The number of no watch yet: it tells whether the topic was given up meanwhile, and perhaps taken up again.
    const auto asking = next_watch_++;
    watch_of_[topic] = asking;
    ask(StateCommand::kName, std::move(fields), [this, id, topic, asking](const Result<std::string>& state) {
        const auto asked = watch_of_.find(topic);
        if (asked == watch_of_.end() || asked->second != asking) return reply(id, unsubscribed_error());
        watch_of_.erase(asked);
        if (!state) return reply(id, state.error());
        const auto snapshot = MsgpackFields::parse(*state, "snapshot");
        const auto offset = snapshot ? snapshot->integer("offset", 0, kOffsetMax) : Result<std::int64_t>(0);
        Subscription subscription;
        subscription.topic = topic;
        subscription.command = id;
        subscription.snapshot = *state;
        watch(std::move(subscription), {From::Kind::after, 0, 0, offset ? static_cast<std::uint64_t>(*offset) : 0});
    });
    return {};
}

void NativeDialect::watch(Subscription subscription, const From& from) {
    const auto watch = next_watch_++;
    const auto path = topic_path(identity_.realm, subscription.topic);
    watch_of_[subscription.topic] = watch;
    subscriptions_.emplace(watch, std::move(subscription));
    shard_.hub.watch(*this, watch, path, from);
}

Status NativeDialect::subscribe_filter(std::string_view filter) {
    LW_TRY_STATUS(check_topic_filter(filter));
    if (filters_.contains(std::string(filter))) {
        return Error{Errc::conflict, "already subscribed to " + std::string(filter), "filter"};
    }
    if (watch_of_.size() + filters_.size() >= shard_.limits.subscriptions_max) {
        return Error{Errc::too_many, "too many subscriptions on this connection", "filter"};
    }
    filters_.emplace(filter);
    shard_.hub.watch_filter(*this, identity_.realm, std::string(filter));
    return {};
}

Status NativeDialect::unsubscribe(const MsgpackFields& fields) {
    if (fields.has("filter")) {
        LW_TRY(const std::string_view filter, fields.string("filter"));
        if (filters_.erase(std::string(filter)) == 0) return Error{Errc::not_found, "is not subscribed to", "filter"};
        shard_.hub.unwatch_filter(*this, identity_.realm, std::string(filter));
        return {};
    }
    LW_TRY(const std::string_view topic, fields.string("topic"));
    const auto found = watch_of_.extract(std::string(topic));
    if (found.empty()) return Error{Errc::not_found, "is not subscribed to", "topic"};
    const auto subscription = subscriptions_.extract(found.mapped());
    if (subscription.empty()) return {};
    shard_.hub.unwatch(*this, found.mapped(), shard_.now_us);
    const auto& given_up = subscription.mapped();
    if (!given_up.is_announced) refuse(given_up, unsubscribed_error());
    return {};
}

void NativeDialect::on_watching(std::uint64_t watch, const WatchStart& start) {
    auto& subscription = subscriptions_.at(watch);
    if (!std::exchange(subscription.is_announced, true)) answer(subscription, start);
    if (!subscription.snapshot) return;
    std::string snapshot;
    if (append_json(*subscription.snapshot, snapshot)) {
        transport_.send_text(native::snapshot_push(snapshot, subscription.topic, start));
    }
    subscription.snapshot.reset();
}

void NativeDialect::on_watch_failed(std::uint64_t watch, const Error& error) {
    const auto failed = subscriptions_.extract(watch);
    if (failed.empty()) return;
    const auto& subscription = failed.mapped();
    watch_of_.erase(subscription.topic);
    if (!subscription.is_announced) refuse(subscription, error);
}

void NativeDialect::on_events(std::uint64_t, const EventBatchPtr& batch, std::size_t from) {
    transport_.send_frames(batch->json_frames(from));
}

void NativeDialect::on_gap(std::uint64_t watch, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                           GapReason reason) {
    transport_.send_text(native::gap_push(subscriptions_.at(watch).topic, epoch, from, to, reason));
}

void NativeDialect::on_filtered_events(const EventBatchPtr& batch) {
    // A filter has no place in the log to go back to: a client too slow for it has to be told.
    if (is_full()) {
        transport_.send_text(native::gap_push(batch->topic(), batch->epoch(), batch->first(), batch->last(),
                                              GapReason::slow));
        return;
    }
    transport_.send_frames(batch->json_frames(0));
}

}  // namespace longwire::edge
