#include "metrics/letter_priority.h"

#include <tuple>

namespace ov {
namespace {

// A letter that may be the chosen one. Of several the highest priority counts, then the last place, then the first
// that was found.
struct Candidate {
  int priority = -1;
  std::size_t place = 0;
  char32_t letter = 0;

  void improve(const Candidate& other) {
    if (std::tie(other.priority, other.place) > std::tie(priority, place)) *this = other;
  }
};

constexpr TextView kPhrases[] = {U"the answer is", U"answer is", U"the correct answer is", U"correct answer is",
                                 U"the best answer is", U"best answer is", U"the correct option is",
                                 U"correct option is", U"the best option is", U"best option is", U"the choice is",
                                 U"choice is", U"the correct choice is", U"correct choice is", U"i choose", U"i select",
                                 U"i pick", U"my answer is", U"my choice is",
                                 // "option", "the right answer is", "the answer is", "answer:" in Korean
                                 U"\uC635\uC158", U"\uC815\uB2F5\uC740", U"\uB2F5\uC740", U"\uB2F5:",
                                 // "the answer is" twice and "choose" in Chinese, "the answer is" in Japanese
                                 U"\u7B54\u6848\u662F", U"\u7B54\u6848\u4E3A", U"\u9009", U"\u7B54\u3048\u306F"};

// Where the phrases that occur end first.
std::vector<std::size_t> phrase_ends(TextView text) {
  const Text small = lower(text);
  std::vector<std::size_t> ends;
  for (const TextView phrase : kPhrases) {
    const std::size_t at = small.find(phrase);
    if (at != small.npos) ends.push_back(at + phrase.size());
  }
  return ends;
}

// `padded` has a blank on both sides of the stripped answer.
void find_forms(TextView padded, const std::vector<std::size_t>& ends, char32_t letter, Candidate& best) {
  const auto improve_at = [&](std::size_t place, int priority) {
    if (place != TextView::npos) best.improve({priority, place, letter});
  };
  improve_at(padded.rfind(Text{U'(', letter, U')'}), 6);
  improve_at(padded.rfind(Text{letter, U'.'}), 5);
  improve_at(padded.rfind(Text{letter, U':'}), 4);
  improve_at(padded.rfind(Text{letter, U')'}), 3);
  improve_at(padded.rfind(Text{letter, U' '}), 2);
  for (const std::size_t end : ends) improve_at(padded.find(letter, end), 7);
  const TextView text = strip(padded);
  if (text.empty()) return;
  if (text.front() == letter && (text.size() == 1 || !is_letter(text[1]))) improve_at(0, 10);
  if (text.back() == letter && (text.size() == 1 || !is_letter(text[text.size() - 2]))) {
    improve_at(padded.size() - 1, 9);
  }
}

}  // namespace

Text extract_letter(TextView answer, TextView letters) {
  TextView text = strip(answer);
  for (const TextView mark : {U",", U".", U"!", U"?", U";", U":", U"'", U"\""}) text = strip(text, mark);
  Text padded = U" ";
  padded += text;
  padded += U' ';
  const std::vector<std::size_t> ends = phrase_ends(padded);
  Candidate best;
  for (const char32_t letter : letters) find_forms(padded, ends, letter, best);
  if (best.priority < 0) {
    for (const char32_t letter : letters) {
      const std::size_t at = padded.rfind(letter);
      if (at != padded.npos) best.improve({0, at, letter});
    }
  }
  return best.priority < 0 ? U"" : Text(1, best.letter);
}

Text line_letters(TextView question) {
  Text letters;
  for (const TextView given : split_at(question, U"\n")) {
    const TextView line = strip(given);
    const char32_t next = option_letter(letters.size());
    const bool marked = line.size() > 1 && line[0] == next && contains(U".):", line.substr(1, 1));
    if (marked || line.starts_with(Text{U'(', next, U')'})) letters += next;
    if (letters.size() == 26) break;
  }
  return letters.size() < 2 ? U"ABCD" : letters;
}

std::string choice_letters(std::string_view question) { return encode_utf8(line_letters(decode_utf8(question))); }

std::string extract_choice(std::string_view answer, std::string_view letters) {
  return encode_utf8(extract_letter(decode_utf8(answer), decode_utf8(letters)));
}

}  // namespace ov
