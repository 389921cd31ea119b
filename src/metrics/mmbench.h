// Which option an answer to one row of MMBench means, by the rules of its evaluator (lmms-eval of August 2024,
// tasks/mmbench/mmbench_evals.py). A question counts when all its rows, which show the options in turn, are right:
// aggregator all_of. What the rules leave open, the evaluator asks a language model.
//
//   circular_letter(U"B. dog", {U"cat", U"dog"}) == U"B"
#pragma once

#include "metrics/code_points.h"

namespace ov {

Text circular_letter(TextView answer, const std::vector<Text>& choices);  // A to E; "" for undecided

}  // namespace ov
