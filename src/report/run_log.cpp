#include "report/run_log.h"

#include <cmath>
#include <limits>

namespace ov {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// JSON has no NaN: null stands for it, and a diverged run must still be readable. A missing key is damage.
double number(const Fields& fields, const Json& line, const std::string& key) {
  if (line.contains(key) && line.at(key).is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!fields.has(key)) fields.refuse(key, "a number or null");
  return fields.number_or(key, 0, -kLargest, kLargest);
}

PartRates part_rates(const Fields& fields, const Json& line) {
  return {number(fields, line, "vision"), number(fields, line, "projector"), number(fields, line, "newline"),
          number(fields, line, "language")};
}

}  // namespace

Json to_json(const StepMetrics& m) {
  const Json rates = {
      {"vision", m.lr.vision}, {"projector", m.lr.projector}, {"newline", m.lr.newline}, {"language", m.lr.language}};
  Json line = {{"stage", m.stage},
               {"step", m.step},
               {"samples", m.samples},
               {"tokens", m.tokens},
               {"supervised_tokens", m.supervised_tokens},
               {"loss", m.loss},
               {"lr", rates},
               {"grad_norm", m.grad_norm},
               {"tokens_per_s", m.tokens_per_s},
               {"samples_per_s", m.samples_per_s},
               {"utilisation", m.utilisation},
               {"mfu", m.mfu},
               {"peak_rss_bytes", m.peak_rss_bytes},
               {"seconds", m.seconds},
               {"wait_s", m.wait_s}};
  if (m.accuracy) line["accuracy"] = *m.accuracy;
  return line;
}

StepMetrics step_metrics(const Json& line, const std::string& where) {
  const Fields fields(line, where);
  StepMetrics m;
  m.stage = fields.string("stage");
  m.step = fields.integer("step", 1, kMost);
  m.samples = fields.integer("samples", 0, kMost);
  m.tokens = fields.integer("tokens", 0, kMost);
  m.supervised_tokens = fields.integer("supervised_tokens", 0, kMost);
  m.loss = number(fields, line, "loss");
  m.lr = part_rates(fields.object("lr"), fields.at("lr"));
  m.grad_norm = number(fields, line, "grad_norm");
  m.tokens_per_s = number(fields, line, "tokens_per_s");
  m.samples_per_s = number(fields, line, "samples_per_s");
  m.utilisation = number(fields, line, "utilisation");
  m.mfu = fields.number_or("mfu", 0, 0, kLargest);
  if (fields.has("accuracy")) m.accuracy = fields.number_or("accuracy", 0, 0, 1);
  m.peak_rss_bytes = fields.integer("peak_rss_bytes", 0, kMost);
  m.seconds = number(fields, line, "seconds");
  m.wait_s = number(fields, line, "wait_s");
  return m;
}

void RunLog::append(const StepMetrics& metrics) {
  file_.add(to_json(metrics));
  file_.flush();
}

std::vector<StepMetrics> RunLog::read(const std::string& folder) {
  std::vector<StepMetrics> steps;
  for_each_line(folder + "/metrics.jsonl", [&](const Json& line, const std::string& where) {
    const StepMetrics next = step_metrics(line, where);
    const bool same_stage = !steps.empty() && steps.back().stage == next.stage;
    const std::int64_t expected = same_stage ? steps.back().step + 1 : 1;
    if (next.step != expected) {
      throw Error(ErrorKind::format, where + ": step " + std::to_string(next.step) + " of " + next.stage +
                                         ", expected step " + std::to_string(expected) +
                                         "; lines are missing or double");
    }
    steps.push_back(next);
  });
  return steps;
}

std::int64_t resume_run_files(const std::string& folder, const RunPosition& position) {
  // Those that may refuse go first, so that a refusal leaves the others as they were.
  truncate_jsonl(folder + "/metrics.jsonl", position, LineAtPosition::required);
  truncate_jsonl(folder + "/manifest.jsonl", position, LineAtPosition::required);
  truncate_jsonl(folder + "/skipped.jsonl", position, LineAtPosition::optional);
  truncate_jsonl(folder + "/answers.jsonl", position, LineAtPosition::optional);
  truncate_jsonl(folder + "/scores.jsonl", position, LineAtPosition::optional);
  return static_cast<std::int64_t>(RunLog::read(folder).size());
}

}  // namespace ov
