#include "edge/core/deflater.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "edge/core/event_batch.h"
#include "edge/core/ws_frame.h"
#include "protocol/envelope.h"
#include "protocol/json.h"

namespace longwire::edge {
namespace {

/// As a client does it that knows nothing but this one message.
std::string inflated(std::string_view payload) {
    const std::string whole = std::string(payload) + std::string("\0\0\xff\xff", 4);
    z_stream stream{};
    EXPECT_EQ(::inflateInit2(&stream, -Deflater::kWindowBits), Z_OK);
    std::string text(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(whole.data()));
    stream.avail_in = static_cast<uInt>(whole.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(::inflate(&stream, Z_SYNC_FLUSH), Z_OK);
    text.resize(text.size() - stream.avail_out);
    ::inflateEnd(&stream);
    return text;
}

bool is_deflated(std::string_view frame) {
    return (static_cast<unsigned char>(frame.front()) & 0x40) != 0;
}

std::string prose(std::size_t bytes) {
    std::string text;
    for (int i = 0; text.size() < bytes; ++i) text += "line " + std::to_string(i) + " of a log\n";
    return text;
}

std::string noise(std::size_t bytes) {
    std::string text;
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < bytes; ++i) {
        state = state * 1'664'525 + 1'013'904'223;
        text += static_cast<char>(state >> 24);
    }
    return text;
}

TEST(Deflater, EachMessageIsReadByItself) {
    Deflater deflater;
    for (const std::size_t bytes : {0, 1, 100, 5'000, 100'000}) {
        const auto text = prose(bytes);
        for (int again = 0; again < 2; ++again) EXPECT_EQ(inflated(deflater.deflate(text)), text);
    }
    EXPECT_LT(deflater.deflate(prose(100'000)).size(), 20'000U);
}

TEST(Deflater, AFrameIsCompressedWhereThatMakesItSmaller) {
    Deflater deflater;
    std::string frame;
    deflater.append_frame(prose(Deflater::kBytesMin), false, frame);
    EXPECT_TRUE(is_deflated(frame));
    EXPECT_EQ(inflated(ws_frame_payload(frame)), prose(Deflater::kBytesMin));

    const auto incompressible = noise(100'000);
    frame.clear();
    deflater.append_frame(incompressible, true, frame);
    EXPECT_FALSE(is_deflated(frame));
    EXPECT_EQ(ws_frame_payload(frame), incompressible);

    frame.clear();
    deflater.append_frame(std::string(Deflater::kBytesMin - 1, 'a'), false, frame);
    EXPECT_FALSE(is_deflated(frame));
}

std::string envelope_with(const std::string& message) {
    const auto payload = json_to_msgpack("{\"message\":\"" + message + "\"}");
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.type = "log";
    envelope.payload = *payload;
    std::string bytes;
    write_envelope(envelope, bytes);
    return bytes;
}

TEST(Deflater, ABatchHasItsLongEventsCompressedForAll) {
    const auto brief = envelope_with("brief");
    const auto lengthy = envelope_with(std::string(3'000, 'x'));
    const auto batch = EventBatch::make(SharedText("dev/room/a"), 1, 1, {brief, lengthy});
    const auto frames = batch->deflated_json_frames(0);
    EXPECT_TRUE(frames.bytes.starts_with(batch->json_frames(0).bytes.substr(0, 60)));
    const auto second = batch->deflated_json_frames(1);
    EXPECT_TRUE(is_deflated(second.bytes));
    EXPECT_EQ(inflated(ws_frame_payload(second.bytes)), batch->json(1));
    EXPECT_EQ(second.owner, frames.owner);
    EXPECT_EQ(inflated(ws_frame_payload(batch->deflated_msgpack_frames(1).bytes)), batch->msgpack(1));
}

TEST(Deflater, ABatchWithoutThemIsTheSameForAll) {
    const auto brief = envelope_with("brief");
    const auto batch = EventBatch::make(SharedText("dev/room/a"), 1, 1, {brief, brief});
    EXPECT_EQ(batch->deflated_json_frames(1).bytes.data(), batch->json_frames(1).bytes.data());
    EXPECT_EQ(batch->deflated_msgpack_frames(0).bytes.data(), batch->msgpack_frames(0).bytes.data());
}

}  // namespace
}  // namespace longwire::edge
