#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// A client made of bare sockets, so that it shares no bug with the server. Calls block, with a limit that
/// only a failing test reaches.
namespace longwire::edge::net::test {

inline constexpr int kPatienceMs = 20'000;

struct RawResponse {
    unsigned status = 0;
    std::string head;
    std::string body;

    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

struct RawFrame {
    unsigned opcode = 0;
    bool final = false;
    bool masked = false;
    std::string payload;

    /// Of a close frame; 1005 when it has none.
    unsigned close_code() const {
        if (payload.size() < 2) return 1005;
        return static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 |
               static_cast<unsigned char>(payload[1]);
    }
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port, const char* host = "127.0.0.1", int receive_buffer_bytes = 0) {
        const bool ipv6 = std::strchr(host, ':') != nullptr;
        fd_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer_bytes > 0) {
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
        }
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (ipv6) {
            sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_port = htons(port);
            ::inet_pton(AF_INET6, host, &address.sin6_addr);
            connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        } else {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(port);
            ::inet_pton(AF_INET, host, &address.sin_addr);
            connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        }
    }
    RawClient(RawClient&& other) noexcept
        : fd_(other.fd_), connected_(other.connected_), received_(std::move(other.received_)) {
        other.fd_ = -1;
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient() { close(); }

    bool connected() const { return connected_; }

    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    /// Closes with a reset instead of a FIN.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    void end_sending() { ::shutdown(fd_, SHUT_WR); }

    /// False when the peer no longer takes bytes.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Receives once more into the buffer. False at the end of the stream, on a reset, or out of patience.
    bool receive_more() {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, kPatienceMs) != 1) return false;
        std::array<char, 65536> chunk;
        const ssize_t received = ::recv(fd_, chunk.data(), chunk.size(), 0);
        if (received <= 0) return false;
        ++receives_;
        received_.append(chunk.data(), static_cast<std::size_t>(received));
        return true;
    }

    /// How often receive_more() got something.
    int receives() const { return receives_; }

    /// True when the server closes before it sends anything more.
    bool sees_end() {
        received_.clear();
        return !receive_more() && received_.empty();
    }

    /// Receives until `text` has come; false at the end of the stream.
    bool receive_until(std::string_view text) {
        while (received_.find(text) == std::string::npos) {
            if (!receive_more()) return false;
        }
        return true;
    }

    std::string& received() { return received_; }

    /// The next HTTP answer, by its Content-Length, or to the end of the stream where there is none. For an
    /// answer to HEAD there is no body.
    std::optional<RawResponse> receive_response(bool head_only = false) {
        RawResponse response;
        if (!receive_until("\r\n\r\n")) return std::nullopt;
        const auto end = received_.find("\r\n\r\n") + 4;
        response.head = received_.substr(0, end);
        received_.erase(0, end);
        if (response.head.size() < 12) return std::nullopt;
        response.status = static_cast<unsigned>(std::stoul(response.head.substr(9, 3)));
        if (head_only || response.status < 200 || response.status == 204 || response.status == 304) return response;
        const std::string_view name = "Content-Length: ";
        const auto at = response.head.find(name);
        if (at == std::string::npos) {
            while (receive_more()) {
            }
            response.body = std::move(received_);
            received_.clear();
            return response;
        }
        const std::size_t size = std::stoul(response.head.substr(at + name.size()));
        while (received_.size() < size) {
            if (!receive_more()) return std::nullopt;
        }
        response.body = received_.substr(0, size);
        received_.erase(0, size);
        return response;
    }

    std::optional<RawResponse> get(std::string_view path) {
        send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n");
        return receive_response();
    }

    /// Asks for a WebSocket; the answer's head says what came of it.
    std::optional<RawResponse> upgrade(std::string_view path = "/ws", std::string_view more_headers = "") {
        send(upgrade_request(path, more_headers));
        return receive_response();
    }

    static std::string upgrade_request(std::string_view path, std::string_view more_headers) {
        return "GET " + std::string(path) +
               " HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: "
               "websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               std::string(more_headers) + "\r\n";
    }

    /// A client's frame. `first_byte` is FIN and opcode, such as 0x81 for a whole text.
    static std::string frame(unsigned first_byte, std::string_view payload, bool masked = true) {
        std::string bytes(1, static_cast<char>(first_byte));
        const unsigned mask_bit = masked ? 0x80 : 0;
        const auto size = payload.size();
        if (size < 126) {
            bytes += static_cast<char>(mask_bit | size);
        } else if (size <= 0xffff) {
            bytes += static_cast<char>(mask_bit | 126);
            for (const unsigned shift : {8u, 0u}) bytes += static_cast<char>(size >> shift & 0xff);
        } else {
            bytes += static_cast<char>(mask_bit | 127);
            for (unsigned shift = 64; shift > 0; shift -= 8) bytes += static_cast<char>(size >> (shift - 8) & 0xff);
        }
        if (!masked) return bytes.append(payload);
        constexpr std::array<char, 4> kMask{0x12, 0x34, 0x56, 0x78};
        bytes.append(kMask.data(), kMask.size());
        for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(payload[i] ^ kMask[i % 4]);
        return bytes;
    }

    static std::string text(std::string_view payload) { return frame(0x81, payload); }

    static std::string close_frame(unsigned code) {
        const std::array<char, 2> payload{static_cast<char>(code >> 8 & 0xff), static_cast<char>(code & 0xff)};
        return frame(0x88, std::string_view(payload.data(), payload.size()));
    }

    /// The server's next frame; empty at the end of the stream.
    std::optional<RawFrame> receive_frame() {
        for (;;) {
            if (auto frame = take_frame()) return frame;
            if (!receive_more()) return std::nullopt;
        }
    }

  private:
    std::optional<RawFrame> take_frame() {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(received_[at]); };
        if (received_.size() < 2) return std::nullopt;
        std::size_t header = 2;
        std::size_t size = byte(1) & 0x7f;
        const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (received_.size() < header + extended) return std::nullopt;
        if (extended > 0) {
            size = 0;
            for (std::size_t i = 0; i < extended; ++i) size = size << 8 | byte(header + i);
        }
        header += extended;
        if (received_.size() < header + size) return std::nullopt;
        RawFrame frame;
        frame.final = (byte(0) & 0x80) != 0;
        frame.opcode = byte(0) & 0x0f;
        frame.masked = (byte(1) & 0x80) != 0;
        frame.payload = received_.substr(header, size);
        received_.erase(0, header + size);
        return frame;
    }

    int fd_ = -1;
    bool connected_ = false;
    int receives_ = 0;
    std::string received_;
};

}  // namespace longwire::edge::net::test
