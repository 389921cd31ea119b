#include "metrics/score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ov {
namespace {

// Expected bounds: Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
TEST(Score, WilsonIntervals) {
  const struct {
    int right, n;
    double low, high;
  } rows[] = {{81, 263, 25.53, 36.62}, {15, 148, 6.24, 16.05}, {0, 20, 0, 16.11}, {1, 29, 0.61, 17.18}};
  for (const auto& row : rows) {
    std::vector<double> scores(static_cast<std::size_t>(row.n), 0);
    std::fill_n(scores.begin(), row.right, 1);
    const Score score = score_of(scores);
    EXPECT_EQ(score.n, row.n);
    EXPECT_NEAR(score.mean, 100.0 * row.right / row.n, 1e-9);
    EXPECT_NEAR(score.low, row.low, 5.001e-3);
    EXPECT_NEAR(score.high, row.high, 5.001e-3);
  }
}

TEST(Score, StandardError) {
  EXPECT_NEAR(score_of(std::vector<double>{1, 0, 1, 1}).standard_error, 25, 1e-9);
  EXPECT_EQ(score_of(std::vector<double>{1, 1}).standard_error, 0);
  EXPECT_TRUE(std::isnan(score_of(std::vector<double>{1}).standard_error));
  EXPECT_TRUE(to_json(score_of(std::vector<double>{1})).at("stderr").is_null());
}

TEST(Score, NothingIsKnownOfNoSample) {
  const Score score = score_of({});
  EXPECT_EQ(score.n, 0);
  EXPECT_EQ(score.low, 0);
  EXPECT_EQ(score.high, 100);
}

}  // namespace
}  // namespace ov
