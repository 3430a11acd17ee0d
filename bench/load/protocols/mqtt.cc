#include "bench/load/protocols/mqtt.h"

#include <cstdint>

namespace longwire::load {
namespace {

enum Type : unsigned { connect = 0x10, connack = 0x20, publish_qos_0 = 0x30, subscribe = 0x82, suback = 0x90 };

constexpr unsigned kMore = 0x80;
constexpr std::size_t kLengthBytesMax = 4;

void append_text(std::string& out, std::string_view text) {
    out += static_cast<char>(text.size() >> 8U);
    out += static_cast<char>(text.size() & 0xffU);
    out += text;
}

void make_packet(std::string& out, Type type, std::string_view body) {
    out.assign(1, static_cast<char>(type));
    for (auto length = body.size(); true; length >>= 7U) {
        const bool is_last = length < kMore;
        out += static_cast<char>((length & 0x7fU) | (is_last ? 0 : kMore));
        if (is_last) break;
    }
    out += body;
}

/// The bytes of a packet's header, 0 if they are not all there; `length` is that of its body.
std::size_t read_header(std::string_view bytes, std::size_t& length) {
    length = 0;
    for (std::size_t i = 1; i <= kLengthBytesMax && i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        length |= static_cast<std::size_t>(byte & 0x7fU) << (7 * (i - 1));
        if ((byte & kMore) == 0 || i == kLengthBytesMax) return i + 1;
    }
    return 0;
}

}  // namespace

void MqttProtocol::on_open(Outgoing& out, Listener& /*listener*/) {
    carry_.clear();
    body_.clear();
    append_text(body_, "MQTT");
    // Version 3.1.1, a clean session, no keep-alive.
    body_.append("\x04\x02\x00\x00", 4);
    append_text(body_, role_.name);
    make_packet(packet_, connect, body_);
    out.send_binary(packet_);
}

void MqttProtocol::on_message(std::string_view message, Outgoing& out, Listener& listener) {
    auto bytes = carry_.with(message);
    std::size_t length = 0;
    for (auto header = read_header(bytes, length); header > 0 && bytes.size() - header >= length;
         header = read_header(bytes, length)) {
        on_packet(static_cast<unsigned char>(bytes.front()), bytes.substr(header, length), out, listener);
        bytes.remove_prefix(header + length);
    }
    carry_.keep(bytes);
}

void MqttProtocol::on_packet(unsigned type, std::string_view body, Outgoing& out, Listener& listener) {
    if ((type & 0xf0U) == publish_qos_0) return listener.on_event(body);
    if (type == connack && (body.size() < 2 || body[1] != 0)) return listener.on_refused("MQTT's CONNECT is refused");
    if (type == suback || (type == connack && role_.publishes())) return listener.on_ready();
    if (type != connack) return;
    body_.assign("\x00\x01", 2);
    append_text(body_, role_.topic);
    body_ += '\0';
    make_packet(packet_, subscribe, body_);
    out.send_binary(packet_);
}

void MqttProtocol::publish(std::string_view topic, std::string_view payload, Outgoing& out) {
    body_.clear();
    append_text(body_, topic);
    body_ += payload;
    make_packet(packet_, publish_qos_0, body_);
    out.send_binary(packet_);
}

}  // namespace longwire::load
