// MME: yes or no (lmms-eval of August 2024, tasks/mme/utils.py), and its categories.
//
//   mme_label(U"No.") == U"no"
#pragma once

#include <map>
#include <string>

#include "metrics/code_points.h"

namespace ov {

// "yes", "no" or "other": the whole answer without periods, a single y or n, else what its first four characters have
// in them. "not sure" is no.
Text mme_label(TextView answer);

// perception (at most 2000) and cognition (at most 800): the categories whose scores of 0 to 200 are summed.
const std::map<std::string, std::vector<std::string>>& mme_categories();

}  // namespace ov
