#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace longwire::simulation {

/// The story of a seed: told line by line if somebody wants to read it, and always as one number, by which two
/// tellings of the same seed are compared.
class Trace {
  public:
    Trace(bool is_told, const std::int64_t& now_us) : is_told_(is_told), now_us_(now_us) {}

    bool is_told() const { return is_told_; }

    /// `what()` makes the line; it is not called when nobody reads.
    template <class What>
    void tell(std::string_view who, What what) {
        if (!is_told_) return;
        const std::string line = what();
        std::printf("%10.6f  %-9.*s %.*s\n", static_cast<double>(now_us_) / 1e6, static_cast<int>(who.size()),
                    who.data(), static_cast<int>(line.size()), line.data());
    }

    void mix(std::uint64_t number) { digest_ = (digest_ ^ number) * 0x100000001b3; }

    std::uint64_t digest() const { return digest_; }

  private:
    bool is_told_;
    const std::int64_t& now_us_;
    std::uint64_t digest_ = 0xcbf29ce484222325;
};

}  // namespace longwire::simulation
