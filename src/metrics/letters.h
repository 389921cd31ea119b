// How benchmarks of options read the chosen letter out of an answer. Each is lmms-eval's code of August 2024 unless it
// says otherwise; the folder of the task is behind each. All but the last three return what is compared with the right
// letter, which need not be a letter.
//
//   first_class_letter(U"The answer is B") == U"B"
#pragma once

#include "metrics/code_points.h"

namespace ov {

// "C. text" gives C, anything else itself (ai2d, muirbench).
Text letter_before_period(TextView answer);

// The first character (seedbench).
Text first_character(TextView answer);

// The first of `letters` with no letter, digit or underscore beside it; "" for none (perceptiontest).
Text first_lone_letter(TextView answer, TextView letters);

// The first of A to D wherever it stands, after phrases like "The answer is" are taken out (videomme).
Text first_class_letter(TextView answer);

// A to E, and more phrases (longvideobench, August 2026).
Text first_class_letter_2026(TextView answer);

// The character before the first ")", else the whole answer (mlvu).
Text letter_before_parenthesis(TextView answer);

// "C. text" gives C; else punctuation goes away and any lone letter A to E counts, the article "a" too; else the text
// (llava_interleave_bench, mvbench).
Text normalise_letter(TextView answer);

// RealWorldQA: number words become digits; options are read out of the question, and the letter of the first that
// occurs in the answer replaces it (realworldqa).
Text realworldqa_answer(TextView question, TextView answer);

// The letter first, or after "(", "option " or "the answer is " (mmstar).
bool is_mmstar_right(TextView answer, TextView letter);

// The letter or, with `periods`, a capital before a period (scienceqa). The code of 2024 lower-cases first, so its
// second rule never fires; `periods` is that of 2026.
bool is_scienceqa_right(TextView answer, TextView letter, bool periods);

// Equal once case and ASCII punctuation are put aside (ai2d's exact_match).
bool equal_without_punctuation(TextView a, TextView b);

}  // namespace ov
