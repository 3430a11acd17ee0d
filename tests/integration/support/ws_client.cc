#include "tests/integration/support/ws_client.h"

#include <stdexcept>
#include <utility>

#include "tests/integration/support/process.h"

namespace longwire::integration {
namespace {

constexpr int kText = 1;
constexpr int kClose = 8;
constexpr int kPing = 9;
constexpr int kPong = 10;

/// Whether a task's run ends with it.
bool is_end(const std::string& type) {
    return type == "task.completed" || type == "task.failed" || type == "task.cancelled" || type == "task.expired";
}

std::uint64_t big_endian(const std::string& bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

std::string big_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
}

}  // namespace

HttpReply handshake(TcpStream& stream, const std::string& target, const Headers& headers) {
    std::string request = "GET " + target + " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    request += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    stream.send(request + "\r\n");
    auto reply = read_head(stream, Deadline());
    const auto length = reply.header("content-length");
    if (reply.status != 101 && !length.empty()) reply.body = stream.receive_exactly(std::stoul(length), Deadline());
    return reply;
}

WsClient::WsClient(TcpStream stream, const std::string& target) : stream_(std::move(stream)) {
    const auto reply = handshake(stream_, target, {{"Sec-WebSocket-Protocol", "longwire.v1.json"}});
    // The accept value of the RFC's own sample key.
    if (reply.status != 101 || reply.header("sec-websocket-accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
        throw std::runtime_error("the handshake was answered with " + std::to_string(reply.status));
    }
}

std::string WsClient::frame(int opcode, std::string_view payload, bool is_final) {
    std::string bytes(1, static_cast<char>((is_final ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65536) {
        bytes += static_cast<char>(0x80 | 126);
        bytes += big_endian(payload.size(), 2);
    } else {
        bytes += static_cast<char>(0x80 | 127);
        bytes += big_endian(payload.size(), 8);
    }
    constexpr std::string_view kMask = "\x37\xfa\x21\x3d";
    bytes += kMask;
    const auto start = bytes.size();
    bytes += payload;
    for (std::size_t i = start; i < bytes.size(); ++i) bytes[i] ^= kMask[(i - start) % 4];
    return bytes;
}

void WsClient::send_frame(int opcode, std::string_view payload, bool is_final) {
    stream_.send(frame(opcode, payload, is_final));
}

Frame WsClient::read_frame(Deadline deadline) {
    const auto head = stream_.receive_exactly(2, deadline);
    const auto first = static_cast<unsigned char>(head[0]);
    const auto second = static_cast<unsigned char>(head[1]);
    if ((first & 0x70) != 0 || (second & 0x80) != 0)
        throw std::runtime_error("a server's frame with reserved bits or a mask");
    std::uint64_t size = second & 0x7F;
    if (size == 126) size = big_endian(stream_.receive_exactly(2, deadline));
    if (size == 127) size = big_endian(stream_.receive_exactly(8, deadline));
    return {first & 0x0F, (first & 0x80) != 0, stream_.receive_exactly(size, deadline)};
}

json::value WsClient::next_object(Deadline deadline) {
    std::string message;
    while (objects_.empty()) {
        auto frame = read_frame(deadline);
        if (frame.opcode == kPing) send_frame(kPong, frame.payload);
        if (frame.opcode == kClose) {
            close_code_ = frame.payload.size() < 2 ? 1005 : static_cast<int>(big_endian(frame.payload.substr(0, 2)));
            throw std::runtime_error("the connection was closed with " + std::to_string(*close_code_) + " " +
                                     frame.payload.substr(std::min<std::size_t>(2, frame.payload.size())));
        }
        if (frame.opcode > kText) continue;
        message += frame.payload;
        if (!frame.is_final) continue;
        for (const auto& line : lines_of(std::exchange(message, {}))) objects_.push_back(parse_json(line));
    }
    auto object = std::move(objects_.front());
    objects_.pop_front();
    return object;
}

json::value WsClient::ask(json::object command, Deadline deadline) {
    const auto id = next_id_++;
    command["id"] = id;
    send_text(json::serialize(command));
    while (true) {
        auto object = next_object(deadline);
        if (number(object, "id") == id) return object;
        pushes_.push_back(std::move(object));
    }
}

json::value WsClient::ok(json::object command, Deadline deadline) {
    auto reply = ask(command, deadline);
    if (!has(reply, "ok")) throw std::runtime_error(json::serialize(command) + " -> " + json::serialize(reply));
    return at(reply, "ok");
}

std::string WsClient::error(json::object command, Deadline deadline) {
    auto reply = ask(command, deadline);
    if (!has(reply, "error")) throw std::runtime_error(json::serialize(command) + " -> " + json::serialize(reply));
    return text(reply, "error.code");
}

json::value WsClient::next_push(Deadline deadline) {
    if (pushes_.empty()) return next_object(deadline);
    auto push = std::move(pushes_.front());
    pushes_.pop_front();
    return push;
}

std::vector<json::value> WsClient::pushes_until(const std::function<bool(const json::value&)>& is_last,
                                                Deadline deadline) {
    std::vector<json::value> pushes;
    do {
        pushes.push_back(next_push(deadline));
    } while (!is_last(pushes.back()));
    return pushes;
}

std::vector<json::value> WsClient::pushes_until_type(const std::string& type, Deadline deadline) {
    const auto is_last = [&](const json::value& push) {
        const auto pushed = text(push, "type");
        if (pushed != type && is_end(type) && is_end(pushed)) {
            throw std::runtime_error("instead of " + type + ": " + json::serialize(push));
        }
        return pushed == type;
    };
    return pushes_until(is_last, deadline);
}

bool WsClient::is_quiet(int ms) {
    return pushes_.empty() && objects_.empty() && !stream_.has_more(Deadline(kIsSanitized ? ms / 4 : ms));
}

int WsClient::wait_closed(Deadline deadline) {
    try {
        while (true) next_object(deadline);
    } catch (const std::runtime_error&) {
        if (close_code_) return *close_code_;
        if (stream_.is_closed_by_peer()) return 1006;
        throw;
    }
}

}  // namespace longwire::integration
