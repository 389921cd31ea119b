// A task's part of eval.html (report/eval_report.h): its score, its categories and the answers that are not right, with
// small pictures that are read only for answers that are shown.
//
//   report.tasks.push_back(task_report(result, *questions, limits));
#pragma once

#include "eval/question.h"
#include "eval/results.h"
#include "report/eval_report.h"

namespace ov {

// `questions` must outlive the report.
EvalTaskReport task_report(const TaskResult& result, const Questions& questions, const MediaLimits& limits);

}  // namespace ov
