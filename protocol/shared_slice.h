#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace longwire {

/// Bytes that many may hold at once, never changed after they were made.
using SharedBytes = std::shared_ptr<const std::string>;

/// A part of an immutable, shared buffer: copying one copies no bytes, and many events can live in one buffer.
struct SharedSlice {
    std::shared_ptr<const void> owner;  // of the buffer, whatever it is
    std::string_view bytes;

    /// All of a buffer; nothing for none.
    static SharedSlice whole(SharedBytes owner) {
        const auto bytes = owner ? std::string_view(*owner) : std::string_view{};
        return {std::move(owner), bytes};
    }

    static SharedSlice of(std::string text) {
        auto owner = std::make_shared<const std::string>(std::move(text));
        const std::string_view bytes = *owner;
        return {std::move(owner), bytes};
    }

    /// In one piece of memory that is no larger than it must be.
    static SharedSlice copy_of(std::string_view bytes) {
        auto owner = std::make_shared_for_overwrite<char[]>(bytes.size());
        std::copy(bytes.begin(), bytes.end(), owner.get());
        const std::string_view copy(owner.get(), bytes.size());
        return {std::move(owner), copy};
    }
};

}  // namespace longwire
