#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the hot functions are fed with.
namespace longwire::bench {

inline constexpr std::size_t kPayloadBytes = 256;
inline constexpr std::string_view kTopic = "task/8f3a41c07d52";
inline constexpr std::string_view kPath = "dev/task/8f3a41c07d52";
inline constexpr std::uint64_t kEpoch = 0x5eed'0f'1e55;
inline constexpr std::int64_t kNowUs = 1'700'000'000'000'000;

/// A MessagePack map of exactly `bytes`, from 64 on: a piece of a text, with two numbers and a flag.
std::string payload(std::size_t bytes = kPayloadBytes);

/// One event of a task's attempt, as its worker wrote it.
std::string envelope(std::uint64_t sequence, std::size_t payload_bytes = kPayloadBytes);

/// `count` of them, numbered from 1.
std::vector<std::string> envelopes(std::size_t count, std::size_t payload_bytes = kPayloadBytes);

}  // namespace longwire::bench
