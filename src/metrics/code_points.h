// Text as the reference metrics see it: Python's str, a sequence of code points. Every rule decodes an answer once
// and works on this form, so that lengths, places, letters, white space and case are Python's, not those of bytes.
// Tables are utf8proc's (Unicode 13).
//
//   const Text answer = decode_utf8(bytes);
//   if (lower(strip(answer)) == U"yes") ...
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ov {

using Text = std::u32string;
using TextView = std::u32string_view;

Text decode_utf8(std::string_view bytes);  // ill-formed parts become U+FFFD
std::string encode_utf8(TextView text);
std::vector<Text> decode_all(const std::vector<std::string>& bytes);

bool is_space(char32_t c);    // str.isspace, \s
bool is_letter(char32_t c);   // str.isalpha
bool is_decimal(char32_t c);  // str.isdecimal, \d
bool is_word(char32_t c);     // \w
int decimal_value(char32_t decimal);

Text lower(TextView text);                // str.lower, with final sigma
std::size_t upper_length(TextView text);  // len(text.upper()), where sharp s counts as two
inline char32_t ascii_upper(char32_t c) { return c >= U'a' && c <= U'z' ? c - U'a' + U'A' : c; }

TextView strip(TextView text);                       // white space off both ends
TextView strip(TextView text, TextView characters);  // these characters off both ends
std::vector<TextView> split_words(TextView text);    // str.split()
std::vector<TextView> split_at(TextView text, TextView separator);
Text join(const std::vector<TextView>& words);  // with one blank between
Text squeeze(TextView text);                    // stripped, runs of white space as one blank
Text replace_all(TextView text, TextView from, TextView to);
inline bool contains(TextView text, TextView part) { return text.find(part) != TextView::npos; }

// The letters of `n` options: A, B, C, ...
inline char32_t option_letter(std::size_t index) { return U'A' + static_cast<char32_t>(index); }
Text option_letters(std::size_t n);

}  // namespace ov
