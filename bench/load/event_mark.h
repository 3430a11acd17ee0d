#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwire::load {

/// What an event's payload tells of it, whichever protocol has carried it.
struct EventMark {
    std::int64_t due_ns = 0;   // when it was to be published, by the steady clock
    std::uint64_t number = 0;  // in its topic, from 1
    std::uint32_t topic = 0;   // its index
    bool operator==(const EventMark&) const = default;
};

/// Makes payloads: JSON objects of three numbers and a text that fills them up. Pure.
class Payloads {
  public:
    static constexpr std::size_t kBytesMin = 96;

    /// Each as long as `bytes`, but no shorter than kBytesMin.
    explicit Payloads(std::size_t bytes);

    /// Valid until the next call.
    std::string_view make(const EventMark& mark);

  private:
    std::string filling_;
    std::string payload_;
    std::size_t bytes_;
};

/// The first mark in a text that holds a payload, written as `make` does or by another JSON writer without blanks.
std::optional<EventMark> find_mark(std::string_view text);

}  // namespace longwire::load
