#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace longwire {

/// A part of an immutable, shared buffer: copying one copies no bytes, and many events can live in one buffer.
struct SharedSlice {
    std::shared_ptr<const std::string> owner;
    std::string_view bytes;

    static SharedSlice of(std::string text) {
        auto owner = std::make_shared<const std::string>(std::move(text));
        const std::string_view bytes = *owner;
        return {std::move(owner), bytes};
    }
};

}  // namespace longwire
