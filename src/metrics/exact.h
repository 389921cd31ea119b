// The two plain rules for task files: texts that are equal, and an answer that has the target in it. Ours.
//
//   is_exact(U" Red.\n", U"red");   contains_words(U"It is a red cube.", U"red cube")
#pragma once

#include "metrics/code_points.h"

namespace ov {

// Trimmed, runs of white space as one blank, in lower case, one final period removed.
Text normalise_answer(TextView text);
std::string normalised_answer(std::string_view text);  // the same in UTF-8

bool is_exact(TextView answer, TextView target);

// The target stands in the answer as whole words of ASCII letters and digits; both are normalised.
bool contains_words(TextView answer, TextView target);

}  // namespace ov
