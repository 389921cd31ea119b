// The rows are results of lmms-eval's own get_prediction() of August 2026.
#include "metrics/mantis.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace ov {
namespace {

QuestionText question(TextView answer, std::vector<Text> choices) {
  return {{Text(answer)}, std::move(choices), U"", "", 0};
}

TEST(Mantis, Choices) {
  const struct {
    TextView right, answer;
    double value;
  } rows[] = {{U"(B)", U"B", 1},
              {U"B", U"Let me see. The answer is (B)", 1},
              {U"B. blue", U"b", 1},
              {U"B", U"final answer: Answer: B", 1},
              {U"B", U"Answer: A. Final answer: B", 1},
              {U"A", U"It is A", 0},  // the first letter is I, which is no option, and the text is no option's
              {U"A", U"red", 1},      // R is no option, so the texts are compared
              {U"B", U"blue", 1},     // for its first letter
              {U"A", U"The answer is red", 0},
              {U"C", U"7", 1},
              {U"Z", U"7", 0}};
  for (const auto& row : rows) {
    EXPECT_EQ(judge_mantis(question(row.right, {U"A. red", U"(B) blue", U"C: 7"}), row.answer).value, row.value)
        << encode_utf8(row.answer);
  }
  EXPECT_THROW(judge_mantis(question(U"12", {U"a", U"b"}), U"A"), Error);
}

TEST(Mantis, ShortAnswers) {
  EXPECT_EQ(judge_mantis(question(U" Red\n", {}), U"I think so. Final Answer: red").value, 1);
  EXPECT_EQ(judge_mantis(question(U"red", {}), U"red.").value, 0);
  EXPECT_EQ(judge_mantis(question(U"red", {}), U"\u0130the answer is red").value, 1);
  EXPECT_EQ(judge_mantis(question(U"red", {}), U"\u0130\u0130the answer is red").value, 0);  // lower case is longer
}

}  // namespace
}  // namespace ov
