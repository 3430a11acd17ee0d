#include "edge/dialects/native.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/native_messages.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kGarbagePerMinuteMax = 10;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kOverRatePatienceUs = 5'000'000;

Result<std::string> to_json(const std::string& msgpack) {
    std::string json;
    LW_TRY_STATUS(append_json(msgpack, json));
    return json;
}

}  // namespace

NativeDialect::NativeDialect(ShardServices& shard, Transport& transport, Identity identity)
    : shard_(shard),
      transport_(transport),
      identity_(std::move(identity)),
      connection_(shard.new_id("conn-")),
      rate_(shard.limits.messages_per_second, shard.limits.messages_burst, shard.now_us) {}

NativeDialect::~NativeDialect() {
    for (const auto token : requests_) shard_.requests.give_up(token);
    shard_.hub.forget(*this, shard_.now_us);
}

void NativeDialect::on_message(std::string_view message, bool is_binary) {
    if (is_binary) return on_garbage(bad_request("frame", "must be text under longwire.v1.json"));
    if (message.empty()) return on_garbage(bad_request("frame", "holds no command"));
    // One object, or several with each on its own line.
    while (!message.empty()) {
        auto parsed = json_to_msgpack(message);
        const auto line_end = message.find('\n');
        if (parsed || line_end == std::string_view::npos) {
            if (!parsed) return on_garbage(parsed.error());
            return on_object(*parsed);
        }
        const auto line = message.substr(0, line_end);
        message.remove_prefix(line_end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        parsed = json_to_msgpack(line);
        if (parsed) {
            on_object(*parsed);
        } else {
            on_garbage(parsed.error());
        }
    }
}

void NativeDialect::on_object(std::string_view object) {
    const auto fields = MsgpackFields::parse(object, "command");
    if (!fields) return on_garbage(fields.error());
    const auto id = fields->integer("id", 1, std::int64_t{1} << 53);
    if (!id) return on_garbage(id.error());
    const auto number = static_cast<Id>(*id);
    if (!is_within_rate(number)) return;
    const auto name = fields->string("cmd");
    if (!name) return reply(number, name.error());
    on_command(number, *name, *fields, object);
}

/// What is no command cannot be answered by its id. It is answered without one and counted.
void NativeDialect::on_garbage(const Error& error) {
    std::erase_if(garbage_us_, [&](std::int64_t at_us) { return shard_.now_us - at_us > kMinuteUs; });
    garbage_us_.push_back(shard_.now_us);
    transport_.send_text(native::error_reply(0, error));
    if (garbage_us_.size() >= kGarbagePerMinuteMax) {
        transport_.close(close_code::kPolicy, "too many frames that hold no command");
    }
}

bool NativeDialect::is_within_rate(Id id) {
    if (shard_.limits.is_unlimited || rate_.take(shard_.now_us)) return true;
    // Going on for long means that the client does not listen.
    if (shard_.now_us - over_rate_us_ > kMinuteUs / 60) over_rate_since_us_ = shard_.now_us;
    over_rate_us_ = shard_.now_us;
    if (shard_.now_us - over_rate_since_us_ > kOverRatePatienceUs) {
        transport_.close(close_code::kTooManyMessages, "too many messages");
        return false;
    }
    reply(id, Error{Errc::rate_limited, "too many messages", {}, rate_.retry_after_ms()});
    return false;
}

void NativeDialect::on_command(Id id, std::string_view name, const MsgpackFields& fields, std::string_view object) {
    const auto answer = [&](const Status& status) {
        status ? reply_json(id, "{}") : reply(id, status.error());
    };
    if (name == "hello") return reply(id, hello());
    if (name == "ping") return reply_json(id, "{\"time_us\":" + std::to_string(shard_.now_us) + "}");
    if (name == "refresh") return reply_json(id, "{\"expires_us\":null}");
    if (name == "subscribe") return subscribe(id, fields);
    if (name == "unsubscribe") return answer(unsubscribe(fields));
    if (!is_command(name)) {
        return reply(id, bad_request("cmd", "is unknown: " + std::string(name.substr(0, kNameBytesMax))));
    }
    auto command = decode_command(name, object);
    if (!command) return reply(id, command.error());
    if (const auto* wanted = std::get_if<StartCommand>(&*command)) return start(id, *wanted, object);
    if (const auto* page = std::get_if<HistoryCommand>(&*command)) return history(id, *page);
    ask(name, std::string(object), [this, id](const auto& result) { reply(id, result); });
}

/// The reply's map, as MessagePack like every other.
Result<std::string> NativeDialect::hello() const {
    std::string ok;
    MsgpackWriter writer(ok);
    writer.map(7);
    writer.field("connection", connection_);
    writer.field("realm", identity_.realm);
    writer.field("user", identity_.user);
    writer.field("edge", shard_.edge);
    writer.field("heartbeat_ms", shard_.limits.heartbeat_ms);
    writer.field("max_message_bytes", static_cast<std::uint64_t>(shard_.limits.message_bytes_max));
    writer.string("expires_us");
    writer.nil();
    return ok;
}

void NativeDialect::ask(std::string_view command, std::string fields, Requests::OnReply on_reply) {
    const auto token = std::make_shared<std::uint64_t>();
    *token = shard_.requests.command(identity_, command, std::move(fields),
                                     [this, token, then = std::move(on_reply)](const Result<std::string>& result) {
                                         requests_.erase(*token);
                                         then(result);
                                     });
    requests_.insert(*token);
}

void NativeDialect::ask_page(const std::string& topic, std::uint64_t after, std::uint64_t events_max,
                             Requests::OnPage on_page) {
    const auto token = std::make_shared<std::uint64_t>();
    *token = shard_.requests.fetch(topic_path(identity_.realm, topic), 0, after, static_cast<std::uint32_t>(events_max),
                                   [this, token, then = std::move(on_page)](const Result<FetchedPage>& page) {
                                       requests_.erase(*token);
                                       then(page);
                                   });
    requests_.insert(*token);
}

void NativeDialect::start(Id id, const StartCommand& command, std::string_view object) {
    // The edge names the task, so that asking a second time after a lost answer starts nothing twice.
    const auto task = command.task.empty() ? shard_.new_id("") : command.task;
    ask(StartCommand::kName, with_text_field(object, "task", task),
        [this, id, watch_it = command.watch, on_disconnect = command.on_disconnect](const auto& result) {
            reply(id, result);
            if (result) started(*result, watch_it, on_disconnect);
        });
}

void NativeDialect::started(std::string_view answer, bool watch_it, OnDisconnect on_disconnect) {
    const auto fields = MsgpackFields::parse(answer, "reply");
    const auto task = fields ? fields->string_or("task", {}) : Result<std::string_view>(std::string_view{});
    if (!task || task->empty()) return;
    if (on_disconnect == OnDisconnect::cancel) cancel_on_close_.emplace_back(*task);
    Subscription subscription;
    subscription.topic = task_topic(*task);
    subscription.is_announced = true;
    const bool is_free = can_subscribe(subscription.topic).has_value();
    if (watch_it && is_free) watch(std::move(subscription), From{From::Kind::start, 0, 0, 0});
}

void NativeDialect::history(Id id, const HistoryCommand& command) {
    const auto limit = static_cast<std::uint64_t>(command.limit);
    if (!command.reverse) return read_page(id, command.topic, command.after, limit, false);
    if (command.after > 0) {
        const auto after = command.after > limit + 1 ? command.after - limit - 1 : 0;
        return read_page(id, command.topic, after, command.after - after - 1, true);
    }
    // Only the broker knows where the newest are: a page behind every offset tells.
    ask_page(command.topic, UINT64_MAX, 1, [this, id, topic = command.topic, limit](const Result<FetchedPage>& page) {
        if (!page) return reply(id, page.error());
        read_page(id, topic, page->head > limit ? page->head - limit : 0, limit, true);
    });
}

void NativeDialect::read_page(Id id, const std::string& topic, std::uint64_t after, std::uint64_t limit, bool reverse) {
    ask_page(topic, after, std::max<std::uint64_t>(limit, 1), [this, id, reverse](const Result<FetchedPage>& page) {
        if (!page) return reply(id, page.error());
        reply_json(id, native::history_json(*page, reverse));
    });
}

void NativeDialect::reply(Id id, const Result<std::string>& result) {
    if (!result) return transport_.send_text(native::error_reply(id, result.error()));
    const auto json = to_json(*result);
    if (!json) return transport_.send_text(native::error_reply(id, {Errc::internal, "unreadable answer"}));
    reply_json(id, *json);
}

void NativeDialect::reply_json(Id id, std::string_view ok) { transport_.send_text(native::ok_reply(id, ok)); }

bool NativeDialect::is_full() {
    if (transport_.unsent_bytes() <= shard_.limits.outbox_full_bytes) return false;
    transport_.tell_when_drained();
    return true;
}

void NativeDialect::on_drained() { shard_.hub.resume(*this); }

void NativeDialect::on_tick() {
    if (transport_.unsent_bytes() > shard_.limits.outbox_bytes_max) {
        transport_.close(close_code::kTooSlow, "too slow: resume from your last offset");
    }
}

void NativeDialect::on_closed(std::uint16_t) {
    for (const auto& task : cancel_on_close_) shard_.cancel_after_grace(identity_, task);
    cancel_on_close_.clear();
}

}  // namespace longwire::edge
