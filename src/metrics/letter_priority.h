// The letter that an answer chooses, by the priorities of lmms-eval of August 2026 (tasks/_task_utils/mcq_extract.py).
// It keeps the reference's oddities: "A dog is near option C." chooses A, "Best" chooses B.
//
//   extract_letter(U"The correct answer is (B).", U"ABCD") == U"B"
#pragma once

#include "metrics/code_points.h"

namespace ov {

Text extract_letter(TextView answer, TextView letters);  // "" for none

// The letters that start lines of a question as "A.", "A)", "A:" or "(A)", from A on; "ABCD" for less than two.
Text line_letters(TextView question);

// For the metric choice of task files: the letter that the answer chooses among those of the question. UTF-8.
std::string choice_letters(std::string_view question);
std::string extract_choice(std::string_view answer, std::string_view letters);

}  // namespace ov
