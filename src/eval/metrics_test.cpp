// The rows of relaxed and extract_choice are results of lmms-eval's own functions (chartqa/utils.py and
// _task_utils/mcq_extract.py); those of the other metrics follow from their definition in metrics.h.
#include "eval/metrics.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

struct Row {
  std::string answer, target;
  double score;
};

void check(Metric metric, const std::vector<Row>& rows, const std::string& question = "") {
  for (const Row& row : rows) {
    EXPECT_EQ(score_answer(metric, question, row.answer, row.target), row.score)
        << metric_name(metric) << ": \"" << row.answer << "\" for \"" << row.target << "\"";
  }
}

TEST(Metrics, Exact) {
  check(Metric::exact, {{"red", "red", 1},
                        {" Red.\n", "red", 1},
                        {"two  red\tcubes", "Two red cubes.", 1},
                        {"red..", "red", 0},
                        {"a red", "red", 0},
                        {"", "red", 0},
                        {"", ".", 1},
                        {"3.0", "3", 0},
                        {"\xE7\xBA\xA2", "\xE7\xBA\xA2", 1},
                        {"\xE3\x80\x80\xE7\xBA\xA2", "\xE7\xBA\xA2", 1}});
}

TEST(Metrics, Contains) {
  check(Metric::contains, {{"It is a red cube.", "Red cube", 1},
                           {"It is covered.", "red", 0},
                           {"reduced red", "red", 1},
                           {"red", "a red cube", 0},
                           {"13", "3", 0},
                           {"anything", "", 0},
                           {"\xE8\xBF\x99\xE6\x98\xAF\xE7\xBA\xA2\xE8\x89\xB2", "\xE7\xBA\xA2", 1}});
}

TEST(Metrics, RelaxedAsTheReference) {
  check(Metric::relaxed, {{"14", "14.6", 1},
                          {"14", "14.8", 0},
                          {"14%", "0.14", 1},
                          {"14", "14%", 0},
                          {"0", "0", 1},
                          {"0.0", "0", 0},
                          {"Yes", "yes", 1},
                          {"yes.", "yes", 0},
                          {"1,000", "1000", 0},
                          {"-10.4", "-10", 1},
                          {"3", "0", 0},
                          {" 1e3 ", "1_000", 1},
                          {"inf", "inf", 0},
                          {"nan", "nan", 0}});
}

TEST(Metrics, RelaxedNumber) {
  check(Metric::relaxed_number, {{"14", "14.6", 1},
                                 {"14", "14.8", 0},
                                 {"14 %", "14%", 1},
                                 {"14%", "0.14", 1},
                                 {"$1,020.", "1000", 1},
                                 {"\xE2\x82\xAC"
                                  "1,234,000",
                                  "1234000", 1},
                                 {"-$12.5", "-12.5", 1},
                                 {"1,2", "12", 0},
                                 {"0.0", "0", 1},
                                 {"3", "0", 0},
                                 {"-3", "3", 0},
                                 {"yes.", "Yes", 1},
                                 {"about 14", "14", 0},
                                 {"nan", "nan", 1},
                                 {"", "14", 0}});
}

TEST(Metrics, ChoiceAsTheReference) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"A. cat", "A"}, {"(B) dog", "B"}, {"Answer: D", "D"}, {"A dog is near option C.", "A"},
      {"D)", "D"},     {"", ""},         {" ", ""},          {"...", ""},
      {"Best", "B"},   {"B or C", "B"},  {"cat", ""},        {"The correct answer is (B).", "B"}};
  for (const auto& [answer, letter] : rows) EXPECT_EQ(extract_choice(answer, "ABCD"), letter) << answer;
  EXPECT_EQ(extract_choice("D", "ABC"), "");
}

TEST(Metrics, ChoiceReadsTheOptionsOfTheQuestion) {
  EXPECT_EQ(choice_letters("Which?\nA. red\nB. blue\nC. green\nAnswer with the letter."), "ABC");
  EXPECT_EQ(choice_letters("Which?\n(A) red\n (B) blue"), "AB");
  EXPECT_EQ(choice_letters("Which?\nA: 1\nB: 2\nC: 3\nD: 4\nE: 5"), "ABCDE");
  EXPECT_EQ(choice_letters("Which? A. red B. blue"), "ABCD");
  EXPECT_EQ(choice_letters(""), "ABCD");
  const std::string two = "Which?\nA. red\nB. blue\n";
  check(Metric::choice, {{"B", "B", 1}, {"B. blue", "B", 1}, {"(A)", "B", 0}, {"C", "B", 0}, {"", "B", 0}}, two);
}

TEST(Metrics, NamesAreComplete) {
  for (const std::string& name : metric_names()) EXPECT_EQ(metric_name(metric_of(name)), name);
  EXPECT_EQ(metric_of("choice"), Metric::choice);
}

}  // namespace
}  // namespace ov
