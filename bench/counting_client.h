#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/processes.h"
#include "tests/integration/support/tcp_stream.h"
#include "tests/integration/support/ws_client.h"

namespace longwire::bench {

/// A WebSocket client that counts what comes and reads none of it, so that it costs little beside those it measures.
class CountingClient {
  public:
    explicit CountingClient(std::uint16_t port) : stream_(port) {
        const auto reply = integration::handshake(stream_, "/v1/ws", {{"Sec-WebSocket-Protocol", "longwire.v1.json"}});
        if (reply.status != 101) throw std::runtime_error("the handshake was refused");
    }

    /// Sends one command, or several in one frame.
    void send(std::string_view commands) { stream_.send(integration::WsClient::frame(kText, commands), patience()); }

    /// Reads until so many replies have come in all.
    void wait_for_replies(std::uint64_t count) {
        while (replies_ < count) read_frame();
    }
    void wait_for_pushes(std::uint64_t count) {
        while (pushes_ < count) read_frame();
    }

    /// Reads what comes until nothing has for so long.
    void read_for(int quiet_ms) {
        while (taken_ < received_.size() || stream_.has_more(integration::Deadline(quiet_ms))) read_frame();
    }

    std::uint64_t replies() const { return replies_; }
    std::uint64_t pushes() const { return pushes_; }

  private:
    static constexpr int kText = 1;
    static constexpr int kClose = 8;
    static constexpr int kPing = 9;
    static constexpr int kPong = 10;

    static integration::Deadline patience() { return integration::Deadline(Processes::kPatienceMs); }

    void read_frame() {
        need(2);
        const auto opcode = byte(0) & 0x0F;
        std::size_t size = byte(1);
        std::size_t head = 2;
        if (size >= 126) {
            const std::size_t bytes = size == 126 ? 2 : 8;
            need(head + bytes);
            size = 0;
            for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | byte(head + i);
            head += bytes;
        }
        need(head + size);
        const auto payload = std::string_view(received_).substr(taken_ + head, size);
        if (opcode == kClose) throw std::runtime_error("the edge has closed: " + std::string(payload.substr(2)));
        if (opcode == kPing) stream_.send(integration::WsClient::frame(kPong, payload));
        if (opcode <= 2) count(payload);
        taken_ += head + size;
    }

    void count(std::string_view payload) {
        if (!payload.starts_with("{\"id\"")) {
            ++pushes_;
            return;
        }
        if (payload.find("\"error\"") != std::string_view::npos) throw std::runtime_error(std::string(payload));
        ++replies_;
    }

    std::size_t byte(std::size_t at) const { return static_cast<unsigned char>(received_[taken_ + at]); }

    void need(std::size_t bytes) {
        while (received_.size() - taken_ < bytes) {
            received_.erase(0, taken_);
            taken_ = 0;
            const auto more = stream_.receive(patience());
            if (!more) throw std::runtime_error("the edge has closed");
            received_ += *more;
        }
    }

    integration::TcpStream stream_;
    std::string received_;
    std::size_t taken_ = 0;
    std::uint64_t replies_ = 0;
    std::uint64_t pushes_ = 0;
};

}  // namespace longwire::bench
