// Values and the fixture that the tests of norms and rotary embedding share.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "base/parallel.h"
#include "kernels/kernels.h"

namespace ov::kernels {

// ((i * step) % modulus - modulus / 2) / divisor: exact in bfloat16, easy to write in Python.
inline std::vector<float> ramp(int count, int step, int modulus, float divisor) {
  std::vector<float> x(count);
  for (int i = 0; i < count; ++i) x[i] = static_cast<float>((i * step) % modulus - modulus / 2) / divisor;
  return x;
}

// Exact for values that bfloat16 holds.
inline std::vector<bf16> to_bf16(const std::vector<float>& x) {
  std::vector<bf16> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &x[i], sizeof bits);
    y[i] = static_cast<bf16>(bits >> 16);
  }
  return y;
}

inline std::vector<float> noise(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.5f, 2.0f);
  std::vector<float> x(count);
  for (float& value : x) value = normal(random);
  return x;
}

class RowIsa : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > best_isa()) GTEST_SKIP() << "this CPU has no " << isa_name(GetParam());
    limit_isa(GetParam());
  }
  void TearDown() override {
    limit_isa(Isa::amx_bf16);
    set_num_threads(0);
  }
};

inline void expect_near(const std::vector<float>& found, const std::vector<float>& wanted, float tolerance) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], tolerance) << "element " << i;
}

}  // namespace ov::kernels
