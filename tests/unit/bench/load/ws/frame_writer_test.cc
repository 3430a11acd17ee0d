#include "bench/load/ws/frame_writer.h"

#include <gtest/gtest.h>

#include <cstring>

namespace longwire::load {
namespace {

/// Takes the mask off, byte by byte.
std::string unmasked(std::string_view frame, std::size_t header) {
    std::string payload(frame.substr(header + 4));
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ frame[header + i % 4]);
    return payload;
}

TEST(LoadFrameWriter, MasksMessagesOfEveryLength) {
    struct Case {
        std::size_t bytes;
        std::string begin;
    };
    const Case cases[]{{0, "\x81\x80"},
                       {13, "\x81\x8d"},
                       {125, "\x81\xfd"},
                       {126, std::string("\x81\xfe\x00\x7e", 4)},
                       {65'535, "\x81\xfe\xff\xff"},
                       {65'536, std::string("\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00", 10)}};
    for (const auto& [bytes, begin] : cases) {
        std::string payload;
        for (std::size_t i = 0; i < bytes; ++i) payload += static_cast<char>(i * 31);
        std::string out = "before";
        append_frame(out, Opcode::text, payload, 0x12345678);
        const auto written = std::string_view(out).substr(6);
        EXPECT_EQ(written.substr(0, begin.size()), begin);
        EXPECT_EQ(unmasked(written, begin.size()), payload) << bytes;
    }
}

}  // namespace
}  // namespace longwire::load
