// Golden rows: results of lmms-eval's own functions.
#include "metrics/letters.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(Letters, VideoMmeMlvuAndMmstar) {
  const struct {
    TextView answer, class_first, paren;
    bool mmstar;
  } rows[] = {{U"A. cat", U"A", U"A. cat", true},
              {U"(D) x", U"D", U"D", false},
              {U"A) yes", U"A", U"A", true},
              {U"d", U"", U"d", false},
              {U"The answer is B", U"B", U"The answer is B", false}};
  for (const auto& row : rows) {
    EXPECT_EQ(first_class_letter(row.answer), row.class_first);
    EXPECT_EQ(letter_before_parenthesis(row.answer), row.paren);
    EXPECT_EQ(is_mmstar_right(row.answer, U"A"), row.mmstar);
  }
  EXPECT_EQ(letter_before_parenthesis(U") x"), U"");
  EXPECT_EQ(first_class_letter(U"Best option: C"), U"B");
  EXPECT_EQ(first_class_letter_2026(U"Best option: C"), U"C");
  EXPECT_EQ(first_class_letter(U"The answer, E"), U"");
  EXPECT_EQ(first_class_letter_2026(U"The answer, E"), U"E");
  for (const TextView answer : {U"(a", U"Option A", U"the answer is a."}) EXPECT_TRUE(is_mmstar_right(answer, U"A"));
  for (const TextView answer : {U"", U"(", U"is a"}) EXPECT_FALSE(is_mmstar_right(answer, U"A"));
}

TEST(Letters, Prefixes) {
  EXPECT_EQ(letter_before_period(U"\n C. cat"), U"C");
  EXPECT_EQ(letter_before_period(U"c. cat"), U"c. cat");
  EXPECT_EQ(letter_before_period(U" C"), U" C");
  EXPECT_EQ(first_character(U" (A)"), U"(");
  EXPECT_EQ(first_character(U" "), U"");
  EXPECT_EQ(first_lone_letter(U"ABC B_ A1 \u00C9A C.", U"ABCD"), U"C");
  EXPECT_EQ(first_lone_letter(U"a", U"ABCD"), U"");
  EXPECT_TRUE(equal_without_punctuation(U"(A_)", U"a"));
  EXPECT_FALSE(equal_without_punctuation(U"A ", U"a"));
}

TEST(Letters, InterleaveNormaliser) {
  const std::pair<TextView, TextView> rows[] = {
      {U"b. red", U"B"},      {U"A.\n\nred", U"A"}, {U"A. red\nblue", U"A"}, {U"A.", U"A"}, {U"(C)", U"C"},
      {U"It is a cat", U"A"}, {U"Red", U"red"},     {U"1,000-2", U"10002"},  {U"", U""},    {U"f. x", U"f x"}};
  for (const auto& [answer, letter] : rows) {
    EXPECT_EQ(encode_utf8(normalise_letter(answer)), encode_utf8(letter));
    EXPECT_EQ(normalise_letter(normalise_letter(answer)), normalise_letter(answer));
  }
}

TEST(Letters, ScienceQa) {
  for (const bool periods : {false, true}) {
    EXPECT_TRUE(is_scienceqa_right(U" b\n", U"B", periods));
    EXPECT_EQ(is_scienceqa_right(U"B. cat", U"B", periods), periods);
    EXPECT_FALSE(is_scienceqa_right(U"b. cat", U"B", periods));
    EXPECT_FALSE(is_scienceqa_right(U"A. cat", U"B", periods));
  }
}

TEST(Letters, RealWorldQa) {
  const TextView question = U"Which way?\n\nA. Left.\nB. Straight on\nC. Left\n\nPlease answer with only the letter.";
  const std::pair<TextView, TextView> rows[] = {
      {U"B", U"b"},  {U"Straight on.", U"b"}, {U"straight on", U"straight on"}, {U"Go Left", U"c"}, {U"Seven", U"7"},
      {U"C.", U"c"}, {U"(A)", U"a"},          {U"It is seven", U"it is seven"}};
  for (const auto& [answer, read] : rows)
    EXPECT_EQ(encode_utf8(realworldqa_answer(question, answer)), encode_utf8(read));
  EXPECT_EQ(realworldqa_answer(U"How many?", U"3."), U"3");
  EXPECT_EQ(realworldqa_answer(U"A. \n", U"3."), U"a");  // an option without text occurs everywhere
}

}  // namespace
}  // namespace ov
