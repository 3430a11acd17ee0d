#include "edge/dialects/native/native.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/native/messages.h"
#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

constexpr std::size_t kGarbagePerMinuteMax = 10;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kOverRatePatienceUs = 5'000'000;
constexpr std::int64_t kOverRatePauseUs = 1'000'000;
constexpr std::int64_t kIdMax = std::int64_t{1} << 53;  // what a JavaScript number holds

std::string text_of(std::string_view answer, std::string_view name) {
    const auto fields = MsgpackFields::parse(answer, "reply");
    const auto text = fields ? fields->string_or(name, {}) : Result<std::string_view>(std::string_view{});
    return text ? std::string(*text) : std::string();
}

/// The task that an answer is about; empty if there is none.
std::string task_of(std::string_view answer) {
    return text_of(answer, "task");
}

bool has_ended(std::string_view answer) {
    const auto state = text_of(answer, "state");
    return state != "PENDING" && state != "RUNNING";
}

}  // namespace

NativeDialect::NativeDialect(ShardServices& shard, Transport& transport, Identity identity,
                             const NativeEncoding& encoding)
    : shard_(shard),
      transport_(transport),
      encoding_(encoding),
      identity_(std::move(identity)),
      connection_(shard.new_id("conn-")),
      rate_(shard.limits.messages_per_second, shard.limits.messages_burst, shard.now_us) {}

NativeDialect::~NativeDialect() {
    for (const auto token : requests_) shard_.requests.give_up(token);
    shard_.hub.forget(*this, shard_.now_us);
    shard_.members.drop(connection_, true);
}

void NativeDialect::on_message(std::string_view message, bool is_binary) {
    if (is_closing_) return;
    if (is_binary != encoding_.is_binary()) {
        return on_garbage(bad_request("frame", encoding_.is_binary() ? "must be a binary one" : "must be a text one"));
    }
    do {
        const auto object = encoding_.take(message);
        object ? on_object(*object) : on_garbage(object.error());
    } while (!message.empty() && !is_closing_);
}

void NativeDialect::on_object(std::string_view object) {
    const auto fields = MsgpackFields::parse(object, "command");
    if (!fields) return on_garbage(fields.error());
    const auto id = fields->integer("id", 1, kIdMax);
    const auto number = id ? static_cast<Id>(*id) : Id{0};
    if (!is_within_rate(number)) return;
    if (!id) return reply(number, id.error());
    const auto name = fields->string("cmd");
    if (!name) return reply(number, name.error());
    on_command(number, *name, *fields, object);
}

void NativeDialect::add_if_slow(SlowClients& slow, const std::string& address, std::size_t unsent_bytes) const {
    const auto lag = Hub::lag_of(*this);
    if (slow.wants(lag)) slow.add({connection_, identity_.realm, identity_.user, address, lag, unsent_bytes});
}

/// What is no command cannot be answered by its id. It is answered without one and counted.
void NativeDialect::on_garbage(const Error& error) {
    std::erase_if(garbage_us_, [&](std::int64_t at_us) { return shard_.now_us - at_us > kMinuteUs; });
    garbage_us_.push_back(shard_.now_us);
    send(native::error_reply(0, error));
    if (garbage_us_.size() >= kGarbagePerMinuteMax) {
        close(close_code::kPolicy, "too many frames that hold no command");
    }
}

bool NativeDialect::is_within_rate(Id id) {
    if (shard_.limits.is_unlimited || rate_.take(shard_.now_us)) return true;
    // Going on for long means that the client does not listen.
    if (shard_.now_us - over_rate_us_ > kOverRatePauseUs) over_rate_since_us_ = shard_.now_us;
    over_rate_us_ = shard_.now_us;
    if (shard_.now_us - over_rate_since_us_ > kOverRatePatienceUs) {
        close(close_code::kTooManyMessages, "too many messages");
        return false;
    }
    reply(id, Error{Errc::rate_limited, "too many messages", {}, rate_.retry_after_ms()});
    return false;
}

void NativeDialect::close(std::uint16_t code, std::string_view reason) {
    if (!std::exchange(is_closing_, true)) transport_.close(code, reason);
}

void NativeDialect::on_command(Id id, std::string_view name, const MsgpackFields& fields, std::string_view object) {
    if (name == "hello") return reply(id, hello());
    if (name == "ping") return reply(id, ping());
    if (name == "refresh") return reply(id, refresh(fields));
    if (name == "subscribe") return subscribe(id, fields);
    if (name == "unsubscribe") return reply(id, unsubscribe(fields));
    if (!is_command(name)) {
        return reply(id, bad_request("cmd", "is unknown: " + std::string(name.substr(0, kNameBytesMax))));
    }
    // Which connection this is the client cannot say.
    std::string with_connection;
    if (name == AttachCommand::kName || fields.has("connection")) {
        with_connection = with_text_field(object, "connection", connection_);
        object = with_connection;
    }
    const auto command = with_connection.empty() ? decode_command(name, fields) : decode_command(name, object);
    if (!command) return reply(id, command.error());
    if (const auto* wanted = std::get_if<AttachCommand>(&*command)) return attach(id, *wanted);
    if (const auto* wanted = std::get_if<StartCommand>(&*command)) return start(id, *wanted, object);
    if (const auto* wanted = std::get_if<JoinCommand>(&*command)) return join(id, *wanted);
    if (const auto* wanted = std::get_if<LeaveCommand>(&*command)) return leave(id, *wanted);
    if (const auto* page = std::get_if<HistoryCommand>(&*command)) return history(id, *page);
    note(shard_.requests.command(identity_, name, std::string(object), may_repeat(name, fields),
                                 [this, id](const auto& result) { reply(id, result); }));
}

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

Result<std::string> NativeDialect::ping() const {
    std::string ok;
    MsgpackWriter writer(ok);
    writer.map(1);
    writer.field("time_us", shard_.now_us);
    return ok;
}

/// There is nothing to refresh while everyone is let in: nothing expires.
Result<std::string> NativeDialect::refresh(const MsgpackFields& fields) const {
    if (const auto token = fields.string("token"); !token) return token.error();
    std::string ok;
    MsgpackWriter writer(ok);
    writer.map(1);
    writer.string("expires_us");
    writer.nil();
    return ok;
}

std::uint64_t NativeDialect::ask(std::string_view command, std::string fields, Requests::OnReply on_reply) {
    return note(shard_.requests.command(identity_, command, std::move(fields), std::move(on_reply)));
}

/// The same where others may be asking it, too.
void NativeDialect::ask_with_others(std::string_view command, const std::string& fields, Requests::OnReply on_reply) {
    note(shard_.requests.shared_command(identity_, command, fields, std::move(on_reply)));
}

void NativeDialect::ask_page(const std::string& topic, std::uint64_t after, std::uint64_t events_max,
                             Requests::OnPage on_page) {
    note(shard_.requests.fetch(topic_path(identity_.realm, topic), 0, after, static_cast<std::uint32_t>(events_max),
                               std::move(on_page)));
}

/// Those that have been answered are sifted out when there are many.
std::uint64_t NativeDialect::note(std::uint64_t request) {
    requests_.push_back(request);
    if (requests_.size() < sift_requests_at_) return request;
    std::erase_if(requests_, [&](std::uint64_t token) { return !shard_.requests.is_open(token); });
    sift_requests_at_ = std::max(kRequestsUnsifted, 2 * requests_.size());
    return request;
}

void NativeDialect::start(Id id, const StartCommand& command, std::string_view object) {
    if (command.watch) {
        if (const auto room = has_room("watch"); !room) return reply(id, room.error());
    }
    // The edge names the task, so that asking a second time after a lost answer starts nothing twice.
    const auto task = command.task.empty() ? shard_.new_id("") : command.task;
    auto named = with_text_field(object, "task", task);
    if (command.on_disconnect == OnDisconnect::cancel) {
        return ask_to_attach(StartCommand::kName, named,
                             [this, id, watch_it = command.watch](const Result<std::string>& result) {
                                 reply(id, result);
                                 if (result) started(*result, watch_it);
                             });
    }
    ask(StartCommand::kName, std::move(named), [this, id, watch_it = command.watch](const Result<std::string>& result) {
        reply(id, result);
        if (result) started(*result, watch_it);
    });
}

void NativeDialect::started(std::string_view answer, bool watch_it) {
    const auto task = task_of(answer);
    if (!watch_it || task.empty()) return;
    const auto topic = task_topic(task);
    if (!can_subscribe(topic)) return;
    watch(open_watch({topic, {}, {}, Merging{true, 0}}), topic, From{From::Kind::start, 0, 0, 0});
}

void NativeDialect::attach(Id id, const AttachCommand& command) {
    ask_to_attach(AttachCommand::kName, with_text_field(kEmptyMap, "task", command.task),
                  [this, id](const Result<std::string>& result) { reply(id, result); });
}

/// Asks for what makes this connection be there for a task.
void NativeDialect::ask_to_attach(std::string_view command, std::string_view fields, Requests::OnReply on_reply) {
    const auto own_token = std::make_shared<std::uint64_t>();
    *own_token = ask(command, with_text_field(fields, "connection", connection_),
                     [this, own_token, then = std::move(on_reply)](const Result<std::string>& result) {
                         attaching_.erase(*own_token);
                         if (result) attached(*result);
                         then(result);
                     });
    attaching_.insert(*own_token);
}

void NativeDialect::attached(std::string_view answer) {
    const bool is_new = attached_.insert(task_of(answer)).second;
    if (!is_new || attached_.size() < sift_at_) return;
    sift_at_ = 2 * attached_.size();
    attach_again();
}

/// Tells a broker that does not know it, and learns which of the tasks are over.
void NativeDialect::attach_again() {
    for (const auto& task : attached_) {
        ask_to_attach(AttachCommand::kName, with_text_field(kEmptyMap, "task", task),
                      [this, task](const Result<std::string>& result) {
                          const bool is_over = result ? has_ended(*result) : result.error().code == Errc::not_found;
                          if (is_over) attached_.erase(task);
                      });
    }
}

void NativeDialect::reply(Id id, const Result<std::string>& result) {
    send(result ? native::ok_reply(id, *result) : native::error_reply(id, result.error()));
}

bool NativeDialect::is_above(std::size_t unsent_bytes) {
    if (transport_.unsent_bytes() <= unsent_bytes) return false;
    transport_.tell_when_drained();
    return true;
}

void NativeDialect::on_drained() {
    tell_missed();
    shard_.hub.resume(*this);
}

void NativeDialect::on_tick() {
    if (transport_.unsent_bytes() > shard_.limits.outbox_bytes_max) {
        close(close_code::kTooSlow, "too slow: resume from your last offset");
    }
}

void NativeDialect::on_draining(std::int64_t reconnect_ms) {
    send(native::draining_notice(reconnect_ms));
}

void NativeDialect::on_closed(std::uint16_t code) {
    shard_.members.drop(connection_, code != close_code::kDone);
    if (!attached_.empty() || !attaching_.empty()) shard_.requests.tell_gone(connection_);
    // What is still to be answered may be obeyed only now, in a later session.
    for (const auto token : attaching_) {
        std::erase(requests_, token);
        shard_.requests.redirect(token, [&shard = shard_, connection = connection_](const Result<std::string>&) {
            shard.requests.tell_gone(connection);
        });
    }
    attaching_.clear();
    attached_.clear();
}

}  // namespace longwire::edge
