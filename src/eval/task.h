// What a model is asked: published benchmarks by name (docs/benchmarks.md), and sets of one's own from a YAML file with
// strict keys (docs/evaluation.md):
//
//   data_from: onevision synth data --recipe data.yaml
//   tasks:
//     - {name: count, data: data/count_test.jsonl, image_folder: data, metric: relaxed_number, group: single}
//     - {name: forms, rows: data/forms.jsonl, metric: anls}
//
//   for (const EvalTask& task : choose_tasks({.task_file = path, .names = {"count", "docvqa"}})) ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "benchmarks/benchmark.h"
#include "metrics/rule.h"
#include "prompt/labels.h"

namespace ov {

struct EvalTask {
  enum class Form {
    records,    // the LLaVA format: a question and its answer a record
    rows,       // one object a row: prompt, answers, choices, images or video, tags
    benchmark,  // as published
  };
  Form form = Form::records;
  std::string name;                 // also of its files: letters, digits, "-", "_" and "."
  std::string data;                 // .json, .jsonl or .parquet; of a benchmark the folder that its data set lies in
  std::string image_folder;         // of pictures and videos; "" = the folder of the data file
  std::string data_from;            // how the data are made or fetched, for who has none yet; "" = not said
  std::string group;                // tasks of one group are averaged; "" = none
  std::string metric = "exact";     // one of answer_metrics() or "judge:<rubric>"; a benchmark's rows may say otherwise
  std::string fallback = "random";  // Rule::fallback
  std::int64_t max_new_tokens = 64;
  double video_fps = 1;  // of records: which frames are shown, as in a training recipe
  std::int64_t max_frames = 32;
  const Benchmark* benchmark = nullptr;
  Protocol protocol = Protocol::paper;

  TrainingForm training_form() const;
  Aggregate aggregate() const { return benchmark != nullptr ? benchmark->aggregate : Aggregate{}; }
  bool has_judge() const { return !rubric_of_metric(metric).empty(); }
};

// Relative paths start at the folder of the file. Throws format for unknown keys, wrong values and repeated names.
std::vector<EvalTask> parse_eval_tasks(std::string_view text, const std::string& path);
std::vector<EvalTask> read_eval_tasks(const std::string& path);

EvalTask benchmark_task(const Benchmark& benchmark, const std::string& data, Protocol protocol);

struct TaskChoice {
  std::string task_file;           // read when a name is none of a benchmark
  std::vector<std::string> names;  // of tasks, benchmarks, or groups of either; none: all of the task file
  std::string data = "data";       // where the benchmarks' data sets lie
  Protocol protocol = Protocol::paper;
};

// In the order of the names. Throws usage for an unknown name, with the nearest one, and for a task that is named
// twice.
std::vector<EvalTask> choose_tasks(const TaskChoice& choice);

Json to_json(const EvalTask& task);  // all that its answers and scores depend on, but for the records themselves

}  // namespace ov
