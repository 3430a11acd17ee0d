#include "edge/core/ws_frame.h"

#include <gtest/gtest.h>

namespace longwire::edge::net {
namespace {

std::string header(std::size_t payload_bytes) {
    std::string out;
    append_ws_header(out, WsOpcode::text, payload_bytes);
    return out;
}

TEST(WsFrame, LengthsUpTo125TakeOneByte) {
    EXPECT_EQ(header(0), std::string("\x81\x00", 2));
    EXPECT_EQ(header(125), std::string("\x81\x7d", 2));
}

TEST(WsFrame, LengthsUpTo65535TakeTwoMoreBytes) {
    EXPECT_EQ(header(126), std::string("\x81\x7e\x00\x7e", 4));
    EXPECT_EQ(header(65535), std::string("\x81\x7e\xff\xff", 4));
}

TEST(WsFrame, LongerLengthsTakeEightMoreBytes) {
    EXPECT_EQ(header(65536), std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(WsFrame, AFrameIsHeaderAndPayload) {
    EXPECT_EQ(make_ws_frame("hello", false).bytes, "\x81\x05hello");
    EXPECT_EQ(make_ws_frame("hello", true).bytes, "\x82\x05hello");
    std::string batch;
    append_ws_frame(batch, "a", false);
    append_ws_frame(batch, "b", true);
    EXPECT_EQ(batch,
              "\x81\x01"
              "a"
              "\x82\x01"
              "b");
}

TEST(WsFrame, ACloseFrameCarriesCodeAndReason) {
    EXPECT_EQ(make_ws_close_frame(1000, "bye"),
              "\x88\x05\x03\xe8"
              "bye");
}

TEST(WsFrame, ALongReasonIsCutBetweenCharacters) {
    // 61 characters of two bytes are 122; the 62nd would end at 124.
    std::string reason;
    for (int i = 0; i < 70; ++i) reason += "\xc3\xa9";
    const auto frame = make_ws_close_frame(4410, reason);
    EXPECT_EQ(frame.size(), 2 + 2 + 122u);
    EXPECT_EQ(static_cast<unsigned char>(frame[1]), 124u);
    EXPECT_EQ(make_ws_close_frame(1000, std::string(123, 'x')).size(), 127u);
}

}  // namespace
}  // namespace longwire::edge::net
