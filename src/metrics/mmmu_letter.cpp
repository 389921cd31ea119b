#include <algorithm>

#include "metrics/mmmu.h"

namespace ov {
namespace {

constexpr std::size_t kMinWords = 6;  // for an option's text to count

struct Candidate {
  char32_t letter;
  Text form;  // what is looked for to place it among the others
};

Text padded_answer(TextView answer) {
  for (const TextView mark : {U",", U".", U"!", U"?", U";", U":", U"'"}) answer = strip(answer, mark);
  Text padded = U" ";
  padded += answer;
  return padded += U' ';
}

// The letters whose form occurs; `placed` is the form that says where.
template <typename Form, typename Placed>
void find_form(TextView padded, std::size_t num_letters, Form form, Placed placed, std::vector<Candidate>& found) {
  for (std::size_t i = 0; i < num_letters; ++i) {
    const char32_t letter = option_letter(i);
    if (contains(padded, form(letter))) found.push_back({letter, placed(letter)});
  }
}

Text in_brackets(char32_t letter) { return {U'(', letter, U')'}; }
Text before_blank(char32_t letter) { return {letter, U' '}; }
Text between_blanks(char32_t letter) { return {U' ', letter, U' '}; }
Text before_period(char32_t letter) { return {letter, U'.'}; }

std::vector<Candidate> find_texts(TextView small, const std::vector<Text>& choices) {
  std::vector<Candidate> found;
  if (split_words(small).size() < kMinWords) return found;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Text text = lower(choices[i]);
    if (contains(small, text)) found.push_back({option_letter(i), text});
  }
  return found;
}

// Where the form occurs last, from 1; 0 for nowhere, which "A " alone leads to.
std::size_t last_place(TextView text, const Candidate& candidate) { return text.rfind(candidate.form) + 1; }

}  // namespace

Text mmmu_letter(TextView answer, const std::vector<Text>& choices) {
  const std::size_t n = choices.size();
  const Text padded = padded_answer(answer), small = lower(padded);
  TextView text = padded;
  std::vector<Candidate> found;
  find_form(text, n, in_brackets, in_brackets, found);
  if (found.empty()) find_form(text, n, before_blank, between_blanks, found);
  if (found.empty()) find_form(text, n, before_period, between_blanks, found);
  if (found.empty()) {
    text = small;
    found = find_texts(text, choices);
  }
  if (found.empty()) return U"";
  const auto last = std::max_element(found.begin(), found.end(), [&](const Candidate& a, const Candidate& b) {
    return last_place(text, a) < last_place(text, b);
  });
  return Text(1, last->letter);
}

Text mmmu_first_letter(TextView answer, const std::vector<Text>& choices) {
  const std::size_t n = choices.size();
  const Text padded = padded_answer(answer), small = lower(padded);
  TextView text = padded;
  std::vector<Candidate> found;
  find_form(text, n, in_brackets, in_brackets, found);
  find_form(text, n, before_blank, before_blank, found);
  find_form(text, n, before_period, before_period, found);
  if (found.empty()) {
    text = small;
    found = find_texts(text, choices);
  }
  if (found.empty()) return U"";
  const auto first = std::min_element(found.begin(), found.end(), [&](const Candidate& a, const Candidate& b) {
    return last_place(text, a) < last_place(text, b);
  });
  return Text(1, first->letter);
}

}  // namespace ov
