// Answers to a few samples of the training data while a model trains, for answers.jsonl and the report.
//
//   SampleAnswers answers(dataset, processor, stage, plan);
//   answers.write(out, model, step);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "model/onevision.h"
#include "prompt/processor.h"
#include "train/recipe.h"
#include "train/step_stream.h"

namespace ov {

// A question is the sample up to its first answer, in the stage's own text form.
struct SampleQuestion {
  std::string id, question, expected;
  std::string picture;  // data URI of a small PNG, "" without media
  Prompt prompt;
};

class SampleAnswers {
 public:
  // stage.sample_count samples spread over the data set; those that cannot be used are passed over.
  SampleAnswers(const Dataset& data, const Processor& processor, const StageRecipe& stage,
                std::vector<std::int64_t> eos_token_ids);

  // The lines of answers.jsonl: {"stage", "step", "id", "question", "expected", "answer", "picture"}.
  std::vector<Json> answer(const OneVision& model, std::int64_t step) const;

 private:
  const Processor& processor_;
  std::string stage_;
  std::vector<std::int64_t> eos_;
  std::vector<SampleQuestion> questions_;
};

}  // namespace ov
