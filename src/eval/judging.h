// From answers to scores: by the rule of each question, or by a judge (judge/judge.h). Nothing here asks the model
// again, so a run can be scored a second time, with another judge say, from its samples files alone.
//
//   Judged judged = judge_by_rule(task, question, 17, "B");
//   grade(task, *questions, judging, result);
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "eval/question.h"
#include "eval/results.h"

namespace ov {

class Judge;

struct JudgingOptions {
  Judge* judge = nullptr;  // none: judged tasks get a proxy
  std::string judge_name;  // of the model that grades
  bool quiet = false;
  MediaLimits limits;
};

// What the question's rule says of the answer. For a question of a judge the value of its proxy, which is labelled so
// in the results.
Judged judge_by_rule(const EvalTask& task, const Question& question, std::int64_t index, const std::string& answer);

// Throws input naming the row when its answers could not be scored: a rule that needs options and has none, a headline
// that needs a tag. To be called before the model is asked.
void check_scorable(const EvalTask& task, const Question& question, std::int64_t index);

// Fills result.scored, result.unscored, and the scores of result.samples. Questions whose labels are withheld get no
// score. A judge that fails leaves its sample out, and result.unscored says why.
void score_samples(const EvalTask& task, const Questions& questions, const JudgingOptions& options, TaskResult& result);

}  // namespace ov
