// Conversions on all 65536 bit patterns, and rounding at the halfway points.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

std::vector<std::uint16_t> all_patterns() {
  std::vector<std::uint16_t> all(65536);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
  return all;
}

class ConvertTest : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > best_isa()) GTEST_SKIP() << "this CPU has no " << isa_name(GetParam());
    limit_isa(GetParam());
  }
  void TearDown() override { limit_isa(best_isa()); }
};

TEST_P(ConvertTest, Bf16ThereAndBack) {
  const std::vector<bf16> bits = all_patterns();
  std::vector<float> wide(bits.size());
  std::vector<bf16> back(bits.size());
  convert(wide.data(), bits.data(), 65536);
  convert(back.data(), wide.data(), 65536);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::uint32_t{bits[i]} << 16);
    if (std::isnan(wide[i])) {
      EXPECT_EQ(back[i], bits[i] | 0x40);
    } else {
      EXPECT_EQ(back[i], bits[i]);
    }
  }
}

TEST_P(ConvertTest, RoundsToNearestEven) {
  const std::vector<std::uint32_t> from = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff,
                                           0xbf808000, 0x7f800001, 0x7f800000, 0xff800000, 0x00008001};
  const std::vector<bf16> want = {0x3f80, 0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80,
                                  0xbf80, 0x7fc0, 0x7f80, 0xff80, 0x0001};
  std::vector<float> values;
  for (const std::uint32_t bits : from) values.push_back(std::bit_cast<float>(bits));
  std::vector<bf16> got(want.size());
  convert(got.data(), values.data(), static_cast<std::int64_t>(values.size()));
  EXPECT_EQ(got, want);
}

TEST_P(ConvertTest, Float16) {
  const std::vector<std::uint16_t> bits = all_patterns();
  std::vector<float> wide(bits.size());
  convert_f16(wide.data(), bits.data(), 65536);
  std::vector<bf16> direct(bits.size()), rounded(bits.size());
  convert_f16(direct.data(), bits.data(), 65536);
  convert(rounded.data(), wide.data(), 65536);
  EXPECT_EQ(direct, rounded);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const int exponent = (bits[i] >> 10) & 31, fraction = bits[i] & 0x3ff;
    const float sign = bits[i] & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(wide[i]));
    } else if (exponent == 31) {
      EXPECT_EQ(wide[i], sign * INFINITY);
    } else {
      const float size = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                       : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
      EXPECT_EQ(wide[i], sign * size);
      EXPECT_EQ(std::signbit(wide[i]), (bits[i] & 0x8000) != 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllSets, ConvertTest, testing::Values(Isa::generic, Isa::avx2, Isa::avx512, Isa::amx_bf16),
                         [](const auto& value) { return isa_name(value.param); });

}  // namespace
}  // namespace ov::kernels
