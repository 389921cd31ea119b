// The VQA accuracy of TextVQA and the answer normaliser it rests on, as lmms-eval has them
// (tasks/_task_utils/vqa_eval_metric.py, tasks/textvqa/utils.py).
//
//   normalise_vqa(U"Yes, it is.") == U"yes it is"
#pragma once

#include "metrics/code_points.h"

namespace ov {

Text normalise_vqa(TextView text);

// The middle step, which LLaVA-Interleave's letters share: each mark goes away where it touches a blank anywhere in the
// text, or a comma stands between digits; else it becomes a blank. Then the first 32 periods before no digit go away.
Text remove_punctuation(TextView text);

// The mean over the human answers of min(1, equal ones among the others / 3).
double vqa_accuracy(const std::vector<Text>& human_answers, TextView answer);

}  // namespace ov
