// Mantis-Eval (lmms-eval of August 2026, tasks/mantis/utils.py): the first letter of the answer proper, or the text of
// the right option; without options, equality but for case.
//
//   judge_mantis(question, U"Let me see. The answer is (B)")
#pragma once

#include "metrics/question_text.h"

namespace ov {

Judged judge_mantis(const QuestionText& question, TextView answer);

}  // namespace ov
