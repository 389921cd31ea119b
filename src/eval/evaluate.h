// Asks a model the questions of tasks and scores its answers. In the folder `out` it writes samples_<task>.jsonl while
// a task runs, run.json (what the answers depend on), and at the end results.json, table.md, eval.html.
//
//   const Json results = evaluate(tasks, model, {.out = "runs/eval/nano", .resume = true});
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/judging.h"
#include "eval/task.h"
#include "generate/engine.h"

namespace ov {

// The one who is asked.
struct EvalModel {
  EvalProcessors processors;
  std::function<const Engine&()> engine;  // called when the first question is asked
  GenerateOptions generate;               // greedy; max_new_tokens comes from the task
  Json identity;                          // of the model and of how it computes: must be equal for --resume
};

struct EvalOptions {
  std::string out;
  std::int64_t limit = 0;  // the first records of each task; 0: all
  std::int64_t batch_size = 8;
  bool resume = false;
  bool quiet = false;
  bool report = true;  // write eval.html
  JudgingOptions judging;
  std::function<std::int64_t()> peak_rss;  // bytes
};

// Returns what results.json has. All records are read before the first is asked. Throws input naming file and line for
// a record that cannot be used, usage when `out` has a run and resume is off, format when that run is of another
// model or of other settings, and interrupted; answers so far stay and count with resume.
Json evaluate(const std::vector<EvalTask>& tasks, const EvalModel& model, const EvalOptions& options);

}  // namespace ov
