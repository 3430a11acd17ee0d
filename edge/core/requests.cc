#include "edge/core/requests.h"

#include <algorithm>
#include <array>

#include "protocol/msgpack_fields.h"

namespace longwire::edge {
namespace {

/// Whether obeying a command twice is the same as once. A start is, because the edge names its task; a publish with a
/// key is; run and input are not.
bool may_repeat(std::string_view command, std::string_view fields) {
    constexpr std::array<std::string_view, 7> kHarmless{"start", "cancel",  "attach", "state",
                                                        "tasks", "workers", "ledger"};
    if (std::find(kHarmless.begin(), kHarmless.end(), command) != kHarmless.end()) return true;
    if (command != "publish") return false;
    const auto parsed = MsgpackFields::parse(fields, "command");
    return parsed && parsed->has("key");
}

}  // namespace

std::uint64_t Requests::command(const Identity& who, std::string_view command, std::string fields, OnReply on_reply) {
    const auto token = next_token_++;
    replies_.emplace(token, std::move(on_reply));
    const bool repeat = may_repeat(command, fields);
    to_link_(SendCommand{token, who.realm, who.user, std::string(command), std::move(fields), repeat});
    return token;
}

std::uint64_t Requests::fetch(const std::string& path, std::uint64_t epoch, std::uint64_t after,
                              std::uint32_t events_max, OnPage on_page) {
    const auto token = next_token_++;
    pages_.emplace(token, std::move(on_page));
    to_link_(FetchEvents{token, path, epoch, after, events_max});
    return token;
}

void Requests::give_up(std::uint64_t token) {
    replies_.erase(token);
    pages_.erase(token);
}

void Requests::redirect(std::uint64_t token, OnReply on_reply) {
    const auto found = replies_.find(token);
    if (found != replies_.end()) found->second = std::move(on_reply);
}

void Requests::on_answered(const CommandAnswered& answered) {
    const auto found = replies_.extract(answered.token);
    if (!found.empty()) found.mapped()(answered.reply);
}

void Requests::on_fetched(const EventsFetched& fetched) {
    const auto found = pages_.extract(fetched.token);
    if (!found.empty()) found.mapped()(fetched.page);
}

}  // namespace longwire::edge
