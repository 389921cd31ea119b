// Expected values are worked out by hand from the definitions in aggregate.h.
#include "metrics/aggregate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace ov {
namespace {

ScoredSample sample(double value, const std::string& category, const std::string& group = "",
                    const std::string& cluster = "") {
  static std::int64_t index = 0;
  ScoredSample made;
  made.doc_index = ++index;
  made.judged.value = value;
  made.group_id = group;
  made.cluster_id = cluster;
  made.tags["category"] = {category};
  return made;
}

TEST(Aggregate, Mean) {
  std::vector<ScoredSample> samples = {sample(1, "a"), sample(0, "a"), sample(0.5, "b"), sample(1, "b")};
  samples[0].tags["skill"] = {"x", "y"};
  samples[1].judged.undecided = samples[2].empty_answer = true;
  const Headline headline = aggregate({}, samples);
  EXPECT_NEAR(headline.value, 62.5, 1e-9);
  EXPECT_NEAR(headline.standard_error, 100 * std::sqrt(0.6875 / 3 / 4), 1e-9);
  EXPECT_EQ(headline.n, 4);
  EXPECT_EQ(headline.undecided, 1);
  EXPECT_EQ(headline.empty, 1);
  EXPECT_EQ(headline.left_out, 0);
  EXPECT_TRUE(std::isnan(headline.clustered_error));
  EXPECT_NEAR(headline.breakdown.at("category").at("b").mean, 75, 1e-9);
  EXPECT_EQ(headline.breakdown.at("skill").at("y").n, 1);
  EXPECT_EQ(to_json(headline)["breakdown"]["category"]["a"]["n"], 2);
  EXPECT_TRUE(to_json(headline)["stderr_clustered"].is_null());
}

TEST(Aggregate, ClusteredError) {
  const std::vector<ScoredSample> samples = {sample(1, "a", "", "v"), sample(1, "a", "", "v"), sample(0, "a", "", "w"),
                                             sample(0, "a", "", "w")};
  // Variance 1/3, so SE^2 = 1/12; the cross terms are 2 * (1 - 0.5) / 16 = 1/16.
  EXPECT_NEAR(aggregate({}, samples).clustered_error, 100 * std::sqrt(1.0 / 12 + 1.0 / 16), 1e-9);
}

TEST(Aggregate, Macro) {
  const std::vector<ScoredSample> samples = {sample(1, "a"), sample(1, "a"), sample(0, "a"),
                                             sample(0, "b"), sample(1, "b"), sample(1, "c")};
  EXPECT_NEAR(aggregate({"macro", "category", {}}, samples).value, (200.0 / 3 + 50 + 100) / 3, 1e-9);
  const Headline mapped = aggregate({"macro", "category", {{"first", {"a", "b"}}}}, samples);
  EXPECT_NEAR(mapped.value, 60, 1e-9);
  EXPECT_EQ(mapped.n, 5);
  EXPECT_EQ(mapped.left_out, 1);
  EXPECT_THROW(aggregate({"macro", "", {}}, samples), Error);
  EXPECT_THROW(aggregate({"macro", "topic", {}}, samples), Error);
  EXPECT_EQ(aggregate({"macro", "category", {{"x", {"y"}}}}, samples).n, 0);
}

TEST(Aggregate, MeanOfNonempty) {
  std::vector<ScoredSample> samples = {sample(1, "a"), sample(0, "a"), sample(0, "a"), sample(0, "b")};
  samples[2].empty_answer = samples[3].empty_answer = true;
  const Headline headline = aggregate({"mean_nonempty", "", {}}, samples);
  EXPECT_NEAR(headline.value, 50, 1e-9);
  EXPECT_EQ(headline.n, 2);
  EXPECT_EQ(headline.left_out, 2);
  EXPECT_NEAR(aggregate({"mean_nonempty", "category", {}}, samples).value, 25, 1e-9);  // all of b is empty: 0
}

TEST(Aggregate, AllOf) {
  const std::vector<ScoredSample> samples = {sample(1, "a", "1"), sample(1, "a", "2"), sample(1, "b", "3"),
                                             sample(1, "a", "1"), sample(0, "a", "2")};
  const Headline headline = aggregate({"all_of", "", {}}, samples);
  EXPECT_NEAR(headline.value, 200.0 / 3, 1e-9);
  EXPECT_EQ(headline.n, 3);
  EXPECT_EQ(headline.num_samples, 5);
  EXPECT_NEAR(headline.extra.at("first_row"), 100, 1e-9);
  EXPECT_NEAR(headline.breakdown.at("category").at("a").mean, 50, 1e-9);
  EXPECT_THROW(aggregate({"all_of", "", {}}, std::vector<ScoredSample>{sample(1, "a")}), Error);
}

TEST(Aggregate, MmePairs) {
  const Aggregate how = {"mme_pair", "category", {}};
  std::vector<ScoredSample> samples = {sample(1, "OCR", "p"),
                                       sample(1, "OCR", "p"),
                                       sample(1, "OCR", "q"),
                                       sample(0, "OCR", "q"),
                                       sample(1, "count", "p"),
                                       sample(0, "count", "p"),
                                       sample(1, "code_reasoning", "r"),
                                       sample(1, "code_reasoning", "r"),
                                       sample(1, "code_reasoning", "s")};
  const Headline headline = aggregate(how, samples);
  EXPECT_NEAR(headline.extra.at("OCR"), (200 + 50) / 2.0, 1e-9);
  EXPECT_NEAR(headline.extra.at("perception"), 125 + 50, 1e-9);
  EXPECT_NEAR(headline.extra.at("cognition"), 200, 1e-9);
  EXPECT_NEAR(headline.value, 375, 1e-9);
  EXPECT_EQ(headline.n, 4);
  EXPECT_EQ(headline.left_out, 1);
  samples.insert(samples.end(), {sample(0, "code_reasoning", "s"), sample(0, "code_reasoning", "s")});
  EXPECT_THROW(aggregate(how, samples), Error);
}

TEST(Aggregate, Ratio) {
  std::vector<ScoredSample> samples = {sample(0.6, "a"), sample(0.9, "a"), sample(0.3, "b")};
  for (ScoredSample& one : samples) one.judged.reference_value = 0.8;
  EXPECT_NEAR(aggregate({"ratio", "", {}}, samples).value, 75, 1e-9);
  samples = {sample(1, "a")};
  EXPECT_EQ(aggregate({"ratio", "", {}}, samples).n, 0) << "without marks for the reference there is no ratio";
}

TEST(Aggregate, NothingAndUnknown) {
  const Headline headline = aggregate({}, {});
  EXPECT_EQ(headline.n, 0);
  EXPECT_EQ(headline.value, 0);
  EXPECT_TRUE(to_json(headline)["stderr"].is_null());
  EXPECT_THROW(aggregate({"median", "", {}}, {}), Error);
}

}  // namespace
}  // namespace ov
