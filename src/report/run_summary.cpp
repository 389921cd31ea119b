#include "report/run_summary.h"

#include <algorithm>
#include <cmath>

namespace ov {
namespace {

double mean_loss(std::span<const StepMetrics> steps) {
  double sum = 0;
  double count = 0;
  for (const StepMetrics& step : steps) {
    if (!std::isfinite(step.loss)) continue;
    sum += step.loss;
    ++count;
  }
  return sum / count;
}

}  // namespace

std::vector<StageSteps> split_stages(std::span<const StepMetrics> steps) {
  std::vector<StageSteps> stages;
  for (std::size_t begin = 0; begin < steps.size();) {
    std::size_t end = begin;
    while (end < steps.size() && steps[end].stage == steps[begin].stage) ++end;
    stages.push_back({steps[begin].stage, static_cast<std::int64_t>(begin), steps.subspan(begin, end - begin)});
    begin = end;
  }
  return stages;
}

Totals total(std::span<const StepMetrics> steps) {
  Totals sum;
  for (const StepMetrics& step : steps) {
    ++sum.steps;
    sum.samples += step.samples;
    sum.tokens += step.tokens;
    sum.supervised_tokens += step.supervised_tokens;
    sum.not_finite += std::isfinite(step.loss) ? 0 : 1;
    sum.peak_bytes = std::max(sum.peak_bytes, step.peak_rss_bytes);
    sum.seconds += std::isfinite(step.seconds) ? step.seconds : 0;
    sum.waited += std::isfinite(step.wait_s) ? step.wait_s : 0;
  }
  if (steps.empty()) return sum;
  const std::size_t part = std::max<std::size_t>(steps.size() / 50, 1);
  sum.first_loss = mean_loss(steps.first(part));
  sum.last_loss = mean_loss(steps.last(part));
  return sum;
}

}  // namespace ov
