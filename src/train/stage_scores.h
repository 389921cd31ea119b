// Scores of a model while it trains: held-out questions of a task file (docs/evaluation.md), asked through the engine
// that `ask` and `eval` use. Answers lie in OUT/eval/<stage>-<step>/ as `eval` writes them, the scores in scores.jsonl.
//
//   StageScores scores(setup);
//   for (const Json& line : scores.ask(model, step, options)) file.add(line);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/task.h"
#include "model/onevision.h"
#include "prompt/processor.h"
#include "train/stage.h"
#include "train/trainer.h"

namespace ov {

class StageScores {
 public:
  // Throws as choose_tasks does, and input when the data of a task are not there. `setup` must outlive this.
  explicit StageScores(const StageSetup& setup);

  // Pictures are seen as the stage sees them. A line of each task and each group that has a score:
  // {"stage", "step", "task" or "group", "score", "stderr", "interval", "n"}, in percent.
  std::vector<Json> ask(const OneVision& model, std::int64_t step, const TrainOptions& options) const;

 private:
  const Processor& processor_;
  Processor as_evaluated_;
  std::string stage_;
  ScoringRecipe scoring_;
  std::vector<std::int64_t> eos_;
  std::vector<EvalTask> tasks_;
};

}  // namespace ov
