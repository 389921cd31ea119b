// Rotary embedding against values of PyTorch 2.13 (HF's q * cos + rotate_half(q) * sin), against the
// rotation in double precision, and its table of turns.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "kernels/row_test_values.h"

namespace ov::kernels {
namespace {

using RopeIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, RopeIsa, testing::Values(Isa::generic, Isa::avx2, Isa::avx512),
                         [](const auto& isa) { return isa_name(isa.param); });

// PyTorch 2.13: ramp(20, 37, 61, 8) as [2 positions, 1 head, 10] from position 7000, theta 1e6;
// ramp(8, 37, 61, 8) at position 32767, theta 1e4.
const std::vector<float> kTurnedFloat = {-1.45845151f, -1.32106471f, 2.6934979f,   -3.1678555f,  -0.469247341f,
                                         -4.91786766f, 0.534825504f, 0.881089866f, 1.94349957f,  -0.30382058f,
                                         2.87023211f,  -1.99010408f, 2.03397369f,  -3.75289106f, -0.027682703f,
                                         -3.36515498f, 0.755470812f, 0.627853811f, 2.34057832f,  0.248462602f};
const std::vector<bf16> kTurnedBf16 = {0xbfba, 0xbfa9, 0x402c, 0xc04b, 0xbef0, 0xc09e, 0x3f08, 0x3f60, 0x3ffa, 0xbe9b,
                                       0x4038, 0xbffe, 0x4002, 0xc071, 0xbce3, 0xc058, 0x3f42, 0x3f21, 0x4016, 0x3e7e};
const std::vector<float> kFarFloat = {-3.58973408f, -0.940688431f, -2.15720654f, 2.37481475f,
                                      -1.19428122f, 3.48291969f,   -1.06193662f, 2.03122616f};
const std::vector<bf16> kFarBf16 = {0xc065, 0xbf71, 0xc00a, 0x4018, 0xbf99, 0x405f, 0xbf88, 0x4002};

TEST_P(RopeIsa, IsPyTorchs) {
  std::vector<float> x = ramp(20, 37, 61, 8);
  std::vector<bf16> half = to_bf16(x);
  rope(x.data(), 2, 1, 10, 10, 7000, 1e6);
  expect_near(x, kTurnedFloat, 1e-6f);
  rope(half.data(), 2, 1, 10, 10, 7000, 1e6);
  EXPECT_EQ(half, kTurnedBf16);
}

TEST_P(RopeIsa, FarPositionsArePyTorchs) {
  std::vector<float> x = ramp(8, 37, 61, 8);
  std::vector<bf16> half = to_bf16(x);
  rope(x.data(), 1, 1, 8, 8, 32767, 1e4);
  expect_near(x, kFarFloat, 1e-6f);
  rope(half.data(), 1, 1, 8, 8, 32767, 1e4);
  EXPECT_EQ(half, kFarBf16);
}

TEST_P(RopeIsa, AnySizeTurnsEveryHeadAndLeavesTheGapAlone) {
  for (int e = 2; e <= 130; e += 2) {
    const int heads = 1 + e % 3, stride = heads * e + 3;
    const std::vector<float> x = noise(4 * stride, e);
    std::vector<float> y = x;
    rope(y.data(), 4, heads, e, stride, 11, 1e4);
    for (int t = 0; t < 4; ++t) {
      for (int head = 0; head < heads; ++head) {
        for (int i = 0; i < e / 2; ++i) {
          const double angle = (11 + t) * std::pow(1e4, -2.0 * i / e);
          const int a = t * stride + head * e + i, b = a + e / 2;
          EXPECT_NEAR(y[a], x[a] * std::cos(angle) - x[b] * std::sin(angle), 2e-5) << "e " << e;
          EXPECT_NEAR(y[b], x[b] * std::cos(angle) + x[a] * std::sin(angle), 2e-5) << "e " << e;
        }
      }
      for (int i = heads * e; i < stride; ++i) EXPECT_EQ(y[t * stride + i], x[t * stride + i]);
    }
  }
}

TEST_P(RopeIsa, RowsDoNotDependOnCompanyOrThreads) {
  constexpr int kRows = 70, kWidth = 7 * 64;
  const std::vector<float> x = noise(kRows * kWidth, 9);
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    std::vector<float> all = x;
    rope(all.data(), kRows, 7, 64, kWidth, 500, 1e6);
    for (int t = 0; t < kRows; ++t) {
      std::vector<float> row(x.begin() + t * kWidth, x.begin() + (t + 1) * kWidth);
      rope(row.data(), 1, 7, 64, kWidth, 500 + t, 1e6);
      EXPECT_EQ(0, std::memcmp(row.data(), &all[t * kWidth], kWidth * sizeof(float)));
    }
  }
}

TEST(Rope, TableGrowsWhileOthersRead) {
  const std::vector<float> x = noise(64, 2);
  std::vector<float> near = x;
  rope(near.data(), 1, 1, 64, 64, 5, 777.0);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 8; ++round) {
        std::vector<float> y = x, far = x;
        rope(far.data(), 1, 1, 64, 64, 1000 * round + 100 * i, 777.0);
        rope(y.data(), 1, 1, 64, 64, 5, 777.0);
        wrong[i] += y != near;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Rope, RefusesOddSizes) {
  std::vector<float> x(6);
  EXPECT_THROW(rope(x.data(), 1, 1, 5, 5, 0, 1e4), Error);
  EXPECT_THROW(rope(x.data(), 1, 1, 6, 6, -1, 1e4), Error);
}

}  // namespace
}  // namespace ov::kernels
