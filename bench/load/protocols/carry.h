#pragma once

#include <string>
#include <string_view>

namespace longwire::load {

/// Keeps the beginning of what is not all there yet, between one piece of a stream of bytes and the next.
class Carry {
  public:
    static constexpr std::size_t kBytesMax = 64U << 20;

    /// All that there is now: what was kept, and `bytes`. Valid until the next call of either.
    std::string_view with(std::string_view bytes) {
        if (kept_.empty()) return bytes;
        kept_ += bytes;
        return kept_;
    }
    /// `rest` may be a part of what `with` has returned. What has no end within kBytesMax is forgotten: its server is
    /// broken, and what is missing will be counted.
    void keep(std::string_view rest) {
        if (rest.empty() || rest.size() > kBytesMax) return kept_.clear();
        std::string copy(rest);
        kept_.swap(copy);
    }
    void clear() { kept_.clear(); }

  private:
    std::string kept_;
};

}  // namespace longwire::load
