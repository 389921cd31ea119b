// The records of a task as questions with a known answer. The prompt of a question is the token row that training
// makes of the record, up to where the answer starts, whatever chat template the model's folder has; the target
// takes no part in making it.
//
//   const QuestionFile questions(task);
//   const Question question = questions.at(0);
//   const Prompt prompt = question_prompt(question, task, processor);
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
  std::string text;  // with an <image> for each picture or video
  std::string target;
  std::string category;  // of the record: "category", else "data_source", else ""
  std::string where;     // "count.jsonl:17"
  std::vector<MediaSource> media;
};

class QuestionFile {
 public:
  // Throws input when the data file cannot be read.
  explicit QuestionFile(const EvalTask& task);

  std::int64_t size() const { return file_->size(); }

  // Throws input naming file and line for a record that is not one question and one answer, or whose answer the
  // metric cannot use. With `parts` text pictures inside the data file are left alone.
  Question at(std::int64_t index, RecordParts parts = RecordParts::all) const;

 private:
  std::string metric_;
  RecordContext context_;
  std::unique_ptr<RecordFile> file_;
};

// Throws input naming file and line when a picture or video cannot be used or the prompt is too long.
Prompt question_prompt(const Question& question, const EvalTask& task, const Processor& processor);

}  // namespace ov
