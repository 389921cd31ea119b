// Edit distance and ANLS, the average normalised Levenshtein similarity of DocVQA and InfographicVQA as lmms-eval
// computes it (api/metrics.py).
//
//   anls({U"ITC Limited"}, U"itc limited") == 1
#pragma once

#include <cstdint>

#include "metrics/code_points.h"

namespace ov {

// The least number of inserted, removed and replaced code points that make one text the other. Above `limit` it is
// limit + 1: then only a band of the table is visited, and texts of very different length cost nothing.
std::size_t edit_distance(TextView a, TextView b, std::size_t limit = SIZE_MAX);

// The best over the references, 0 below one half. Texts are compared in lower case with white space squeezed, and the
// distance is divided by the greater length of the texts as they came, blanks included.
double anls(const std::vector<Text>& references, TextView answer);

}  // namespace ov
