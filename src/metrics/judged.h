// One answer beside its references, and what a rule made of it. The benchmarks make the first, the rules of rule.h
// the second; the aggregators of aggregate.h read only the last struct, so answers can be judged again without being
// asked again.
//
//   const Judged judged = judge_answer({"anls"}, {.answers = {"ITC Limited"}}, "itc limited", 0);
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

// What is known about a question.
struct Reference {
  std::vector<std::string> answers;  // all accepted; for choices one letter; empty: labels are withheld
  std::vector<std::string> choices;  // texts of the options as the data set has them, A first; empty: open question
  std::string question;              // native question text (some rules read options out of it)
  std::string answer_type;           // "letter", "text", "integer", "float", "list", "yesno"; "" = text
  int precision = 0;                 // digits of a float answer (MathVista)
};

struct Judged {
  double value = 0;            // 0 to 1
  std::string extracted;       // what the rule read out of the answer
  bool undecided = false;      // the rule found nothing and its fallback decided
  double reference_value = 0;  // of a judge that marks the reference too: what `ratio` divides by
};

// Of a metric "judge:<rubric>" the rubric; "" of a rule.
inline std::string rubric_of_metric(std::string_view metric) {
  constexpr std::string_view kJudge = "judge:";
  return metric.starts_with(kJudge) ? std::string(metric.substr(kJudge.size())) : "";
}

using Tags = std::map<std::string, std::vector<std::string>>;  // "category" -> {"math"}; several for lists

struct ScoredSample {
  std::int64_t doc_index = 0;
  Judged judged;
  std::string group_id;    // rows that count together: one MMBench question, one MME image
  std::string cluster_id;  // rows that are not independent: one video
  Tags tags;
  bool empty_answer = false;
};

}  // namespace ov
