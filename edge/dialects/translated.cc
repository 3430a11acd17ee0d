#include "edge/dialects/translated.h"

#include <boost/json/parse.hpp>
#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/json_value.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"

namespace longwire::edge {
namespace {

Result<json::value> parse(std::string_view text) {
    json::parse_options options;
    options.max_depth = kPayloadDepthMax;
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return bad_request("message", "is no JSON: " + error.message());
    return value;
}

/// The native protocol's error object.
Error error_of(const json::object& error) {
    return {errc_from_string(text_in(error, "code")), std::string(text_in(error, "message")),
            std::string(text_in(error, "field")), integer_in(error, "retry_after_ms")};
}

}  // namespace

TranslatedDialect::TranslatedDialect(ProductServices& services, Channel& channel, Identity who,
                                     const MakeTranslator& make)
    : services_(services), channel_(channel), who_(std::move(who)), translator_(make(*this)) {}

TranslatedDialect::~TranslatedDialect() = default;

NativeDialect& TranslatedDialect::native() {
    if (!native_) {
        native_.emplace(services_.shard, native_side_, who_, native_side_);
        native_->on_open();
    }
    return *native_;
}

void TranslatedDialect::on_open() {
    translator_->on_open();
    obey();
}

void TranslatedDialect::on_message(std::string_view message, bool is_binary) {
    if (is_closing_) return;
    const auto value = is_binary ? Result<json::value>(bad_request("message", "must be text")) : parse(message);
    if (value) return on_value(*value);
    translator_->on_garbage(value.error());
    obey();
}

void TranslatedDialect::on_value(const json::value& message) {
    translator_->on_message(message);
    obey();
}

void TranslatedDialect::on_drained() {
    if (native_) native_->on_drained();
}

void TranslatedDialect::on_tick() {
    if (native_) return native_->on_tick();
    if (channel_.unsent_bytes() > services_.shard.limits.outbox_bytes_max) {
        close(close_code::kTooSlow, "too slow");
    }
}

void TranslatedDialect::on_proven(std::uint64_t proof) {
    translator_->on_proven(proof);
    obey();
}

void TranslatedDialect::on_link_up() {
    if (native_) native_->on_link_up();
}

void TranslatedDialect::on_closed(std::uint16_t code) {
    is_closing_ = true;
    translator_->on_closed(code);
    obey();
    if (native_) native_->on_closed(code);
}

void TranslatedDialect::send(const json::object& message, std::string_view id) {
    if (!is_closing_) channel_.send(std::make_shared<const std::string>(json_text(message)), id);
}

void TranslatedDialect::send_event(const NativeEvent& event, RenderEvent render) {
    if (!is_closing_) channel_.send(services_.events.rendered(event, render), {});
}

void TranslatedDialect::answer(unsigned status, const json::value& body) {
    if (!is_closing_) channel_.answer(status, json_text(body));
}

void TranslatedDialect::refuse(const Error& error) {
    if (!is_closing_) channel_.refuse(error);
}

void TranslatedDialect::close(std::uint16_t code, std::string_view reason) {
    if (!std::exchange(is_closing_, true)) channel_.close(code, reason);
}

Result<Identity> TranslatedDialect::identify(std::string_view token) const {
    return services_.authenticator.identify(token);
}

void TranslatedDialect::become(Identity who) {
    if (!native_) who_ = std::move(who);
}

void TranslatedDialect::command(std::string_view name, json::object fields, OnReply on_reply) {
    const auto id = ++last_id_;
    fields["id"] = id;
    fields["cmd"] = name;
    Asked asked{{}, id, std::move(on_reply)};
    append_msgpack(fields, asked.command);
    asked_.push_back(std::move(asked));
    // Within an event's delivery the hub cannot be asked for anything. The turn's end is soon enough.
    set_timer();
}

/// Gives the native client its commands. Not to be called while it is calling.
void TranslatedDialect::obey() {
    while (!asked_.empty()) {
        auto asked = std::move(asked_.front());
        asked_.pop_front();
        if (asked.on_reply) replies_.emplace(asked.id, std::move(asked.on_reply));
        native().on_message(asked.command, true);
    }
    set_timer();
}

void TranslatedDialect::wake_at(std::int64_t time_us) {
    wake_us_ = time_us;
    set_timer();
}

void TranslatedDialect::set_timer() {
    if (!asked_.empty()) return services_.timers.set(*this, 0);
    wake_us_ ? services_.timers.set(*this, *wake_us_) : services_.timers.cancel(*this);
}

void TranslatedDialect::on_time() {
    if (wake_us_ && *wake_us_ <= services_.shard.now_us) {
        wake_us_.reset();
        if (!is_closing_) translator_->on_time();
    }
    obey();
}

Result<std::string> TranslatedDialect::NativeSide::take(std::string_view& frame) const {
    return std::string(std::exchange(frame, {}));
}

void TranslatedDialect::NativeSide::send(Transport& /*transport*/, std::string_view message) const {
    owner_.on_native(message);
}

void TranslatedDialect::NativeSide::send_events(Transport& /*transport*/, const EventBatchPtr& batch,
                                                std::size_t from) const {
    const auto& events = owner_.services_.events.read(batch);
    for (std::size_t i = from; i < events.size(); ++i) owner_.on_event(events[i]);
}

void TranslatedDialect::NativeSide::send_event(Transport& /*transport*/, const MergedPush& push) const {
    owner_.on_event(EventReader::read_one(*push.batch, push.index, push.payload));
}

void TranslatedDialect::on_event(const NativeEvent& event) {
    if (!is_closing_) translator_->on_event(event);
}

void TranslatedDialect::on_native(std::string_view message) {
    // It carries payloads, which may have all the levels that there can be.
    const auto value = msgpack_to_json_value(message, 2 * kPayloadDepthMax);
    if (!value || !value->is_object()) return;
    const auto& object = value->get_object();
    const auto* const id = object.if_contains("id");
    if (id != nullptr) return on_reply(id->to_number<std::uint64_t>(), object);
    if (!is_closing_) translator_->on_push(object);
}

void TranslatedDialect::on_reply(std::uint64_t id, const json::object& reply) {
    const auto found = replies_.extract(id);
    if (found.empty()) return;
    const auto* const ok = reply.if_contains("ok");
    if (ok != nullptr && ok->is_object()) return found.mapped()(ok->get_object());
    const auto* const error = reply.if_contains("error");
    found.mapped()(error != nullptr && error->is_object() ? error_of(error->get_object()) : Error{});
}

}  // namespace longwire::edge
