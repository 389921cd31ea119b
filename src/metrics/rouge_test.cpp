// Golden rows: results of the package rouge 1.0.1.
#include "metrics/rouge.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(RougeL, Golden) {
  const struct {
    TextView answer, reference;
    double score;
  } rows[] = {{U"the cat sat on the mat", U"the cat is on the mat", 0.8},
              {U"a b c d", U"d c b a", 0.25},
              {U"hello. world foo", U"world. hello foo", 1},
              {U"the the the", U"the", 1},
              {U"", U"a", 0},
              {U"...", U"a", 0},
              {U"a", U"", 0}};
  for (const auto& row : rows)
    EXPECT_NEAR(rouge_l(row.answer, row.reference), row.score, 1e-7) << encode_utf8(row.answer);
}

TEST(RougeL, OnlyTheBeginningOfTheAnswerCounts) {
  const Text blanks(511, U' ');
  EXPECT_GT(rouge_l(blanks + U"a", U"a"), 0.9);
  EXPECT_EQ(rouge_l(blanks + U" a", U"a"), 0);
}

}  // namespace
}  // namespace ov
