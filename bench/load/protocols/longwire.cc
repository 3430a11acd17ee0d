#include "bench/load/protocols/longwire.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <iterator>

namespace longwire::load {
namespace {

namespace json = boost::json;

constexpr std::string_view kReply = "{\"id\":";

}  // namespace

LongwireProtocol::LongwireProtocol(Role role)
    : Protocol(std::move(role)), event_begin_(R"({"topic":")" + role_.topic + R"(","offset":)") {}

std::string LongwireProtocol::from() const {
    if (!epoch_.empty()) return fmt::format(R"({{"epoch":"{}","offset":{}}})", epoch_, offset_);
    return role_.from_beginning ? R"("start")" : R"("now")";
}

void LongwireProtocol::on_open(Outgoing& out, Listener& listener) {
    if (role_.publishes()) return listener.on_ready();
    out.send_text(
        fmt::format(R"({{"id":{},"cmd":"subscribe","topic":"{}","from":{}}})", ++last_id_, role_.topic, from()));
}

void LongwireProtocol::on_message(std::string_view message, Outgoing& /*out*/, Listener& listener) {
    while (!message.empty()) {
        const auto end = message.find('\n');
        on_line(message.substr(0, end), listener);
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    }
}

void LongwireProtocol::on_line(std::string_view line, Listener& listener) {
    if (line.starts_with(event_begin_) && !role_.publishes()) {
        std::from_chars(line.data() + event_begin_.size(), line.data() + line.size(), offset_);
        return listener.on_event(line);
    }
    if (line.starts_with(kReply)) return on_reply(line, listener);
    if (line.starts_with(R"({"gap":)")) return listener.on_gap();
    if (line.starts_with(R"({"error":)")) listener.on_refused(line);
}

void LongwireProtocol::on_reply(std::string_view line, Listener& listener) {
    // Most are of publishes, which nothing is wanted of but that they went well.
    const bool is_ok = line.substr(0, 40).find(R"(,"ok":)") != std::string_view::npos;
    if (!is_ok) return listener.on_refused(line);
    if (role_.publishes()) return listener.on_accepted();
    boost::system::error_code error;
    const auto reply = json::parse(json::string_view(line.data(), line.size()), error);
    const auto* object = error ? nullptr : reply.if_object();
    const auto* answer = object != nullptr && object->contains("ok") ? object->at("ok").if_object() : nullptr;
    const auto* epoch = answer != nullptr ? answer->if_contains("epoch") : nullptr;
    const auto* offset = answer != nullptr ? answer->if_contains("offset") : nullptr;
    if (epoch == nullptr || !epoch->is_string() || offset == nullptr) return listener.on_refused(line);
    epoch_ = epoch->as_string().c_str();
    offset_ = offset->to_number<std::uint64_t>(error);
    listener.on_ready();
}

void LongwireProtocol::publish(std::string_view topic, std::string_view payload, Outgoing& out) {
    command_.clear();
    fmt::format_to(std::back_inserter(command_), R"({{"id":{},"cmd":"publish","topic":"{}","type":"bench","data":{}}})",
                   ++last_id_, topic, payload);
    out.send_text(command_);
}

}  // namespace longwire::load
