// Golden rows: results of lmms-eval's own functions of August 2024.
#include "metrics/mmmu.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

const std::vector<Text> kChoices = {U"red apple", U"$9", U"blue", U"green"};

TEST(Mmmu, Letters) {
  const std::pair<TextView, TextView> rows[] = {
      {U"A", U"A"},          {U"A.", U"A"},
      {U"(B)", U"B"},        {U"The answer is C", U"C"},
      {U"Answer: D", U"D"},  {U"C or D", U"D"},
      {U"(A) or (B)", U"B"}, {U"I think it is a red apple on the table", U"A"},
      {U"B. $9", U"B"},      {U"A dog and C", U"C"},
      {U"D: green", U""},    {U"Both A and B are wrong so C.", U"C"},
      {U"blue", U""},        {U"b", U""},
      {U"IDEA", U"A"},       {U"IDEA B.", U"B"}};
  for (const auto& [answer, letter] : rows) EXPECT_EQ(mmmu_letter(answer, kChoices), letter) << encode_utf8(answer);
}

TEST(Mmmu, FirstLetter) {
  const std::pair<TextView, TextView> rows[] = {{U"C or D", U"C"},
                                                {U"A. or (B)", U"A"},
                                                {U"D", U"D"},
                                                {U"", U""},
                                                {U"it is green, surely not a red apple", U"D"}};
  for (const auto& [answer, letter] : rows) EXPECT_EQ(mmmu_first_letter(answer, kChoices), letter);
}

TEST(Mmmu, Open) {
  const struct {
    std::vector<Text> references;
    TextView answer;
    bool right;
  } rows[] = {{{U"5"}, U"The answer is 5.", true},
              {{U"5.0"}, U"5", true},
              {{U"1234"}, U"1,234", true},
              {{U"234"}, U"1,234", true},
              {{U"0.333"}, U"0.33", true},
              {{U"x"}, U"the answer is x", true},
              {{U"24/7", U"3.429"}, U"3.43", true},
              {{U"yes"}, U"Yes, it is", true},
              {{U"10"}, U"-10", false},
              {{U"12"}, U"x = 12", true},
              {{U"1500"}, U"about 1.5e3", true},
              {{U"1"}, U"about 1.5e3", true},  // the simple expression reads the beginning of it
              {{U"nan"}, U"nan", false},
              {{U"x"}, U"axb", false}};
  for (const auto& row : rows)
    EXPECT_EQ(is_mmmu_open_right(row.references, row.answer), row.right) << encode_utf8(row.answer);
}

TEST(Mmmu, LongAnswersAreQuick) {
  for (const TextView piece : {U"9", U"9,", U"-", U"1.", U"is ", U"a\n"}) {
    Text answer;
    while (answer.size() < 1 << 17) answer += piece;
    EXPECT_FALSE(is_mmmu_open_right({U"no such text"}, answer + U","));
    EXPECT_EQ(mmmu_letter(answer, kChoices), U"");
  }
}

}  // namespace
}  // namespace ov
