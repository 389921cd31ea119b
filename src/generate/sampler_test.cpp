#include "generate/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "base/error.h"
#include "generate/stop.h"

namespace ov {
namespace {

std::map<std::int64_t, int> draw(const SamplingOptions& options, const std::vector<float>& logits, int times) {
  Sampler sampler(options);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < times; ++i) {
    std::vector<float> scratch = logits;
    ++counts[sampler.sample(scratch)];
  }
  return counts;
}

TEST(Sampler, GreedyTakesTheFirstOfEqualMaxima) {
  std::vector<float> logits = {1, 5, 3, 5};
  EXPECT_EQ(Sampler({}).sample(logits), 1);
}

TEST(Sampler, PenaltyDividesPositiveAndMultipliesNegativeScoresOnce) {
  SamplingOptions options;
  options.repetition_penalty = 2;
  Sampler sampler(options);
  sampler.observe(0);
  sampler.observe(0);
  sampler.observe(1);
  std::vector<float> logits = {3, -1, 1.4F};
  EXPECT_EQ(sampler.sample(logits), 0);
  EXPECT_EQ(logits, (std::vector<float>{1.5F, -2, 1.4F}));
}

TEST(Sampler, FrequenciesFollowTheSoftmax) {
  SamplingOptions options;
  options.temperature = 0.5;
  options.seed = 3;
  const auto counts = draw(options, {0, 0.5F}, 20000);
  const double expected = 1 / (1 + std::exp(-1.0));  // of token 1
  EXPECT_NEAR(counts.at(1) / 20000.0, expected, 0.015);
}

TEST(Sampler, TopKKeepsTiesAtTheBorder) {
  SamplingOptions options;
  options.temperature = 1;
  options.top_k = 2;
  const auto counts = draw(options, {2, 1, 1, 0}, 3000);
  EXPECT_EQ(counts.count(3), 0u);
  EXPECT_EQ(counts.size(), 3u);
}

// transformers 4.57.6, TopPLogitsWarper on log([0.5, 0.3, 0.15, 0.05]): 0.8 keeps two tokens,
// 0.81 three, 0.0001 one.
TEST(Sampler, TopPKeepsTheSmallestSufficientSet) {
  const std::vector<float> logits = {std::log(0.15F), std::log(0.5F), std::log(0.05F), std::log(0.3F)};
  SamplingOptions options;
  options.temperature = 1;
  const std::map<double, std::size_t> kept = {{0.79, 2}, {0.81, 3}, {0.0001, 1}, {1.0, 4}};
  for (const auto& [top_p, size] : kept) {
    options.top_p = top_p;
    EXPECT_EQ(draw(options, logits, 4000).size(), size) << top_p;
  }
}

TEST(Sampler, SameSeedSameDraws) {
  SamplingOptions options;
  options.temperature = 1;
  options.seed = 11;
  EXPECT_EQ(draw(options, {1, 2, 3}, 50), draw(options, {1, 2, 3}, 50));
  SamplingOptions other = options;
  other.seed = 12;
  EXPECT_NE(draw(options, {1, 2, 3}, 50), draw(other, {1, 2, 3}, 50));
}

TEST(Sampler, RefusesNonsense) {
  for (const auto change : std::vector<std::function<void(SamplingOptions&)>>{
           [](SamplingOptions& o) { o.temperature = -1; }, [](SamplingOptions& o) { o.top_p = 0; },
           [](SamplingOptions& o) { o.top_k = -1; }, [](SamplingOptions& o) { o.repetition_penalty = 0; },
           [](SamplingOptions& o) { o.temperature = std::nan(""); }}) {
    SamplingOptions options;
    change(options);
    EXPECT_THROW(Sampler{options}, Error);
  }
  std::vector<float> logits = {1, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THROW(Sampler({}).sample(logits), Error);
}

TEST(Stop, HoldsBackWhatMayBecomeAStop) {
  StopMatcher stop({"END", "\n\n"});
  EXPECT_EQ(stop.push("one E"), "one ");
  EXPECT_EQ(stop.push("N two\n"), "EN two");
  EXPECT_FALSE(stop.stopped());
  EXPECT_EQ(stop.push("\nthree"), "");
  EXPECT_TRUE(stop.stopped());
  EXPECT_EQ(stop.finish(), "");
}

TEST(Stop, ReleasesTheRestAtTheEnd) {
  StopMatcher stop({"END"});
  EXPECT_EQ(stop.push("the EN"), "the ");
  EXPECT_EQ(stop.finish(), "EN");
  EXPECT_THROW(StopMatcher({""}), Error);
}

}  // namespace
}  // namespace ov
