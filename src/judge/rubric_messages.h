// What each rubric says to the judge, in our own words: the messages of a chat completion request. rubrics.cpp says
// which rubric uses which.
//
//   const Json messages = mmvet_messages(sample);
#pragma once

#include "base/json.h"
#include "judge/rubrics.h"

namespace ov {

Json actnet_messages(const JudgeSample& sample);
Json vcg_correct_messages(const JudgeSample& sample);
Json vcg_detail_messages(const JudgeSample& sample);
Json vcg_context_messages(const JudgeSample& sample);
Json vcg_temporal_messages(const JudgeSample& sample);
Json vcg_consistency_messages(const JudgeSample& sample);
Json wilder_messages(const JudgeSample& sample);
Json llava_w_messages(const JudgeSample& sample);
Json mmvet_messages(const JudgeSample& sample);
Json mathvista_extract_messages(const JudgeSample& sample);
Json mathverse_extract_messages(const JudgeSample& sample);
Json mathverse_judge_messages(const JudgeSample& sample);
Json mmbench_match_messages(const JudgeSample& sample);
Json livebench_messages(const JudgeSample& sample);
Json vibe_messages(const JudgeSample& sample);
Json dc100_messages(const JudgeSample& sample);

}  // namespace ov
