// A question and its answers in code points: what the rules of this folder get to see. judge_answer() makes it.
//
//   Judged judge_mantis(const QuestionText& question, TextView answer);
#pragma once

#include "metrics/code_points.h"
#include "metrics/judged.h"

namespace ov {

struct QuestionText {
  std::vector<Text> answers;  // at least one
  std::vector<Text> choices;
  Text question;
  std::string answer_type;
  int precision = 0;

  const Text& answer() const { return answers.front(); }
};

inline Judged judged(bool right, TextView extracted) { return {right ? 1.0 : 0.0, encode_utf8(extracted), false, 0}; }

// The rule found nothing to compare.
inline Judged undecided(double value = 0) { return {value, "", true, 0}; }

}  // namespace ov
