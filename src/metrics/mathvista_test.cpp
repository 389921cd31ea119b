// The rows follow from the reference's normalisation (normalize_extracted_answer) and our extraction (mathvista.h).
#include "metrics/mathvista.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

QuestionText question(TextView answer, const std::string& type, int precision = 0, std::vector<Text> choices = {}) {
  return {{Text(answer)}, std::move(choices), U"", type, precision};
}

TEST(MathVista, Choices) {
  const std::vector<Text> choices = {U"cat", U"a dog", U"bird"};
  const struct {
    TextView answer;
    std::string text;
    bool undecided;
  } rows[] = {{U"B", "a dog", false},
              {U"(C)", "bird", false},
              {U"cat", "cat", false},
              {U"The answer is B", "a dog", false},
              {U"(b) it is", "a dog", true},
              {U"the dog", "a dog", true},
              {U"", "cat", true}};
  for (const auto& row : rows) {
    const Judged judged = judge_mathvista(question(U"B", "letter", 0, choices), row.answer, false);
    EXPECT_EQ(judged.extracted, row.text) << encode_utf8(row.answer);
    EXPECT_EQ(judged.undecided, row.undecided) << encode_utf8(row.answer);
    EXPECT_EQ(judged.value, row.text == "a dog");
  }
  EXPECT_EQ(judge_mathvista(question(U"a dog", "text", 0, choices), U"B", false).value, 1);
}

TEST(MathVista, Numbers) {
  const struct {
    TextView right;
    std::string type;
    int precision;
    TextView answer;
    double value;
  } rows[] = {{U"12", "integer", 0, U"12", 1},
              {U"12", "integer", 0, U"12.7", 1},
              {U"1000", "integer", 0, U"It is 1,000.", 1},
              {U"-3", "integer", 0, U"first 5, then -3", 1},
              {U"1.2", "float", 1, U"1.25", 1},
              {U"1.0", "float", 1, U"1", 1},
              {U"1", "float", 1, U"1", 0},
              {U"3.14", "float", 2, U"The length is 3.14159 cm", 1},
              {U"[1, 2]", "list", 0, U" [1, 2]", 1},
              {U"yes", "text", 0, U"Yes", 0}};
  for (const auto& row : rows) {
    EXPECT_EQ(judge_mathvista(question(row.right, row.type, row.precision), row.answer, false).value, row.value)
        << encode_utf8(row.answer);
  }
  EXPECT_TRUE(judge_mathvista(question(U"12", "integer"), U"twelve", false).undecided);
  EXPECT_EQ(judge_mathvista(question(U"inf", "integer"), U"inf", false).value, 0);
  EXPECT_EQ(judge_mathvista(question(U"1.2", "float", 1), U"1.2", true).value, 0);
}

}  // namespace
}  // namespace ov
