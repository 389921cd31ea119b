// ChartQA's relaxed accuracy as lmms-eval computes it (tasks/chartqa/utils.py), and ours for numbers as people write
// them.
//
//   is_relaxed(U"14", U"14.6");   is_relaxed_number(U"$1,020.", U"1000")
#pragma once

#include "metrics/code_points.h"

namespace ov {

// Numbers may differ by 5 % of the target, other texts by case only. A target of 0 is compared as text.
bool is_relaxed(TextView answer, TextView target);

// The same, but numbers may have thousands commas, a currency sign and a final period, 0 equals 0.0, and other texts
// are compared by is_exact().
bool is_relaxed_number(TextView answer, TextView target);

}  // namespace ov
