#include "metrics/code_points.h"

#include <utf8proc.h>

#include <array>

#include "text/utf8.h"

namespace ov {
namespace {

constexpr char32_t kSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2, kCapitalDottedI = 0x130;

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_cased(char32_t c) {
  const utf8proc_category_t of = category(c);
  return of == UTF8PROC_CATEGORY_LU || of == UTF8PROC_CATEGORY_LL || of == UTF8PROC_CATEGORY_LT;
}

// Unicode's Case_Ignorable: what may stand between a letter and the sigma that ends its word.
bool is_case_ignorable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return c == U'\'' || c == U'.' || c == U':' || c == 0xB7 || c == 0x2018 || c == 0x2019 || c == 0x2024;
  }
}

bool is_final_sigma(TextView text, std::size_t at) {
  std::size_t before = at, after = at + 1;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

}  // namespace

Text decode_utf8(std::string_view bytes) {
  Text text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Sequence sequence = utf8_sequence(bytes, at);
    const std::size_t end = at + sequence.length;
    text += sequence.state == Utf8State::complete ? next_code_point(bytes, at) : U'\uFFFD';
    at = end;
  }
  return text;
}

std::string encode_utf8(TextView text) {
  std::string bytes;
  for (const char32_t c : text) append_utf8(bytes, c);
  return bytes;
}

std::vector<Text> decode_all(const std::vector<std::string>& bytes) {
  std::vector<Text> texts;
  for (const std::string& of : bytes) texts.push_back(decode_utf8(of));
  return texts;
}

bool is_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

bool is_letter(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return true;
    default: return false;
  }
}

bool is_decimal(char32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }

bool is_word(char32_t c) {
  const utf8proc_category_t of = category(c);
  return is_letter(c) || c == U'_' || of == UTF8PROC_CATEGORY_ND || of == UTF8PROC_CATEGORY_NL ||
         of == UTF8PROC_CATEGORY_NO;
}

// Decimal digits come in runs of ten, from zero up.
int decimal_value(char32_t decimal) {
  int value = 0;
  while (is_decimal(decimal - 1)) {
    ++value;
    --decimal;
  }
  return value % 10;
}

Text lower(TextView text) {
  Text out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t c = text[at];
    if (c == kSigma) {
      out += is_final_sigma(text, at) ? kFinalSigma : kSmallSigma;
    } else if (c == kCapitalDottedI) {
      out += U"i\u0307";
    } else if (c < 0x80) {
      out += c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c;
    } else {
      out += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
    }
  }
  return out;
}

// Full case folding makes as many code points of one as full upper case does, but for two.
std::size_t upper_length(TextView text) {
  std::size_t length = 0;
  for (const char32_t c : text) {
    std::array<utf8proc_int32_t, 8> folded{};
    int boundary = 0;
    const bool single = c < 0x80 || c == kCapitalDottedI || c == 0x1E9E;
    length += single ? 1
                     : static_cast<std::size_t>(utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), folded.data(),
                                                                        folded.size(), UTF8PROC_CASEFOLD, &boundary));
  }
  return length;
}

TextView strip(TextView text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

TextView strip(TextView text, TextView characters) {
  const std::size_t begin = text.find_first_not_of(characters), end = text.find_last_not_of(characters);
  return begin == text.npos ? TextView() : text.substr(begin, end - begin + 1);
}

std::vector<TextView> split_words(TextView text) {
  std::vector<TextView> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at > begin) words.push_back(text.substr(begin, at - begin));
    if (at < text.size()) ++at;
  }
  return words;
}

std::vector<TextView> split_at(TextView text, TextView separator) {
  std::vector<TextView> parts;
  for (std::size_t found = text.find(separator); found != text.npos; found = text.find(separator)) {
    parts.push_back(text.substr(0, found));
    text.remove_prefix(found + separator.size());
  }
  parts.push_back(text);
  return parts;
}

Text join(const std::vector<TextView>& words) {
  Text out;
  for (const TextView word : words) {
    if (!out.empty()) out += U' ';
    out += word;
  }
  return out;
}

Text squeeze(TextView text) { return join(split_words(text)); }

Text replace_all(TextView text, TextView from, TextView to) {
  Text out;
  const std::vector<TextView> parts = split_at(text, from);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += to;
    out += parts[i];
  }
  return out;
}

Text option_letters(std::size_t n) {
  Text letters;
  for (std::size_t i = 0; i < n; ++i) letters += option_letter(i);
  return letters;
}

}  // namespace ov
