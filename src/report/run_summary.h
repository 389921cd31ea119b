// What the steps of a run, or of one of its stages, add up to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/run_log.h"

namespace ov {

struct Totals {
  std::int64_t steps = 0;
  std::int64_t samples = 0;
  std::int64_t tokens = 0;
  std::int64_t supervised_tokens = 0;
  std::int64_t not_finite = 0;  // steps whose loss is not a number
  std::int64_t peak_bytes = 0;
  double seconds = 0;
  double waited = 0;
  double first_loss = 0;  // means of the first and last fiftieth, at least one step
  double last_loss = 0;

  double tokens_per_s() const { return seconds > 0 ? static_cast<double>(tokens) / seconds : 0; }
  double utilisation() const { return seconds > 0 ? 1 - waited / seconds : 0; }
};

struct StageSteps {
  std::string name;
  std::int64_t begin = 0;  // global steps before this stage
  std::span<const StepMetrics> steps;
};

std::vector<StageSteps> split_stages(std::span<const StepMetrics> steps);
Totals total(std::span<const StepMetrics> steps);

}  // namespace ov
