// Judges one answer by the rule of its benchmark. Most rules are those of lmms-eval, oddities included, because the
// paper's numbers came out of them; docs/evaluation.md has a line for each. A rule's oddities are its definition: they
// are tested against the reference's own functions (tests/metrics_reference_test.py).
//
//   judge_answer({"letter_mmmu"}, {.answers = {"B"}, .choices = {"red", "blue"}}, "(B)", draw_seed("mmmu", 7)).value
#pragma once

#include <string_view>

#include "metrics/judged.h"

namespace ov {

struct Rule {
  std::string metric;                         // one of answer_metrics()
  std::string fallback = "random";            // MMMU's family, when no letter is found: random, wrong or expected (1/n)
  bool strip_punctuation = false;             // letter_prefix: ASCII punctuation does not count (AI2D)
  bool mathvista_reference_rounding = false;  // float answers are always wrong, as a defect of the reference has it
};

// `seed` decides the random fallback: draw_seed(), so that it depends neither on the order of the samples nor on a
// generator that others use. Throws usage for an unknown metric or fallback, input for a question without what the rule
// needs: an answer, options, a letter that names one of them.
Judged judge_answer(const Rule& rule, const Reference& reference, const std::string& answer, std::uint64_t seed);

const std::vector<std::string>& answer_metrics();
bool has_fallback(const std::string& metric);  // MMMU's family

std::uint64_t draw_seed(std::string_view benchmark, std::int64_t doc_index);

}  // namespace ov
