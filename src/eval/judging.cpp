#include "eval/judging.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/progress_bar.h"
#include "data/record_rules.h"
#include "judge/judge.h"
#include "metrics/exact.h"
#include "prompt/thumbnail.h"
#include "report/answers.h"

namespace ov {
namespace {

// MathVerse's rubric is one of two steps; its answers are short.
Proxy proxy_of(const std::string& rubric) { return rubric == "mathverse" ? Proxy::token_f1 : rubric_of(rubric).proxy; }

std::string proxy_name(Proxy proxy) { return proxy == Proxy::token_f1 ? "token F1" : "ROUGE-L"; }

ScoredSample scored_sample(const Question& question, std::int64_t index, const std::string& answer) {
  ScoredSample scored;
  scored.doc_index = index;
  scored.group_id = question.group_id;
  scored.cluster_id = question.cluster_id;
  scored.tags = question.tags;
  scored.empty_answer = answer.empty();
  return scored;
}

JudgeSample judge_sample(const Question& question, const std::string& answer) {
  JudgeSample sample;
  sample.question = question.reference.question.empty() ? question.text : question.reference.question;
  sample.reference = question.target;
  sample.prediction = answer;
  sample.context = question.judge_context;
  sample.criteria = question.judge_criteria;
  return sample;
}

std::vector<std::string> picture_uris(const Question& question, const MediaLimits& limits) {
  std::vector<std::string> uris;
  for (const MediaSource& source : question.media) uris.push_back(picture_uri(picture_png(source, limits, 0)));
  return uris;
}

// Grades the samples of one task that a judge has to see.
class Grading {
 public:
  Grading(const EvalTask& task, const Questions& questions, const JudgingOptions& options, TaskResult& result)
      : questions_(questions), options_(options), result_(result), bar_(task.name + " judge", 0, options.quiet) {}

  void run(const std::map<std::string, std::vector<std::size_t>>& by_rubric) {
    for (const auto& [rubric, samples] : by_rubric) total_ += static_cast<std::int64_t>(samples.size());
    for (const auto& [rubric, samples] : by_rubric) {
      if (rubric == "vcg_consistency") {
        grade_pairs(samples);
      } else if (rubric == "mathverse") {
        grade_extracted(samples);
      } else {
        grade(rubric, samples, [this, &rubric = rubric](std::size_t at) { return sample_at(rubric, at); });
      }
    }
  }

 private:
  using SampleAt = std::function<JudgeSample(std::size_t)>;

  JudgeSample sample_at(const std::string& rubric, std::size_t at) const {
    const AnsweredSample& answered = result_.samples[at];
    const bool sees = rubric_of(rubric).sees_pictures;
    const Question question = questions_.at(answered.index, sees ? RecordParts::all : RecordParts::text);
    JudgeSample sample = judge_sample(question, answered.answer);
    if (sees) sample.pictures = picture_uris(question, options_.limits);
    return sample;
  }

  void grade(const std::string& rubric, const std::vector<std::size_t>& samples, const SampleAt& sample_at) {
    options_.judge->grade_all(
        rubric_of(rubric), samples.size(), [&](std::size_t i) { return sample_at(samples[i]); },
        [&](std::size_t i, const Judgement& judgement) { take(samples[i], judgement); });
  }

  void take(std::size_t at, const Judgement& judgement) {
    AnsweredSample& answered = result_.samples[at];
    bar_.set(++done_, total_);
    if (judgement.state != Judgement::State::graded) {
      result_.unscored[answered.index] =
          judgement.state == Judgement::State::saved ? "the request is saved for a judge" : judgement.problem;
      return;
    }
    const Question question = questions_.at(answered.index, RecordParts::text);
    ScoredSample scored = scored_sample(question, answered.index, answered.answer);
    scored.judged.value = judgement.verdict.value;
    scored.judged.reference_value = judgement.verdict.reference;
    scored.judged.extracted = judgement.verdict.text;
    answered.score = judgement.verdict.value;
    result_.scored.push_back(std::move(scored));
  }

  // Two rows about one video are graded together and count once.
  void grade_pairs(const std::vector<std::size_t>& samples) {
    std::map<std::string, std::vector<std::size_t>> pairs;
    for (const std::size_t at : samples) {
      pairs[questions_.at(result_.samples[at].index, RecordParts::text).group_id].push_back(at);
    }
    std::vector<std::size_t> firsts;
    std::map<std::size_t, std::size_t> seconds;
    for (const auto& [group, rows] : pairs) {
      if (rows.size() == 2) {
        firsts.push_back(rows[0]), seconds[rows[0]] = rows[1];
        continue;
      }
      for (const std::size_t at : rows) {
        result_.unscored[result_.samples[at].index] = "its pair is not among the samples: " + group;
      }
    }
    grade("vcg_consistency", firsts, [&](std::size_t at) {
      JudgeSample sample = sample_at("vcg_consistency", at);
      const JudgeSample second = sample_at("vcg_consistency", seconds.at(at));
      sample.second_question = second.question, sample.second_prediction = second.prediction;
      return sample;
    });
  }

  // MathVerse: first the answer is read out of the text, then it is compared.
  void grade_extracted(const std::vector<std::size_t>& samples) {
    std::map<std::size_t, std::string> extracted;
    std::vector<std::size_t> found;
    options_.judge->grade_all(
        rubric_of("mathverse_extract"), samples.size(),
        [&](std::size_t i) { return sample_at("mathverse_extract", samples[i]); },
        [&](std::size_t i, const Judgement& judgement) {
          if (judgement.state == Judgement::State::graded) {
            extracted[samples[i]] = judgement.verdict.text;
            found.push_back(samples[i]);
          } else {
            take(samples[i], judgement);
          }
        });
    grade("mathverse_judge", found, [&](std::size_t at) {
      JudgeSample sample = sample_at("mathverse_judge", at);
      sample.prediction = extracted.at(at);
      return sample;
    });
  }

  const Questions& questions_;
  const JudgingOptions& options_;
  TaskResult& result_;
  ProgressBar bar_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace

Judged judge_by_rule(const EvalTask& task, const Question& question, std::int64_t index, const std::string& answer) {
  Rule rule;
  rule.metric = question.metric;
  rule.fallback = task.fallback;
  rule.strip_punctuation = task.benchmark != nullptr && task.benchmark->strip_punctuation;
  if (const std::string rubric = question.rubric(); !rubric.empty()) {
    if (proxy_of(rubric) == Proxy::token_f1) {
      return {.value = token_f1(normalised_answer(answer), normalised_answer(question.target))};
    }
    rule.metric = "rouge_l";
  }
  try {
    return judge_answer(rule, question.reference, answer, draw_seed(task.name, index));
  } catch (const Error& error) {
    throw Error(error.kind(), question.where + ": " + error.what());
  }
}

void check_scorable(const EvalTask& task, const Question& question, std::int64_t index) {
  if (!question.reference.answers.empty()) judge_by_rule(task, question, index, "");
  const std::string tag = task.aggregate().tag;
  if (!tag.empty() && !question.tags.contains(tag)) {
    refuse_record(question.where, "has no \"" + tag + "\", which the headline is made of");
  }
}

void score_samples(const EvalTask& task, const Questions& questions, const JudgingOptions& options,
                   TaskResult& result) {
  std::map<std::string, std::vector<std::size_t>> for_judge;
  std::string proxy;
  for (std::size_t at = 0; at < result.samples.size(); ++at) {
    AnsweredSample& answered = result.samples[at];
    answered.score.reset();  // of another judge, or of a proxy
    const Question question = questions.at(answered.index, RecordParts::text);
    const std::string rubric = question.rubric();
    if (!rubric.empty() && options.judge != nullptr) {
      for_judge[rubric].push_back(at);
      continue;
    }
    if (question.reference.answers.empty()) {
      result.unscored[answered.index] = "there is no reference answer to compare with";
      continue;
    }
    if (!rubric.empty() && proxy_of(rubric) == Proxy::none) {
      result.unscored[answered.index] = "only a judge can score it, and nothing stands in for one";
      continue;
    }
    if (!rubric.empty()) proxy = proxy_name(proxy_of(rubric));
    ScoredSample scored = scored_sample(question, answered.index, answered.answer);
    scored.judged = judge_by_rule(task, question, answered.index, answered.answer);
    answered.score = scored.judged.value;
    result.scored.push_back(std::move(scored));
  }
  result.by_proxy = !proxy.empty();
  if (result.by_proxy) result.scored_by = "offline proxy " + proxy + ", not the judge's score";
  if (for_judge.empty()) return;
  result.scored_by = "judge " + options.judge_name;
  Grading(task, questions, options, result).run(for_judge);
  std::sort(result.scored.begin(), result.scored.end(),
            [](const ScoredSample& a, const ScoredSample& b) { return a.doc_index < b.doc_index; });
}

}  // namespace ov
