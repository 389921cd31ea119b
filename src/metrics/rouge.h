// ROUGE-L as the package rouge 1.0.1 computes it and LLaVA-Interleave Bench uses it: sentences end at periods, words
// count once, and the longest common subsequences of all pairs of sentences are united.
//
//   rouge_l(U"the cat sat on the mat", U"the cat is on the mat")  // 0.8
#pragma once

#include "metrics/code_points.h"

namespace ov {

// The F measure of the first 512 characters of the answer; 0 where either side has no words.
double rouge_l(TextView answer, TextView reference);

}  // namespace ov
