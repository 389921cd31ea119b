// Golden rows: results of lmms-eval's own anls().
#include "metrics/text_distance.h"

#include <gtest/gtest.h>

#include <random>

namespace ov {
namespace {

TEST(Anls, Golden) {
  const struct {
    std::vector<Text> references;
    Text answer;
    double score;
  } rows[] = {{{U"T.F. Riehl"}, U"t.f.  riehl", 1},
              {{U"university of california", U"University of California"}, U"university of  californi", 0.958333},
              {{U"0.28"}, U"0.27", 0.75},
              {{U"ITC Limited"}, U"ITC", 0},
              {{U"a b"}, U"a    b", 1},
              {{U"abcd"}, U"abxx", 0.5},
              {{U"abcd"}, U"axxx", 0},
              {{U""}, U"", 1},
              {{U"$1,234"}, U"1234", 0.666667},
              {{U"stra\u00DFe"}, U"strasse", 1 - 2.0 / 7}};
  for (const auto& row : rows)
    EXPECT_NEAR(anls(row.references, row.answer), row.score, 1e-6) << encode_utf8(row.answer);
}

std::size_t full_table(TextView a, TextView b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
      } else {
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      }
    }
  }
  return d[a.size()][b.size()];
}

TEST(EditDistance, BandedEqualsTheFullTable) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    Text texts[2];
    for (Text& text : texts) {
      for (auto n = random() % 9; n > 0; --n) text += U'a' + random() % 3;
    }
    const std::size_t distance = full_table(texts[0], texts[1]);
    EXPECT_EQ(edit_distance(texts[0], texts[1]), distance);
    for (std::size_t limit = 0; limit < 10; ++limit) {
      EXPECT_EQ(edit_distance(texts[0], texts[1], limit), std::min(distance, limit + 1));
    }
    const double score = anls({texts[0]}, texts[1]);
    EXPECT_EQ(score, anls({texts[1]}, texts[0]));
    EXPECT_TRUE(score == 0 || (score >= 0.5 && score <= 1));
  }
}

TEST(EditDistance, LongAnswersAreQuick) {
  const Text answer(1 << 20, U'a');
  EXPECT_EQ(anls({U"a short reference"}, answer), 0);
  EXPECT_EQ(edit_distance(answer, U"b", 100), 101U);
  EXPECT_EQ(edit_distance(answer, answer, 10), 0U);
}

}  // namespace
}  // namespace ov
