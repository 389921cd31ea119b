// How a language model is asked to grade an answer: one rubric per judged benchmark. Facts (who sees what, temperature,
// length, form of the reply, scale) are those of the benchmarks' published judges in lmms-eval of August 2024; the
// wording is ours. All functions are pure: the same sample gives the same request, byte for byte.
//
//   const Rubric& rubric = rubric_of("mmvet");
//   const Json messages = rubric.messages(sample);
//   const std::optional<Verdict> verdict = rubric.verdict("0.5");
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace ov {

// What a judge may look at. A rubric uses the fields that it names.
struct JudgeSample {
  std::string question;
  std::string reference;              // the right answer
  std::string prediction;             // the answer that is graded
  std::string context;                // llava_w: captions; mmbench_match: the options, "A. cat" a line
  std::string criteria;               // livebench
  std::string second_question;        // vcg_consistency
  std::string second_prediction;      // vcg_consistency
  std::vector<std::string> pictures;  // data: addresses; only for rubrics that see them
};

// What a reply says.
struct Verdict {
  double value = 0;  // 0 to 1; `scale` times this is the figure that papers print
  double reference =
      0;  // wilder, llava_w: what the judge gave the reference answer, 0 to 1; actnet: score of 5, as 0 to 1
  std::string text = {};  // extraction: the answer found; mmbench_match: the letter, E for none of them
};

// What stands in where there is no judge: a number of another kind, for seeing whether anything changed. It is never
// called the benchmark's score.
enum class Proxy { none, token_f1, rouge_l };

// Words that both texts have, as F1 over their numbers: 1 for the same words in any order, 0 for none in common or an
// empty text. Words are what blanks separate; whoever wants more treated alike normalises first.
double token_f1(std::string_view prediction, std::string_view reference);

struct Rubric {
  std::string name;
  std::string paper_judge;  // the model that graded for the paper
  bool sees_pictures = false;
  bool json_reply = false;  // the endpoint is told to answer in JSON
  double temperature = 0;
  int max_tokens = 64;
  int tries = 1;                // how often a reply that says nothing is asked for again
  double temperature_step = 0;  // added for each such try, up to a temperature of 2
  Proxy proxy = Proxy::none;
  double scale = 100;
  // What the harness of August 2024 averages in where its judge failed, as a value; wilder and llava_w: for both
  // values. Nothing: it leaves the sample out (livebench), asks without end (mathverse) or draws a letter
  // (mmbench_match). Here a failure is counted and left out, always.
  std::optional<double> failure_value = {};

  Json (*messages)(const JudgeSample& sample) = nullptr;
  std::optional<Verdict> (*verdict)(std::string_view reply) = nullptr;  // nothing: the reply is not as asked for
};

// Throws usage naming all rubrics for a name that is not among them.
const Rubric& rubric_of(const std::string& name);
const std::vector<Rubric>& rubrics();

}  // namespace ov
