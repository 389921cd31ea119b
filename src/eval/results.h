// What an evaluation found: scores of tasks, their categories and their groups, as JSON and as a Markdown table.
// Scores are percent, but MME's sums and what judges give on other scales. The table is made from the JSON, so that
// results of several runs stand side by side.
//
//   const Json results = results_json({result}, run);
//   print(results_table({{"nano", results}}));
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "eval/sample_file.h"
#include "eval/task.h"
#include "metrics/aggregate.h"

namespace ov {

struct TaskResult {
  EvalTask task;
  std::int64_t records = 0;             // in the data file
  std::vector<AnsweredSample> samples;  // fewer than records with a limit
  std::int64_t answered_now = 0;        // the others are of an earlier run
  double seconds = 0;                   // spent on those answered now

  // Made by score_samples() (judging.h).
  std::vector<ScoredSample> scored;              // in the order of the records
  std::map<std::int64_t, std::string> unscored;  // record -> why it has no score
  std::string scored_by;                         // "": the metric
  bool by_proxy = false;                         // for want of a judge

  Headline headline() const;  // a proxy is averaged, whatever the benchmark does with its judge's marks
};

// `run` is what holds for all tasks: its keys come first.
Json results_json(const std::vector<TaskResult>& results, const Json& run);

// A row for each task and group that any of the runs has, a column for each run by its name. Throws format naming
// the run when its results are not those of results_json.
std::string results_table(const std::vector<std::pair<std::string, Json>>& runs);

// The same benchmarks beside the paper's columns; "" when no run has one.
std::string paper_comparison(const std::vector<std::pair<std::string, Json>>& runs);

}  // namespace ov
