// MMMU's rules, as lmms-eval of August 2024 has them (tasks/mmmu/utils.py; the variant of tasks/egoschema/utils.py).
//
//   mmmu_letter(U"The answer is C", {U"red", U"blue", U"green"}) == U"C"
//   is_mmmu_open_right({U"0.333"}, U"about 0.33")
#pragma once

#include "metrics/code_points.h"

namespace ov {

// The last of the letters in the first form that occurs: "(A)", "A ", "A.", or, in more than five words, the text of
// the option. "" for none: the caller's fallback decides. "A " is looked for inside words too: "IDEA " is an A.
Text mmmu_letter(TextView answer, const std::vector<Text>& choices);

// EgoSchema's: all three forms together, and the first of several letters by where each occurs last.
Text mmmu_first_letter(TextView answer, const std::vector<Text>& choices);

// The tails behind words like "is" or "so" and the numbers in them; one must equal a reference that is a number, or
// contain one that is not.
bool is_mmmu_open_right(const std::vector<Text>& references, TextView answer);

}  // namespace ov
