// MathVista: what is taken out of an answer, brought into the form of the right one, and compared as text
// (lmms-eval of August 2024, tasks/mathvista/mathvista_evals.py). Where the reference asks a language model to extract,
// rules of ours do, so the score is that of rules: the letter by extract_letter(), else the last number.
//
//   judge_mathvista(question, U"The length is 3.14159 cm", false)
#pragma once

#include "metrics/question_text.h"

namespace ov {

// Right answers of questions with choices are letters, or the text of a choice.
// `reference_rounding`: float answers are never right, because the reference rounds to a number of digits that is not
// an integer, which fails.
Judged judge_mathvista(const QuestionText& question, TextView answer, bool reference_rounding);

}  // namespace ov
