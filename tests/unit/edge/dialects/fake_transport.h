#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/core/ws_frame.h"

namespace longwire::edge {

/// Keeps what is sent, message by message; frames are taken apart. Nothing is sent behind a close.
class FakeTransport final : public Transport {
  public:
    struct Message {
        std::string payload;
        bool is_binary = false;
    };

    void send_text(std::string_view message) override { take({std::string(message), false}); }
    void send_binary(std::string_view message) override { take({std::string(message), true}); }
    void send_frames(SharedSlice frames) override {
        auto rest = frames.bytes;
        while (!rest.empty()) {
            const auto length = static_cast<unsigned char>(rest[1]);
            const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
            std::size_t size = length;
            if (header > 2) size = 0;
            for (std::size_t i = 2; i < header; ++i) size = size << 8 | static_cast<unsigned char>(rest[i]);
            take({std::string(rest.substr(header, size)), (rest[0] & 0x0f) == 2});
            rest.remove_prefix(header + size);
        }
    }
    std::size_t unsent_bytes() const override { return unsent; }
    void tell_when_drained() override { must_tell = true; }
    void close(std::uint16_t code, std::string_view why) override {
        ++closes;
        closed_with = code;
        reason = why;
    }

    /// What has been sent since the last call, each message on its own line.
    std::string take_lines() {
        std::string lines;
        for (const auto& message : std::exchange(sent, {}))
            lines.append(lines.empty() ? "" : "\n").append(message.payload);
        return lines;
    }

    std::vector<Message> sent;
    std::size_t unsent = 0;
    bool must_tell = false;
    int closes = 0;
    std::uint16_t closed_with = 0;
    std::string reason;

  private:
    void take(Message message) {
        if (closes == 0) sent.push_back(std::move(message));
    }
};

}  // namespace longwire::edge
