#pragma once

#include <cstddef>

#include "protocol/link/producer_messages.h"
#include "protocol/result.h"

/// What a worker may say of a kind that it serves. Workers check it before they say it, and brokers when they hear it.
namespace longwire::link {

inline constexpr std::size_t kKindAboutBytesMax = 1 << 10;
inline constexpr std::size_t kKindSchemaBytesMax = 16 << 10;   // as MessagePack
inline constexpr std::size_t kKindExampleBytesMax = 16 << 10;  // likewise
inline constexpr std::size_t kKindDepthMax = 32;               // of both: they are carried within replies
inline constexpr std::size_t kKindsBytesMax = 256 << 10;       // of all that one worker says

/// Its share of kKindsBytesMax.
std::size_t bytes_of(const KindDescription& description);

/// Errors name the kind and the field: bad_request, too_large.
Status check(const KindDescription& description);

/// check(), and whether there is room for it beside `bytes_before` of the worker's other kinds; too_many if not.
Status check(const KindDescription& description, std::size_t bytes_before);

}  // namespace longwire::link
