#include "eval/task_report.h"

#include "base/error.h"
#include "prompt/thumbnail.h"

namespace ov {
namespace {

constexpr std::int64_t kThumbnail = 224;  // pixels of the longer side

EvalScore eval_score(const Score& score) { return {score.mean, score.low, score.high, score.n}; }

std::string remark_of(const TaskResult& result) {
  std::string remark = result.scored_by;
  const auto asked = static_cast<std::int64_t>(result.samples.size());
  if (asked < result.records) {
    if (!remark.empty()) remark += "; ";
    remark += "first " + std::to_string(asked) + " of " + std::to_string(result.records);
  }
  return remark;
}

std::vector<std::string> thumbnails(const Questions& questions, std::int64_t index, const MediaLimits& limits) {
  std::vector<std::string> pictures;
  try {
    for (const MediaSource& source : questions.at(index).media) {
      pictures.push_back(picture_png(source, limits, kThumbnail));
    }
  } catch (const Error&) {
    // Data that changed since they were asked must not cost the page.
  }
  return pictures;
}

}  // namespace

EvalTaskReport task_report(const TaskResult& result, const Questions& questions, const MediaLimits& limits) {
  const Headline headline = result.headline();
  EvalTaskReport report;
  report.name = result.task.name;
  report.metric = result.task.metric;
  report.remark = remark_of(result);
  report.full = result.task.benchmark != nullptr ? result.task.benchmark->full() : 100;
  const double scale = report.full / 100;
  report.score = {scale * headline.value, scale * headline.low, scale * headline.high, headline.n};
  if (result.task.aggregate().kind == "mme_pair") report.full = 2800;
  report.compares = !result.by_proxy;
  report.undecided = headline.undecided;
  report.failed = static_cast<std::int64_t>(result.unscored.size());
  for (const auto& [tag, values] : headline.breakdown) {
    for (const auto& [value, score] : values) report.categories.emplace_back(tag + ": " + value, eval_score(score));
  }
  std::map<std::int64_t, const Judged*> judged;
  for (const ScoredSample& sample : result.scored) judged[sample.doc_index] = &sample.judged;
  for (const AnsweredSample& sample : result.samples) {
    const auto found = judged.find(sample.index);
    const auto problem = result.unscored.find(sample.index);
    if (found == judged.end() && problem == result.unscored.end()) continue;
    EvalAnswer answer;
    answer.id = sample.id, answer.prompt = sample.prompt;
    answer.target = sample.target, answer.answer = sample.answer;
    if (found != judged.end()) {
      if (found->second->value >= 1 && !found->second->undecided) continue;
      answer.extracted = found->second->extracted;
      answer.value = found->second->value;
      answer.undecided = found->second->undecided;
    } else {
      answer.problem = problem->second;
    }
    answer.pictures = [&questions, limits, index = sample.index] { return thumbnails(questions, index, limits); };
    report.answers.push_back(std::move(answer));
  }
  return report;
}

}  // namespace ov
