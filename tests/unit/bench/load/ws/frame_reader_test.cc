#include "bench/load/ws/frame_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace longwire::load {
namespace {

using Found = FrameReader::Found;

struct Kept {
    Opcode opcode;
    bool is_compressed;
    std::string payload;
    bool operator==(const Kept&) const = default;
};

/// Feeds `bytes` in pieces of `step` and keeps what is found; nothing if the reader calls it nonsense.
std::optional<std::vector<Kept>> read_all(std::string_view bytes, std::size_t step) {
    FrameReader reader;
    std::vector<Kept> all;
    std::string unread;
    while (!bytes.empty()) {
        unread += bytes.substr(0, step);
        bytes.remove_prefix(std::min(step, bytes.size()));
        std::string_view rest = unread;
        Message message;
        Found found = reader.next(rest, message);
        for (; found == Found::message; found = reader.next(rest, message)) {
            all.push_back({message.opcode, message.is_compressed, std::string(message.payload)});
        }
        if (found == Found::nonsense) return std::nullopt;
        unread = std::string(rest);
    }
    return all;
}

std::string frame(unsigned first, std::string_view payload) {
    std::string bytes(1, static_cast<char>(first));
    const auto size = payload.size();
    if (size < 126) {
        bytes += static_cast<char>(size);
    } else if (size <= 0xffff) {
        bytes += {'\x7e', static_cast<char>(size >> 8U), static_cast<char>(size & 0xffU)};
    } else {
        bytes += '\x7f';
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xffU);
    }
    return bytes.append(payload);
}

TEST(LoadFrameReader, ReadsMessagesOfEveryLengthInPiecesOfAnySize) {
    std::string bytes;
    std::vector<Kept> expected;
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
        expected.push_back({Opcode::text, false, std::string(size, 'x')});
        bytes += frame(0x81, expected.back().payload);
    }
    for (const std::size_t step : {1U, 7U, 1'000U, 1'000'000U}) EXPECT_EQ(read_all(bytes, step), expected) << step;
}

TEST(LoadFrameReader, JoinsFragmentsAroundControlFrames) {
    const auto bytes =
        frame(0x42, "one ") + frame(0x89, "ping") + frame(0x00, "two ") + frame(0x80, "three") + frame(0x82, "next");
    const std::vector<Kept> expected{
        {Opcode::ping, false, "ping"}, {Opcode::binary, true, "one two three"}, {Opcode::binary, false, "next"}};
    for (const std::size_t step : {1U, 100U}) EXPECT_EQ(read_all(bytes, step), expected) << step;
}

TEST(LoadFrameReader, WhatBreaksTheProtocolIsNonsense) {
    const std::vector<std::string> broken{
        frame(0x80, "continues nothing"),
        frame(0x01, "begins") + frame(0x81, "another"),
        frame(0x91, "a reserved bit"),
        frame(0x83, "an opcode of no meaning"),
        frame(0x8b, "another one"),
        frame(0x09, "a ping in pieces"),
        frame(0xc9, "a compressed ping"),
        frame(0x41, "compressed") + frame(0xc0, "again"),
        frame(0x89, std::string(126, 'x')),
        std::string("\x81\x81mask.", 7),
        std::string("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10),
    };
    for (const auto& bytes : broken) EXPECT_EQ(read_all(bytes, 1'000), std::nullopt) << bytes;
}

TEST(LoadFrameReader, AMessageBeyondTheBoundIsNonsenseBeforeItIsThere) {
    std::string_view bytes("\x81\x7f\x00\x00\x00\x00\x04\x00\x00\x01", 10);
    Message message;
    EXPECT_EQ(FrameReader().next(bytes, message), Found::nonsense);
}

}  // namespace
}  // namespace longwire::load
