// What a recipe would do, without doing it: the resolved recipe, and for each stage its steps, tokens,
// trained parameters, memory and largest step.
//
//   std::cout << dry_run(recipe, {.run_largest = true});
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>

#include "train/recipe.h"

namespace ov {

struct DryRunOptions {
  bool run_largest = false;  // forward and backward of each stage's largest step, in memory only
  bool quiet = false;
  at::Device device = at::kCPU;            // that runs the largest step
  std::function<std::int64_t()> peak_rss;  // bytes
};

// Reads every record and the header of every picture; writes nothing but a drawn or assembled start in a
// temporary folder, which is removed. Later stages are judged on the first stage's model. Throws as train().
std::string dry_run(const Recipe& recipe, const DryRunOptions& options);

}  // namespace ov
