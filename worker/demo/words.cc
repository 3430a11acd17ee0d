#include "worker/demo/words.h"

namespace longwire::demo {

std::vector<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto word = text.find_first_not_of(kBlanks);
        const auto blank = word == std::string_view::npos ? word : text.find_first_of(kBlanks, word);
        const auto next = blank == std::string_view::npos ? blank : text.find_first_not_of(kBlanks, blank);
        words.push_back(text.substr(0, next));
        text.remove_prefix(words.back().size());
    }
    return words;
}

std::string_view shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
    while (bytes_max > 0 && is_inside(bytes_max)) --bytes_max;
    return text.substr(0, bytes_max);
}

}  // namespace longwire::demo
