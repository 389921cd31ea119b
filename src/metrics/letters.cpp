#include "metrics/letters.h"

#include <algorithm>
#include <array>
#include <optional>

#include "metrics/pattern.h"
#include "metrics/vqa.h"

namespace ov {
namespace {

bool is_capital(char32_t c) { return c >= U'A' && c <= U'Z'; }

Text without(TextView text, std::initializer_list<TextView> phrases) {
  Text out(strip(text));
  for (const TextView phrase : phrases) out = replace_all(out, phrase, U"");
  return out;
}

Text first_of(TextView text, TextView letters) {
  const std::size_t at = text.find_first_of(letters);
  return at == text.npos ? U"" : Text(1, text[at]);
}

// Whether the text is a letter A to E, a period, white space and one line that is not empty.
bool has_option_form(TextView text) {
  if (text.size() < 3 || !contains(U"ABCDE", Text(1, ascii_upper(text[0]))) || text[1] != U'.') return false;
  const TextView rest = text.substr(2);
  const std::size_t line = rest.rfind(U'\n');
  return line == rest.npos || strip(rest.substr(0, line)).empty();
}

struct FoundOption {
  std::size_t place = TextView::npos;
  Text text;
};

// What an alternation of the texts finds: the leftmost, and of those the one that comes first.
FoundOption first_option(TextView answer, const std::vector<Text>& options) {
  FoundOption found;
  for (const Text& option : options) {
    const std::size_t place = answer.find(option);
    if (place < found.place) found = {place, option};
  }
  return found;
}

}  // namespace

Text letter_before_period(TextView answer) {
  TextView text = answer;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return Text(text.size() > 1 && is_capital(text[0]) && text[1] == U'.' ? text.substr(0, 1) : answer);
}

Text first_character(TextView answer) { return Text(strip(answer).substr(0, 1)); }

Text first_lone_letter(TextView answer, TextView letters) {
  for (std::size_t at = 0; at < answer.size(); ++at) {
    const bool begins = at == 0 || !is_word(answer[at - 1]);
    const bool ends = at + 1 == answer.size() || !is_word(answer[at + 1]);
    if (begins && ends && letters.find(answer[at]) != letters.npos) return Text(1, answer[at]);
  }
  return U"";
}

Text first_class_letter(TextView answer) {
  // Two phrases of the reference run together, for want of commas, and match next to nothing.
  return first_of(without(answer, {U"The best answer is", U"The correct answer is", U"The answer is", U"The answer",
                                   U"The best option isThe correct option is", U"Best answer:Best option:"}),
                  U"ABCD");
}

Text first_class_letter_2026(TextView answer) {
  return first_of(without(answer, {U"The best answer is", U"The correct answer is", U"The answer is", U"The answer",
                                   U"The best option is", U"The correct option is", U"Best answer:", U"Best option:"}),
                  U"ABCDE");
}

Text letter_before_parenthesis(TextView answer) {
  const TextView text = strip(answer);
  const std::size_t at = text.find(U')');
  if (at == text.npos) return Text(text);
  return at == 0 ? U"" : Text(1, text[at - 1]);
}

Text normalise_letter(TextView answer) {
  const TextView stripped = strip(answer);
  if (has_option_form(stripped)) return Text(1, ascii_upper(stripped[0]));
  Text text(answer);
  std::replace_if(
      text.begin(), text.end(), [](char32_t c) { return c == U'\n' || c == U'\t'; }, U' ');
  text = remove_punctuation(strip(text));
  TextView bare = text;
  for (const TextView mark : {U"'", U"\"", U")", U"("}) bare = strip(bare, mark);
  text = lower(strip(bare));
  const Text letter = first_lone_letter(text, U"abcde");
  return letter.empty() ? text : Text(1, ascii_upper(letter[0]));
}

Text realworldqa_answer(TextView question, TextView answer) {
  static const std::array<TextView, 11> words = {U"zero", U"one",   U"two",   U"three", U"four", U"five",
                                                 U"six",  U"seven", U"eight", U"nine",  U"ten"};
  static const Pattern option_line(U"\\b([A-Z])\\.[\\s\\x1c-\\x1f]+([^\\n]*)");
  Text text(answer);
  const auto word = std::find(words.begin(), words.end(), lower(answer));
  if (word != words.end()) text = decode_utf8(std::to_string(word - words.begin()));
  std::erase_if(text, [](char32_t c) { return !is_word(c) && !is_space(c); });
  text = strip(text);
  std::vector<Text> options;
  for (const Pattern::Groups& groups : option_line.find_all(question)) options.emplace_back(strip(groups[2]));
  const FoundOption found = first_option(text, options);
  if (found.place != text.npos) {  // of two options with one text, the letter of the last counts
    const auto last = std::find(options.rbegin(), options.rend(), found.text);
    text = Text(1, option_letter(static_cast<std::size_t>(options.rend() - last) - 1));
  }
  text = strip(lower(text));
  while (text.ends_with(U'.')) text.pop_back();
  return text;
}

bool is_mmstar_right(TextView answer, TextView letter) {
  const Text given = lower(strip(answer)), right = lower(strip(letter));
  for (const TextView prefix : {U"", U"(", U"option ", U"the answer is "}) {
    if (given.starts_with(prefix) && right == TextView(given).substr(prefix.size(), 1)) return true;
  }
  return false;
}

bool is_scienceqa_right(TextView answer, TextView letter, bool periods) {
  const TextView given = strip(answer);
  const Text right = lower(strip(letter));
  if (lower(given) == right) return true;
  return periods && given.size() > 1 && is_capital(given[0]) && given[1] == U'.' && lower(given.substr(0, 1)) == right;
}

bool equal_without_punctuation(TextView a, TextView b) {
  const auto bare = [](TextView text) {
    Text out = lower(text);
    std::erase_if(out, [](char32_t c) { return c > 0x20 && c < 0x7F && (c == U'_' || !is_word(c)); });
    return out;
  };
  return bare(a) == bare(b);
}

}  // namespace ov
