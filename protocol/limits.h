#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound that two nodes must agree on. Bounds of one node only are settings of that node.
namespace longwire {

inline constexpr std::uint32_t kProtocolVersion = 1;

inline constexpr std::size_t kTopicBytesMax = 255;  // fits one length byte in logs and keys
inline constexpr std::size_t kTopicLevelsMax = 16;  // bounds the work of matching a filter
inline constexpr std::size_t kRealmBytesMax = 64;
inline constexpr std::size_t kNameBytesMax = 128;          // task ids, kinds, event types, keys, node names
inline constexpr std::size_t kPayloadBytesMax = 1 << 20;   // one event's payload; the same as a client's message
inline constexpr std::size_t kHeadersBytesMax = 16 << 10;  // one event's headers
inline constexpr std::size_t kPayloadDepthMax = 64;        // nesting of arrays and maps
inline constexpr std::uint32_t kPartitionsMax = 256;       // a partition is two hex digits on the wire

inline constexpr std::size_t kLinkMessageBytesMax = 8 << 20;  // one ZeroMQ message; larger ones end the connection
inline constexpr std::size_t kBatchBytesTarget = 64 << 10;    // where a batch is full and the next one begins

inline constexpr std::int64_t kHeartbeatMs = 1'000;  // between heartbeats on a quiet link
inline constexpr int kHeartbeatsMissedMax = 3;       // then the peer is taken for lost

}  // namespace longwire
