#include "train/stage_scores.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "eval/evaluate.h"
#include "eval/question.h"
#include "generate/engine.h"

namespace ov {
namespace {

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  while (begin < list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

}  // namespace

StageScores::StageScores(const StageSetup& setup)
    : processor_(*setup.processor),
      as_evaluated_(setup.start->folder(), setup.config, as_evaluated({})),
      stage_(setup.recipe.name),
      scoring_(setup.recipe.scoring),
      eos_(setup.start->config().eos_token_ids),
      tasks_(choose_tasks({scoring_.task_file, names_of(scoring_.tasks), scoring_.data})) {
  for (const EvalTask& task : tasks_) Questions::open(task);  // refused now, not at the end of a stage
}

std::vector<Json> StageScores::ask(const OneVision& model, std::int64_t step, const TrainOptions& run) const {
  const at::NoGradGuard no_gradients;
  OneVision seen = model;  // shares the weights
  if (!processor_.tiling().newline) seen.image_newline = Tensor();
  const Engine engine(seen, as_evaluated_, {.cancelled = run.cancelled});  // its limits have room for films
  EvalModel asked;
  asked.processors = {&processor_, &as_evaluated_};
  asked.engine = [&engine]() -> const Engine& { return engine; };
  asked.generate.eos_token_ids = eos_;
  asked.identity = {{"run", run.out}, {"stage", stage_}, {"step", step}};
  EvalOptions options;
  options.out = run.out + "/eval/" + stage_ + "-" + std::to_string(step);
  options.limit = scoring_.limit;
  options.batch_size = scoring_.batch_size;
  options.resume = true;  // a run that was killed here goes on here
  options.quiet = true;
  options.judging.limits = as_evaluated_.options().limits;
  options.peak_rss = run.peak_rss ? run.peak_rss : [] { return std::int64_t{0}; };
  const Json results = evaluate(tasks_, asked, options);
  std::vector<Json> lines;
  const auto add = [&](const char* kind, const std::string& name, const Json& score) {
    if (score.at("score").is_null()) return;  // labels are withheld, or only a judge could say
    Json line = {{"stage", stage_}, {"step", step}, {kind, name}};
    for (const char* key : {"score", "stderr", "interval", "n"}) line[key] = score.at(key);
    lines.push_back(std::move(line));
  };
  for (const auto& [name, task] : results.at("tasks").items()) add("task", name, task);
  for (const auto& [name, group] : results.at("groups").items()) add("group", name, group.at("pooled"));
  return lines;
}

}  // namespace ov
