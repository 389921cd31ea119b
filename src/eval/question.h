// The samples of a task as questions with a known answer, and what the model gets to see of them.
//   - a record is asked as training has it: the token row of the sample up to where its answer starts, whatever chat
//     template the model's folder has
//   - a row and a benchmark's row are asked as the authors evaluate (ProcessorOptions::as_evaluated)
// The target takes no part in making the prompt.
//
//   const auto questions = Questions::open(task);
//   const Question question = questions->at(0);
//   const Prompt prompt = questions->prompt(question, processors);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/record_file.h"
#include "eval/task.h"
#include "prompt/processor.h"

namespace ov {

struct Question {
  std::string id;
  std::string text;         // as asked, with an <image> for each picture or video
  std::vector<Turn> turns;  // of a prompt in several turns, else empty
  std::vector<MediaSource> media;
  std::string target;    // as shown: the first accepted answer
  std::string category;  // of a record: "category", else "data_source", else ""
  std::string where;     // "count.jsonl:17"
  Reference reference;
  std::string metric;
  std::string judge_context, judge_criteria;
  std::string group_id, cluster_id;
  Tags tags;
  std::int64_t max_new_tokens = 0;

  std::string rubric() const { return rubric_of_metric(metric); }
};

struct EvalProcessors {
  const Processor* as_trained = nullptr;
  const Processor* as_evaluated = nullptr;
};

// Options of the processor for benchmarks and rows, made from those of a session: 32 frames of a video, films too.
ProcessorOptions as_evaluated(ProcessorOptions options);

class Questions {
 public:
  // Throws input when the data are not there or cannot be read.
  static std::unique_ptr<Questions> open(const EvalTask& task);
  Questions() = default;
  virtual ~Questions() = default;
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  virtual std::int64_t size() const = 0;

  // Throws input naming file and line for a sample that is not as its form demands, or whose answer the metric cannot
  // use. With RecordParts::text pictures inside the data file are left alone.
  virtual Question at(std::int64_t index, RecordParts parts = RecordParts::all) const = 0;

  // Throws input naming file and line when a picture or video cannot be used or the prompt is too long.
  Prompt prompt(const Question& question, const EvalProcessors& processors) const;

 protected:
  virtual Prompt make_prompt(const Question& question, const EvalProcessors& processors) const = 0;
};

}  // namespace ov
