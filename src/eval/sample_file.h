// samples_<task>.jsonl: a line for each answered record, in the order of the data, appended while the task runs, so
// that two runs can be compared line by line and a killed one goes on after its last whole line.
//
//   std::vector<AnsweredSample> kept = read_samples(path, *questions);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/question.h"

namespace ov {

struct AnsweredSample {
  std::int64_t index = 0;
  std::string id, prompt, target, answer;
  std::optional<double> score;  // 0 to 1; none while a judge has not spoken, and where labels are withheld
  std::string category;
};

Json to_json(const AnsweredSample& sample);

// The lines of an earlier run; a half-written last one is cut off the file. None when the file is missing. Throws
// format naming the line when one is damaged or is not of the record of its place.
std::vector<AnsweredSample> read_samples(const std::string& path, const Questions& questions);

}  // namespace ov
