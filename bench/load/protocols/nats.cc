#include "bench/load/protocols/nats.h"

#include <charconv>

namespace longwire::load {
namespace {

constexpr std::string_view kEnd = "\r\n";

}  // namespace

void NatsProtocol::on_message(std::string_view message, Outgoing& out, Listener& listener) {
    auto bytes = carry_.with(message);
    while (!bytes.empty() && take(bytes, out, listener)) {
    }
    carry_.keep(bytes);
}

bool NatsProtocol::take(std::string_view& bytes, Outgoing& out, Listener& listener) {
    const auto length = bytes.find(kEnd);
    if (length == std::string_view::npos) return false;
    const auto line = bytes.substr(0, length);
    auto rest = bytes.substr(length + kEnd.size());
    if (line.starts_with("MSG ")) {
        std::size_t payload_bytes = 0;
        const auto digits = line.substr(line.rfind(' ') + 1);
        std::from_chars(digits.data(), digits.data() + digits.size(), payload_bytes);
        if (rest.size() < kEnd.size() || rest.size() - kEnd.size() < payload_bytes) return false;
        listener.on_event(rest.substr(0, payload_bytes));
        rest.remove_prefix(payload_bytes + kEnd.size());
    } else {
        on_line(line, out, listener);
    }
    bytes = rest;
    return true;
}

void NatsProtocol::on_line(std::string_view line, Outgoing& out, Listener& listener) {
    if (line.starts_with("INFO ") && !is_greeted_) {
        is_greeted_ = true;
        // The answer to the ping tells that what was said before it is done.
        const std::string subscribe = role_.publishes() ? "" : "SUB " + role_.topic + " 1\r\n";
        out.send_binary(R"(CONNECT {"verbose":false,"pedantic":false,"protocol":1})"
                        "\r\n" +
                        subscribe + "PING\r\n");
    } else if (line == "PING") {
        out.send_binary("PONG\r\n");
    } else if (line == "PONG") {
        listener.on_ready();
    } else if (line.starts_with("-ERR")) {
        listener.on_refused(line);
    }
}

void NatsProtocol::publish(std::string_view topic, std::string_view payload, Outgoing& out) {
    command_.assign("PUB ").append(topic).append(" ").append(std::to_string(payload.size())).append(kEnd);
    command_.append(payload).append(kEnd);
    out.send_binary(command_);
}

}  // namespace longwire::load
