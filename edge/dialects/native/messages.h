#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edge/core/upstream.h"
#include "edge/core/watcher.h"
#include "protocol/msgpack_fields.h"
#include "protocol/result.h"

/// The native protocol's messages, each a MessagePack map, and what its fields mean. JSON is made of them where it is
/// wanted.
namespace longwire::edge::native {

/// {"id", "ok"}; `ok` is MessagePack.
std::string ok_reply(std::uint64_t id, std::string_view ok);

/// {"id", "error"}, without "id" where it is 0.
std::string error_reply(std::uint64_t id, const Error& error);

/// {"code", "message", "field"?, "retry_after_ms"?}
std::string error_object(const Error& error);

/// What a subscribe is answered with.
std::string subscribed(const WatchStart& start);

/// {"gap": {"topic", "from", "to", "reason"}}; with "epoch" where another one has begun.
std::string gap_push(const Gap& gap);

/// {"gap": {"filter", "reason"}}: which events are missing is not known.
std::string filter_gap_push(std::string_view filter, GapReason reason);

/// {"merged": {"topic", "from", "to", "events", "left"}}: of these events only `left` pushes follow.
std::string merged_push(std::string_view topic, const MergedStretch& stretch);

/// {"snapshot", "topic", "epoch", "offset"}; `snapshot` is MessagePack.
std::string snapshot_push(std::string_view snapshot, const WatchStart& start);

/// {"notice": "draining", "reconnect_ms"}
std::string draining_notice(std::int64_t reconnect_ms);

/// What is known of a topic's past.
struct History {
    std::uint64_t epoch = 0;  // 0: the topic has none
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::vector<EventBatchPtr> batches;  // rising offsets
};

/// {"epoch", "head", "tail", "events"}, with the events before the offset `end`; newest first if `reverse`.
std::string history_page(const History& history, std::uint64_t end, bool reverse);

/// Whether `from` of a subscribe, a MessagePack value or empty, is "snapshot".
bool is_snapshot(std::string_view from);

/// What a snapshot of a task's topic is asked for with: the fields of `state`.
std::string snapshot_request(std::string_view topic);

/// The place a snapshot was taken at: behind the last event folded in.
From place_of(std::string_view snapshot);

/// Reads `from` of a subscribe, a MessagePack value or empty: "now", "start", {"last": n} or {"epoch", "offset"}.
/// "snapshot" is not a place and is refused here.
Result<From> read_from(std::string_view from);

/// Reads `conflate_ms` of a subscribe: absent is merging when the client is slow, 0 is never.
Result<Merging> read_merging(const MsgpackFields& fields);

/// A message as JSON. Its levels are more than those of the payload it carries.
std::string to_json(std::string_view message);

}  // namespace longwire::edge::native
