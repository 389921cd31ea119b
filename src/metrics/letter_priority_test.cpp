// Golden rows: results of lmms-eval's own extract_mcq_answer().
#include "metrics/letter_priority.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(LetterPriority, Golden) {
  const std::pair<TextView, TextView> rows[] = {
      {U"A. cat", U"A"}, {U"(B) dog", U"B"}, {U"Answer: D", U"D"}, {U"A dog is near option C.", U"A"},
      {U"D)", U"D"},     {U"", U""},         {U" ", U""},          {U"...", U""},
      {U"Best", U"B"},   {U"B or C", U"B"},  {U"cat", U""},        {U"The correct answer is (B).", U"B"}};
  for (const auto& [answer, letter] : rows) EXPECT_EQ(extract_letter(answer, U"ABCD"), letter) << encode_utf8(answer);
  EXPECT_EQ(extract_letter(U"D", U"ABC"), U"");
  EXPECT_EQ(extract_letter(U"\u7B54\u6848\u662FC\uFF0C\u4E0D\u662FD\u3002", U"ABCD"), U"D");
}

TEST(LetterPriority, OptionsOfTheQuestion) {
  EXPECT_EQ(choice_letters("Which?\nA. red\nB. blue\nC. green\nAnswer with the letter."), "ABC");
  EXPECT_EQ(choice_letters("Which?\n(A) red\n (B) blue"), "AB");
  EXPECT_EQ(choice_letters("Which?\nA: 1\nB: 2\nC: 3\nD: 4\nE: 5"), "ABCDE");
  EXPECT_EQ(choice_letters("Which? A. red B. blue"), "ABCD");
  EXPECT_EQ(choice_letters(""), "ABCD");
  EXPECT_EQ(extract_choice("(B", "AB"), "B");
}

}  // namespace
}  // namespace ov
