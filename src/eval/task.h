// Which held-out sets a model is asked, from a YAML file with strict keys (docs/evaluation.md):
//
//   tasks:
//     - {name: count, data: data/count_test.jsonl, image_folder: data, metric: relaxed_number, group: single}
//
//   for (const EvalTask& task : select_tasks(read_eval_tasks(path), {"count", "ocr"}, path)) ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "prompt/labels.h"

namespace ov {

struct EvalTask {
  std::string name;              // also of its files: letters, digits, "-", "_" and "."
  std::string data;              // .json, .jsonl or .parquet in the LLaVA format: a question and its answer a record
  std::string image_folder;      // of pictures and videos; "" = the folder of the data file
  std::string group;             // tasks of one group are averaged; "" = none
  std::string metric = "exact";  // exact, contains, relaxed, relaxed_number or choice
  std::int64_t max_new_tokens = 64;
  double video_fps = 1;  // which frames are shown, as in a training recipe
  std::int64_t max_frames = 32;

  TrainingForm form() const;
};

// Relative paths start at the folder of the file. Throws format for unknown keys, wrong values and repeated names.
std::vector<EvalTask> parse_eval_tasks(std::string_view text, const std::string& path);
std::vector<EvalTask> read_eval_tasks(const std::string& path);

// The named tasks in the order of `names`, all of them for no name. Throws usage for an unknown name, with the nearest
// one, and for a repeated one.
std::vector<EvalTask> select_tasks(const std::vector<EvalTask>& tasks, const std::vector<std::string>& names,
                                   const std::string& path);

Json to_json(const EvalTask& task);  // all that its answers and scores depend on, but for the records themselves

}  // namespace ov
