#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace longwire::demo {

/// A text in pieces that each end after a word and the blanks that follow it; joined, they are the text.
std::vector<std::string_view> words_of(std::string_view text);

/// The beginning of a UTF-8 text, of at most `bytes_max` bytes, that cuts no character.
std::string_view shortened(std::string_view text, std::size_t bytes_max);

}  // namespace longwire::demo
