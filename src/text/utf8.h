// UTF-8 as the Unicode standard defines it (table 3-7): no surrogates, no overlong forms, nothing
// above U+10FFFF. Replacement follows Python's bytes.decode("utf-8", errors="replace"): one U+FFFD
// for each maximal prefix of a well-formed sequence, or for each byte that starts none.
//
//   if (first_invalid_utf8(text) != text.size()) throw ...
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ov {

enum class Utf8State { complete, invalid, truncated };

// The sequence at text[at], at < text.size(): its length if complete, else the length of its
// longest acceptable prefix (at least 1). `truncated` means that the text ends inside it.
struct Utf8Sequence {
  Utf8State state = Utf8State::invalid;
  std::size_t length = 1;
};
Utf8Sequence utf8_sequence(std::string_view text, std::size_t at);

// The first byte that is not part of well-formed UTF-8, or text.size().
std::size_t first_invalid_utf8(std::string_view text);

// Every ill-formed part becomes U+FFFD; well-formed text comes back unchanged.
std::string replace_invalid_utf8(std::string_view bytes);

// How many bytes at the end are the beginning of a sequence that more bytes could complete: 0 to 3.
std::size_t truncated_utf8_tail(std::string_view bytes);

// The code point at text[at] of well-formed text; moves `at` behind it.
char32_t next_code_point(std::string_view text, std::size_t& at);
// The start of the code point that ends before text[at], at > 0.
std::size_t previous_code_point(std::string_view text, std::size_t at);
void append_utf8(std::string& text, char32_t code_point);

// Unicode's White_Space property, which is also what \s means in a tokenizer's pattern.
bool is_white_space(char32_t code_point);
// Letters, marks, decimal digits, connector punctuation: what counts as part of a word.
bool is_word_character(char32_t code_point);

}  // namespace ov
