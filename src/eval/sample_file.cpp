#include "eval/sample_file.h"

#include "base/error.h"
#include "report/jsonl_file.h"

namespace ov {
namespace {

AnsweredSample parse_sample(const Json& line, const std::string& where) {
  const Fields fields(line, where);
  AnsweredSample sample;
  sample.index = fields.integer("index", 0, INT64_MAX);
  sample.id = fields.string("id");
  sample.prompt = fields.string("prompt");
  sample.target = fields.string("target");
  sample.answer = fields.string("answer");
  if (fields.has("score")) sample.score = fields.number_or("score", 0, 0, 1);
  sample.category = fields.string("category");
  return sample;
}

}  // namespace

Json to_json(const AnsweredSample& sample) {
  return {{"index", sample.index},      {"id", sample.id},
          {"prompt", sample.prompt},    {"target", sample.target},
          {"answer", sample.answer},    {"score", sample.score ? Json(*sample.score) : Json()},
          {"category", sample.category}};
}

std::vector<AnsweredSample> read_samples(const std::string& path, const Questions& questions) {
  cut_half_line(path);
  std::vector<AnsweredSample> samples;
  for_each_line(path, [&](const Json& line, const std::string& where) {
    AnsweredSample sample = parse_sample(line, where);
    const auto expected = static_cast<std::int64_t>(samples.size());
    bool same = sample.index == expected && expected < questions.size();
    if (same) {
      const auto is_of = [&](const Question& question) {
        return question.text == sample.prompt && question.target == sample.target;
      };
      // Some prompts have a part that comes with the media: subtitles at the frames that are shown.
      same = is_of(questions.at(expected, RecordParts::text)) || is_of(questions.at(expected));
    }
    if (!same) {
      throw Error(ErrorKind::format, where + ": is not of record " + std::to_string(expected) +
                                         " of the task's data as they are now; choose another --out");
    }
    samples.push_back(std::move(sample));
  });
  return samples;
}

}  // namespace ov
