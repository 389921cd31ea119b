#include "metrics/mantis.h"

#include <algorithm>

#include "base/error.h"

namespace ov {
namespace {

// What follows the first place of the most telling phrase, else the whole answer.
TextView answer_proper(TextView answer) {
  const Text small = lower(answer);
  for (const TextView phrase : {U"final answer:", U"the answer is", U"answer:"}) {
    const std::size_t at = small.find(phrase);
    if (at != small.npos) return strip(answer.substr(std::min(at + phrase.size(), answer.size())));
  }
  return answer;
}

// The first letter of any script, in upper case; 0 for none.
char32_t first_letter(TextView text) {
  constexpr TextView lead = U"Answer: ";
  if (text.starts_with(lead) && text.size() > lead.size()) {
    const char32_t next = text[lead.size()];
    if (next >= U'A' && next <= U'Z') return next;
  }
  const auto found = std::find_if(text.begin(), text.end(), is_letter);
  return found == text.end() ? 0 : ascii_upper(*found);
}

Text without_label(TextView option, char32_t letter) {
  for (const Text& label : {Text{letter, U'.'}, Text{letter, U':'}, Text{U'(', letter, U')'}}) {
    if (option.starts_with(label)) return Text(strip(option.substr(label.size())));
  }
  return Text(strip(option));
}

}  // namespace

Judged judge_mantis(const QuestionText& question, TextView answer) {
  const TextView proper = answer_proper(answer), reference = strip(question.answer(), U"()\n ");
  if (question.choices.empty()) return judged(lower(reference) == lower(proper), proper);
  // A reference of one character may be anything; of a longer one, the first letter counts.
  const auto found =
      reference.size() == 1 ? reference.begin() : std::find_if(reference.begin(), reference.end(), is_letter);
  if (found == reference.end()) {
    throw Error(ErrorKind::input, "mantis: the right answer \"" + encode_utf8(question.answer()) +
                                      "\" has no letter in it; a question with options needs one");
  }
  const char32_t right = *found, last = option_letter(question.choices.size());
  const char32_t chosen = first_letter(proper);
  if (chosen != 0 && chosen < last) return judged(chosen == ascii_upper(right), Text(1, chosen));
  const char32_t index = ascii_upper(right) - U'A';
  if (index >= question.choices.size()) return judged(false, answer);
  return judged(strip(answer) == without_label(question.choices[index], right), answer);
}

}  // namespace ov
