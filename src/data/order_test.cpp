#include "data/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/file.h"

namespace ov {
namespace {

using Indices = std::vector<std::int64_t>;
using testing::ElementsAre;

TEST(Order, EqualsTheReferenceSamplers) {
  const std::string path = std::string(OV_TESTDATA) + "/data/order.json";
  const Json cases = parse_json(read_file(path, 1 << 20), path);
  ASSERT_GE(cases.size(), 50U);
  for (const Json& one : cases) {
    const auto draws = one.at("draws").get<std::vector<Indices>>();
    std::size_t drawn = 0;
    const Permutations draw = [&](std::int64_t n) {
      EXPECT_LT(drawn, draws.size());
      EXPECT_EQ(n, static_cast<std::int64_t>(draws[drawn].size()));
      return draws[drawn++];
    };
    const Indices order =
        training_order(parse_order(one.at("kind").get<std::string>()), one.at("lengths").get<Indices>(),
                       one.at("batch_samples").get<std::int64_t>(), one.at("micro_batch").get<std::int64_t>(), draw);
    EXPECT_EQ(order, one.at("order").get<Indices>()) << one.dump();
    EXPECT_EQ(drawn, draws.size());
  }
}

TEST(Order, IsAPermutationKeyedBySeedStageAndEpoch) {
  const Indices lengths(1000, 1);
  const auto order = [&](std::uint64_t seed, std::uint64_t stage, std::uint64_t epoch) {
    return training_order(OrderKind::random, lengths, 8, 2, permutations(seed, stage, epoch));
  };
  const Indices first = order(42, 0, 0);
  EXPECT_EQ(first, order(42, 0, 0));
  EXPECT_NE(first, order(43, 0, 0));
  EXPECT_NE(first, order(42, 1, 0));
  EXPECT_NE(first, order(42, 0, 1));
  EXPECT_NE(order(42, 1, 0), order(42, 0, 1));
  Indices sorted = first, all(1000);
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
}

// A resumed run must meet the same order in every later version: these numbers may not change.
TEST(Order, PermutationsStayTheSame) {
  const Permutations draw = permutations(42, 1, 0);
  EXPECT_THAT(draw(8), ElementsAre(4, 3, 0, 5, 2, 6, 7, 1));
  EXPECT_THAT(draw(3), ElementsAre(2, 1, 0));
}

TEST(Order, FirstItemsAreSpreadEvenly) {
  std::vector<int> counts(6, 0);
  for (std::uint64_t epoch = 0; epoch < 6000; ++epoch) ++counts[permutations(7, 0, epoch)(6)[0]];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);  // five standard deviations
}

TEST(Order, ModalityBatchesHoldOneKind) {
  Measured measured;
  for (int i = 0; i < 103; ++i) {
    measured.words.push_back(i == 50 ? 0 : 1 + i * 37 % 90);
    measured.kinds.push_back(i % 3 == 0 ? SampleKind::text : i % 3 == 1 ? SampleKind::image : SampleKind::video);
  }
  measured.bad.push_back({50, "bad"});
  const Indices order = training_order(OrderKind::modality_length, measured, 8, 2, permutations(1, 0, 0));
  ASSERT_EQ(order.size(), 102U);
  EXPECT_EQ(std::count(order.begin(), order.end(), 50), 0);
  int batches = 0;
  for (std::size_t begin = 0; begin + 8 <= (34 / 8 + 68 / 8 - 1) * 8; begin += 8, ++batches) {
    for (std::size_t i = begin; i < begin + 8; ++i) {
      EXPECT_EQ(order[i] % 3 == 0, order[begin] % 3 == 0) << i;
    }
  }
  EXPECT_EQ(batches, 11);
  EXPECT_EQ(plain_lengths(measured)[1], 38 + 128);
  EXPECT_EQ(plain_lengths(measured)[2], 75);
  EXPECT_EQ(modality_lengths(measured)[3], -(1 + 3 * 37 % 90));
}

TEST(Order, RefusesWrongBatches) {
  const Indices lengths{1, 2};
  EXPECT_THROW(training_order(OrderKind::random, lengths, 5, 2, permutations(1, 0, 0)), Error);
  EXPECT_THROW(training_order(OrderKind::random, lengths, 0, 0, permutations(1, 0, 0)), Error);
  EXPECT_THROW(training_order(OrderKind::modality_length, Indices{1, 0}, 1, 1, permutations(1, 0, 0)), Error);
  EXPECT_THROW(parse_order("modality"), Error);
  EXPECT_TRUE(training_order(OrderKind::length, Indices{}, 2, 1, permutations(1, 0, 0)).empty());
}

}  // namespace
}  // namespace ov
