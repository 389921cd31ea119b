#include "metrics/exact.h"

namespace ov {
namespace {

// Chinese has no blanks between words, so only ASCII letters and digits make a word longer.
bool is_ascii_word(char32_t c) {
  const char32_t upper = ascii_upper(c);
  return (upper >= U'A' && upper <= U'Z') || (c >= U'0' && c <= U'9');
}

}  // namespace

Text normalise_answer(TextView text) {
  Text out = lower(squeeze(text));
  if (out.ends_with(U'.')) out.pop_back();
  return squeeze(out);
}

std::string normalised_answer(std::string_view text) { return encode_utf8(normalise_answer(decode_utf8(text))); }

bool is_exact(TextView answer, TextView target) { return normalise_answer(answer) == normalise_answer(target); }

bool contains_words(TextView answer, TextView target) {
  const Text text = normalise_answer(answer), words = normalise_answer(target);
  if (words.empty()) return text.empty();
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool begins = at == 0 || !is_ascii_word(text[at - 1]) || !is_ascii_word(words.front());
    const bool ends = end == text.size() || !is_ascii_word(text[end]) || !is_ascii_word(words.back());
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace ov
