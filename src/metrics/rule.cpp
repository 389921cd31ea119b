#include "metrics/rule.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "metrics/exact.h"
#include "metrics/letter_priority.h"
#include "metrics/letters.h"
#include "metrics/mantis.h"
#include "metrics/mathvista.h"
#include "metrics/mmbench.h"
#include "metrics/mme.h"
#include "metrics/mmmu.h"
#include "metrics/relaxed.h"
#include "metrics/rouge.h"
#include "metrics/text_distance.h"
#include "metrics/vqa.h"

namespace ov {
namespace {

// What a rule gets: the question, the answer, and how to fall back.
struct Case {
  const QuestionText& question;
  TextView answer;
  const Rule& rule;
  std::uint64_t seed;

  const Text& right() const { return question.answer(); }
};

using Judge = Judged (*)(const Case&);

Judged graded(double value, TextView extracted) { return {value, encode_utf8(extracted), false, 0}; }

// The letters of the options, or A to D where the options stand in the question.
Text letters_of(const QuestionText& question) {
  return question.choices.empty() ? U"ABCD" : option_letters(question.choices.size());
}

bool is_right_letter(const Case& c, TextView letter) {
  return std::find(c.question.answers.begin(), c.question.answers.end(), letter) != c.question.answers.end();
}

// splitmix64
std::uint64_t scatter(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

Judged letter_or_undecided(const Case& c, TextView letter) {
  return letter.empty() ? undecided() : judged(is_right_letter(c, letter), letter);
}

// MMMU's family draws a letter where it finds none.
Judged letter_or_fallback(const Case& c, TextView letter) {
  if (!letter.empty()) return judged(is_right_letter(c, letter), letter);
  if (c.rule.fallback == "wrong") return undecided();
  const std::size_t n = c.question.choices.size();
  if (c.rule.fallback == "expected") return undecided(1.0 / static_cast<double>(n));
  const Text drawn(1, option_letter(scatter(c.seed) % n));
  return undecided(is_right_letter(c, drawn) ? 1 : 0);
}

Judged same_in_lower_case(const Case& c, TextView extracted) {
  return judged(lower(strip(extracted)) == lower(strip(c.right())), extracted);
}

Judged letter_prefix(const Case& c) {
  const Text extracted = letter_before_period(c.answer);
  if (!c.rule.strip_punctuation) return same_in_lower_case(c, extracted);
  return judged(equal_without_punctuation(extracted, c.right()), extracted);
}

Judged choice(const Case& c) {
  const Text letters = line_letters(c.question.question), chosen = extract_letter(c.answer, letters);
  return chosen.empty() ? undecided() : judged(chosen == extract_letter(c.right(), letters), chosen);
}

Judged letter_norm(const Case& c) {
  const Text chosen = normalise_letter(c.answer);
  return judged(chosen == normalise_letter(c.right()), chosen);
}

// August 2026: letters by priority where the right answer is one of A to D, else plain equality.
Judged rwqa_priority(const Case& c) {
  const Text right = lower(strip(c.right()));
  if (right.size() == 1 && contains(U"abcd", right)) {
    const Text letter = extract_letter(c.answer, U"ABCD");
    return letter.empty() ? undecided() : judged(lower(letter) == right, letter);
  }
  Text given(strip(lower(c.answer)));
  while (given.ends_with(U'.')) given.pop_back();
  return judged(given == right, given);
}

// August 2026: what MMBench's rules leave open is decided by the priorities.
Judged circular_static(const Case& c) {
  const Text letter = circular_letter(c.answer, c.question.choices);
  return letter_or_undecided(c, letter.empty() ? extract_letter(c.answer, letters_of(c.question)) : letter);
}

Judged exact(const Case& c) {
  const std::vector<Text>& accepted = c.question.answers;
  const auto fits = [&](const Text& answer) { return is_exact(c.answer, answer); };
  return judged(std::any_of(accepted.begin(), accepted.end(), fits), c.answer);
}

struct Entry {
  const char* metric;
  bool needs_choices;
  Judge judge;
};

// In the order of docs/evaluation.md.
constexpr Entry kRules[] = {
    {"exact", false, exact},
    {"contains", false, [](const Case& c) { return judged(contains_words(c.answer, c.right()), c.answer); }},
    {"relaxed", false, [](const Case& c) { return judged(is_relaxed(c.answer, c.right()), c.answer); }},
    {"relaxed_number", false, [](const Case& c) { return judged(is_relaxed_number(c.answer, c.right()), c.answer); }},
    {"choice", false, choice},
    {"anls", false, [](const Case& c) { return graded(anls(c.question.answers, c.answer), c.answer); }},
    {"relaxed5", false, [](const Case& c) { return judged(is_relaxed(c.answer, c.right()), c.answer); }},
    {"vqa10", false,
     [](const Case& c) { return graded(vqa_accuracy(c.question.answers, c.answer), normalise_vqa(c.answer)); }},
    {"rouge_l", false, [](const Case& c) { return graded(rouge_l(c.answer, c.right()), c.answer); }},
    {"letter_prefix", false, letter_prefix},
    {"letter_first_char", false, [](const Case& c) { return same_in_lower_case(c, first_character(c.answer)); }},
    {"letter_mmmu", true,
     [](const Case& c) { return letter_or_fallback(c, mmmu_letter(c.answer, c.question.choices)); }},
    {"letter_mmmu_first", true,
     [](const Case& c) { return letter_or_fallback(c, mmmu_first_letter(c.answer, c.question.choices)); }},
    {"letter_regex_first", false,
     [](const Case& c) { return letter_or_undecided(c, first_lone_letter(c.answer, U"ABCD")); }},
    {"letter_class_first", false, [](const Case& c) { return letter_or_undecided(c, first_class_letter(c.answer)); }},
    {"lvb_letter", true, [](const Case& c) { return letter_or_fallback(c, first_class_letter_2026(c.answer)); }},
    {"letter_paren", false,
     [](const Case& c) {
       const Text letter = letter_before_parenthesis(c.answer);
       return judged(letter == c.right(), letter);
     }},
    {"letter_priority", false,
     [](const Case& c) { return letter_or_undecided(c, extract_letter(c.answer, letters_of(c.question))); }},
    {"letter_norm", false, letter_norm},
    {"mmstar_prefix", false, [](const Case& c) { return judged(is_mmstar_right(c.answer, c.right()), c.answer); }},
    {"sqa_letter_2024", false,
     [](const Case& c) { return judged(is_scienceqa_right(c.answer, c.right(), false), c.answer); }},
    {"sqa_letter", false,
     [](const Case& c) { return judged(is_scienceqa_right(c.answer, c.right(), true), c.answer); }},
    {"rwqa_chain", false,
     [](const Case& c) { return same_in_lower_case(c, realworldqa_answer(c.question.question, c.answer)); }},
    {"rwqa_priority", false, rwqa_priority},
    {"mantis", false, [](const Case& c) { return judge_mantis(c.question, c.answer); }},
    {"mmmu_open", false,
     [](const Case& c) { return judged(is_mmmu_open_right(c.question.answers, c.answer), c.answer); }},
    {"mathvista", false,
     [](const Case& c) { return judge_mathvista(c.question, c.answer, c.rule.mathvista_reference_rounding); }},
    {"mme_yesno", false,
     [](const Case& c) {
       const Text label = mme_label(c.answer);
       return judged(label == replace_all(strip(lower(c.right())), U".", U""), label);
     }},
    {"circular", true,
     [](const Case& c) { return letter_or_undecided(c, circular_letter(c.answer, c.question.choices)); }},
    {"circular_static", true, circular_static},
};

const Entry& entry_of(const std::string& metric) {
  const auto* found =
      std::find_if(std::begin(kRules), std::end(kRules), [&](const Entry& e) { return metric == e.metric; });
  if (found == std::end(kRules)) {
    std::string known;
    for (const Entry& entry : kRules) known += std::string(known.empty() ? "" : ", ") + entry.metric;
    throw Error(ErrorKind::usage, "metric: found \"" + metric + "\"; expected one of " + known);
  }
  return *found;
}

void check(const Rule& rule, const Entry& entry, const Reference& reference) {
  if (rule.fallback != "random" && rule.fallback != "wrong" && rule.fallback != "expected") {
    throw Error(ErrorKind::usage, "fallback: found \"" + rule.fallback + "\"; expected random, wrong or expected");
  }
  if (reference.answers.empty()) {
    throw Error(ErrorKind::input, rule.metric +
                                      ": the question has no right answer, so its answer cannot be judged; "
                                      "write a submission file for the benchmark's server instead");
  }
  if (entry.needs_choices && reference.choices.empty()) {
    throw Error(ErrorKind::input, rule.metric + ": the question has no options; this metric needs them");
  }
}

}  // namespace

Judged judge_answer(const Rule& rule, const Reference& reference, const std::string& answer, std::uint64_t seed) {
  const Entry& entry = entry_of(rule.metric);
  check(rule, entry, reference);
  const QuestionText question = {decode_all(reference.answers), decode_all(reference.choices),
                                 decode_utf8(reference.question), reference.answer_type, reference.precision};
  const Text text = decode_utf8(answer);
  return entry.judge({question, text, rule, seed});
}

const std::vector<std::string>& answer_metrics() {
  static const std::vector<std::string> metrics = [] {
    std::vector<std::string> names;
    for (const Entry& entry : kRules) names.emplace_back(entry.metric);
    return names;
  }();
  return metrics;
}

bool has_fallback(const std::string& metric) {
  return metric == "letter_mmmu" || metric == "letter_mmmu_first" || metric == "lvb_letter";
}

// FNV-1a over the name, scattered with the number.
std::uint64_t draw_seed(std::string_view benchmark, std::int64_t doc_index) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : benchmark) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return scatter(hash ^ scatter(static_cast<std::uint64_t>(doc_index)));
}

}  // namespace ov
