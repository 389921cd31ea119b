#include "eval/judging.h"

#include <gtest/gtest.h>

#include <set>

namespace ov {
namespace {

TEST(JudgeByRule, TheRandomLetterDependsOnBenchmarkAndRow) {
  EvalTask task;
  task.name = "mine";
  task.metric = "letter_mmmu";
  Question question;
  question.metric = task.metric;
  question.reference = {.answers = {"B"}, .choices = {"red", "blue"}, .question = "Which?"};
  const auto draws = [&](const std::string& name) {
    task.name = name;
    std::vector<double> values;
    for (std::int64_t row = 0; row < 64; ++row) values.push_back(judge_by_rule(task, question, row, "no idea").value);
    return values;
  };
  const std::vector<double> mine = draws("mine");
  EXPECT_EQ(std::set<double>(mine.begin(), mine.end()), (std::set<double>{0, 1}));
  EXPECT_EQ(draws("mine"), mine);
  EXPECT_NE(draws("other"), mine);
}

TEST(JudgeByRule, AProxyComparesWordsWithoutTheirCase) {
  EvalTask task;
  Question question;
  question.metric = "judge:actnet";
  question.target = "Yes.";
  question.reference = {.answers = {"Yes."}};
  EXPECT_EQ(judge_by_rule(task, question, 0, "yes").value, 1);
  EXPECT_EQ(judge_by_rule(task, question, 0, "no").value, 0);
}

}  // namespace
}  // namespace ov
