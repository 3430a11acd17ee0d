#include "bench/load/event_mark.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace longwire::load {
namespace {

// A byte that servers put nowhere else is found by one memchr.
constexpr char kRare = '~';
constexpr std::string_view kDue = "~due\":";
constexpr std::string_view kNumber = ",\"number\":";
constexpr std::string_view kTopic = ",\"topic\":";

bool skip(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool read_mark(std::string_view text, EventMark& mark) {
    return skip(text, kDue) && take_number(text, mark.due_ns) && skip(text, kNumber) &&
           take_number(text, mark.number) && skip(text, kTopic) && take_number(text, mark.topic);
}

}  // namespace

Payloads::Payloads(std::size_t bytes) : bytes_(std::max(bytes, kBytesMin)) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.";
    // A text that compresses about as well as people's do.
    for (std::size_t i = 0; i < bytes_; ++i) filling_ += kLetters[(i * i / 7 + i % 11) % kLetters.size()];
}

std::string_view Payloads::make(const EventMark& mark) {
    constexpr std::string_view kEnd = "\"}";
    payload_.clear();
    fmt::format_to(std::back_inserter(payload_), R"({{"{}{}{}{}{}{},"text":")", kDue, mark.due_ns, kNumber, mark.number,
                   kTopic, mark.topic);
    const auto begun = payload_.size() + kEnd.size();
    payload_.append(filling_, 0, bytes_ > begun ? bytes_ - begun : 0).append(kEnd);
    return payload_;
}

std::optional<EventMark> find_mark(std::string_view text) {
    EventMark mark;
    for (auto at = text.find(kRare); at != std::string_view::npos; at = text.find(kRare, at + 1)) {
        if (read_mark(text.substr(at), mark)) return mark;
    }
    return std::nullopt;
}

}  // namespace longwire::load
