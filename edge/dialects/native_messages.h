#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "edge/core/hub.h"
#include "protocol/result.h"

/// The native protocol's messages as JSON text, and what its fields mean.
namespace longwire::edge::native {

/// {"id": …, "ok": …}; `ok` is JSON.
std::string ok_reply(std::uint64_t id, std::string_view ok);

/// {"id": …, "error": {…}}, without "id" where it is 0.
std::string error_reply(std::uint64_t id, const Error& error);

/// {"code", "message", "field"?, "retry_after_ms"?}
std::string error_json(const Error& error);

/// What a subscribe is answered with.
std::string subscribed_json(std::string_view topic, const WatchStart& start);

/// {"gap": {…}}; with "epoch" where another one has begun.
std::string gap_push(std::string_view topic, std::uint64_t epoch, std::uint64_t from, std::uint64_t to,
                     GapReason reason);

/// {"snapshot": …, "topic", "epoch", "offset"}; `snapshot` is JSON.
std::string snapshot_push(std::string_view snapshot, std::string_view topic, const WatchStart& start);

/// A page of a topic's past as {"epoch", "head", "tail", "events": […]}.
std::string history_json(const FetchedPage& page, bool reverse);

/// Reads `from` of a subscribe, a MessagePack value or empty: "now", "start", {"last": n} or {"epoch", "offset"}.
/// "snapshot" is not a place and is refused here.
Result<From> read_from(std::string_view from);

/// An epoch as clients see it, and back.
std::string epoch_text(std::uint64_t epoch);
Result<std::uint64_t> read_epoch(std::string_view text);

}  // namespace longwire::edge::native
