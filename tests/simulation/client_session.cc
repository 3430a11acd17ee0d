#include "tests/simulation/client_session.h"

#include <memory>
#include <utility>

#include "protocol/command.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/client.h"

namespace longwire::simulation {
namespace {

constexpr std::size_t kMessageBytes = 50;  // about what one takes beside its payload

}  // namespace

void ClientSession::push(std::size_t bytes, Schedule::Action at_client) {
    if (outbox_.empty()) when_flush_is_due();
    outbox_.push_back({bytes + kMessageBytes, std::move(at_client)});
    outbox_bytes_ += bytes + kMessageBytes;
}

void ClientSession::flush() {
    if (!client_.is_reading()) return;
    for (auto& message : std::exchange(outbox_, {})) {
        if (link_.connection() == connection_) link_.send(End::listener, std::move(message.at_client));
    }
    outbox_bytes_ = 0;
    hub_.resume(*this);
}

void ClientSession::close(std::int64_t now_us) {
    for (const auto token : asked_) requests_.give_up(token);
    hub_.forget(*this, now_us);
}

void ClientSession::command(std::uint64_t number, const std::string& name, std::string fields) {
    if (name == StartCommand::kName) {
        fields = with_text_field(fields, "task", "t" + std::to_string(environment_.new_id()));
    }
    const auto token = std::make_shared<std::uint64_t>(0);
    *token = requests_.command({"r", "u"}, name, std::move(fields), [=, this](const Result<std::string>& reply) {
        asked_.erase(*token);
        push(reply ? reply->size() : 0, [=, &client = client_] { client.on_reply(number, reply); });
    });
    asked_.insert(*token);
}

void ClientSession::on_watching(std::uint64_t watch, const edge::WatchStart& start) {
    auto kept = start;
    kept.topic = {};
    push(0, [=, &client = client_] { client.on_watching(watch, kept); });
}

void ClientSession::on_watch_failed(std::uint64_t watch, std::string_view, const Error&) {
    push(0, [=, &client = client_] { client.on_watch_failed(watch); });
}

void ClientSession::on_events(std::uint64_t watch, const edge::EventBatchPtr& batch, std::size_t from) {
    push(batch->json_frames(from).bytes.size(), [=, &client = client_] { client.on_events(watch, batch, from); });
}

void ClientSession::on_gap(std::uint64_t watch, const edge::Gap& gap) {
    auto kept = gap;
    kept.topic = {};
    push(0, [=, &client = client_] { client.on_gap(watch, kept); });
}

void ClientSession::on_filtered_events(const edge::EventBatchPtr& batch) {
    const bool is_left_out = is_full();  // a filter has no place in the log to go back to
    const auto bytes = is_left_out ? 0 : batch->json_frames(0).bytes.size();
    push(bytes, [=, &client = client_, filter = filter_] { client.on_filtered(filter, batch, is_left_out); });
}

}  // namespace longwire::simulation
