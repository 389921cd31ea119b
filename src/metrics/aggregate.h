// How the judged answers of a benchmark become its headline.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ov {

struct Aggregate {
  std::string kind = "mean";  // mean, macro, mme_pair, all_of, ratio, yes_rate, mean_nonempty
  std::string tag = {};       // what macro and mean_nonempty take means over
  std::map<std::string, std::vector<std::string>> categories = {};  // several values of the tag as one
};

}  // namespace ov
