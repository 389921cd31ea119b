// Scores one answer against its target: 1 is right, 0 is wrong. Every rule is exact and documented in
// docs/evaluation.md; upper and lower case are told apart for ASCII letters only.
//
//   exact            the texts are equal once white space, case and one final period are put aside
//   contains         the answer has the target in it as whole words, compared like exact
//   relaxed          ChartQA's relaxed accuracy as lmms-eval computes it (tasks/chartqa/utils.py): numbers may
//                    differ by 5 % of the target, other texts by case only
//   relaxed_number   the same, but numbers may have thousands commas, a currency sign and a final period, and
//                    other texts are compared like exact
//   choice           the letter of an option, by lmms-eval's priorities (tasks/_task_utils/mcq_extract.py)
//
//   score_answer(Metric::relaxed_number, "How much?", "$1,020", "1000") == 1
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ov {

enum class Metric { exact, contains, relaxed, relaxed_number, choice };

const std::vector<std::string>& metric_names();  // in the order of the enumeration
Metric metric_of(const std::string& name);       // throws internal for a name that is not among them
const std::string& metric_name(Metric metric);

// `question` says which letters are options; only `choice` looks at it.
double score_answer(Metric metric, std::string_view question, const std::string& answer, const std::string& target);

// What `exact` compares: trimmed, runs of white space as one blank, in lower case, one final period removed.
std::string normalise_answer(std::string_view text);

// The letters that start lines of the question as "A.", "A)", "A:" or "(A)", from A on; "ABCD" for less than two.
std::string choice_letters(std::string_view question);

// The letter that the answer chooses among `letters`, "" for none.
std::string extract_choice(const std::string& answer, std::string_view letters);

}  // namespace ov
