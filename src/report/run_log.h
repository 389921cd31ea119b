// metrics.jsonl of a training run: one line per optimizer step, written as soon as the step is done.
// The keys are those of docs/training.md; a number that is not finite is written as null and read as NaN.
//
//   RunLog log(out);
//   log.append(metrics);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "report/jsonl_file.h"

namespace ov {

// Learning rates of the four parts; 0 = frozen.
struct PartRates {
  double vision = 0;
  double projector = 0;
  double newline = 0;
  double language = 0;
};

// One optimizer step. Counts are of this step alone.
struct StepMetrics {
  std::string stage;
  std::int64_t step = 0;  // from 1 within its stage
  std::int64_t samples = 0;
  std::int64_t tokens = 0;
  std::int64_t supervised_tokens = 0;
  double loss = 0;
  PartRates lr;
  double grad_norm = 0;
  double tokens_per_s = 0;
  double samples_per_s = 0;
  double utilisation = 0;          // 1 - wait_s / seconds
  double mfu = 0;                  // 0 = not known
  std::optional<double> accuracy;  // pretraining: share of pictures (cells) whose best caption (word) is theirs
  std::int64_t peak_rss_bytes = 0;
  double seconds = 0;
  double wait_s = 0;  // waited for data
};

Json to_json(const StepMetrics& metrics);
StepMetrics step_metrics(const Json& line, const std::string& where);  // throws format

class RunLog {
 public:
  explicit RunLog(const std::string& folder) : file_(folder + "/metrics.jsonl") {}
  void append(const StepMetrics& metrics);  // one line, flushed
  void sync() { file_.sync(); }

  // All complete lines of folder/metrics.jsonl; empty when there is no such file.
  static std::vector<StepMetrics> read(const std::string& folder);

 private:
  JsonlFile file_;
};

// Brings metrics.jsonl, manifest.jsonl, skipped.jsonl, answers.jsonl and scores.jsonl of a run's folder back to
// `position`, where its checkpoint was saved. Returns the number of optimizer steps that are kept, of all stages: the
// global step.
std::int64_t resume_run_files(const std::string& folder, const RunPosition& position);

}  // namespace ov
