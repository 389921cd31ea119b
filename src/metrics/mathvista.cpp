#include "metrics/mathvista.h"

#include <algorithm>

#include "metrics/letter_priority.h"
#include "metrics/pattern.h"
#include "metrics/python_number.h"
#include "metrics/text_distance.h"

namespace ov {
namespace {

bool is_option(TextView letter, std::size_t num_choices) {
  return letter.size() == 1 && letter[0] >= U'A' && letter[0] < option_letter(num_choices);
}

// "(b)" anywhere, else a bare letter, else the most similar choice, the first of equals.
Text chosen_text(TextView extracted, const std::vector<Text>& choices) {
  static const Pattern bracketed(U"\\(([a-zA-Z])\\)");
  Text text(strip(extracted));
  const std::vector<Pattern::Groups> letters = bracketed.find_all(text);
  if (!letters.empty()) text = Text(1, ascii_upper(letters[0][1][0]));
  if (is_option(text, choices.size())) return choices[text[0] - U'A'];
  std::vector<std::size_t> distances;
  for (const Text& choice : choices) distances.push_back(edit_distance(text, choice));
  const auto nearest = std::min_element(distances.begin(), distances.end());
  return choices[static_cast<std::size_t>(nearest - distances.begin())];
}

Judged judge_choice(const QuestionText& question, TextView answer) {
  const std::vector<Text>& choices = question.choices;
  Text extracted(answer);
  bool found = std::find(choices.begin(), choices.end(), extracted) != choices.end();
  if (!found) {
    const Text letter = extract_letter(answer, option_letters(choices.size()));
    found = !letter.empty();
    if (found) extracted = letter;
  }
  const Text chosen = chosen_text(extracted, choices);
  const Text& right = question.answer();
  const Text& text = is_option(right, choices.size()) ? choices[right[0] - U'A'] : right;
  Judged result = judged(strip(chosen) == strip(text), chosen);
  result.undecided = !found;
  return result;
}

// As people write it; thousands commas are not part of what float() reads.
std::optional<double> last_number(TextView answer) {
  static const Pattern pattern(U"-?(?<!\\d)\\d++(?:,\\d{3}(?!\\d))*(?:\\.\\d++)?(?:[eE][+-]?\\d+)?|-?(?<!\\d)\\.\\d++");
  const std::vector<Pattern::Groups> numbers = pattern.find_all(answer);
  if (numbers.empty()) return std::nullopt;
  return parse_float(replace_all(numbers.back()[0], U",", U""));
}

}  // namespace

Judged judge_mathvista(const QuestionText& question, TextView answer, bool reference_rounding) {
  if (!question.choices.empty()) return judge_choice(question, answer);
  const bool integer = question.answer_type == "integer", real = question.answer_type == "float";
  if (!integer && !real) return judged(strip(answer) == strip(question.answer()), strip(answer));
  const bool direct = integer ? is_integer(answer) : parse_float(answer).has_value();
  const std::optional<double> number = direct ? parse_float(answer) : last_number(answer);
  if (!number) return undecided();
  std::optional<Text> text;
  if (integer) text = integer_text(*number);
  if (real && !reference_rounding) text = float_text(round_decimals(*number, question.precision));
  return text ? judged(*text == strip(question.answer()), *text) : judged(false, float_text(*number));
}

}  // namespace ov
