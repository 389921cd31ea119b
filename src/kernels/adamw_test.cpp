// AdamW against PyTorch 2.13.0 (torch.optim.AdamW on the CPU, neither foreach nor fused), and the weights
// in two halves against those in float32.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/gradient_test_values.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Compares bits, so that NaN equals itself.
void expect_same_bits(const std::vector<float>& found, const std::vector<float>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(bits_of(found[i]), bits_of(wanted[i])) << "element " << i;
}

struct Golden {
  std::vector<float> weight, moment1, moment2;
};

// The weight starts as ramp(6, 37, 61, 8); step s takes elements 6 (s - 1) .. of ramp(60, 23, 41, 64).
// lr 0.01, eps 1e-8; betas 0.9 and 0.999, no decay: after steps 1 and 10.
const Golden kPlainOne = {
    {-3.74000001f, 0.86500001f, -2.11500001f, 2.49000001f, -0.49000001f, -3.50999999f},
    {-0.03125f, 0.00468750019f, -0.0234375f, 0.0125000002f, -0.015625f, 0.0203125011f},
    {9.76562587e-05f, 2.19726553e-06f, 5.49316428e-05f, 1.56250007e-05f, 2.44140647e-05f, 4.12597656e-05f}};
const Golden kPlainTen = {
    {-3.71276331f, 0.852443159f, -2.11070681f, 2.49991703f, -0.497417152f, -3.51198721f},
    {-0.0049123778f, 0.00910886377f, -0.0116841327f, 0.032416556f, -0.00283104344f, -0.0274630096f},
    {0.000368999958f, 0.000338847371f, 0.000338761747f, 0.000369371235f, 0.000310258823f, 0.000371700153f}};
// The same with betas 0.9 and 0.95 and a decay of 0.01.
const Golden kDecayOne = {
    {-3.73962498f, 0.86491251f, -2.11478758f, 2.48974991f, -0.489950001f, -3.50964999f},
    {-0.03125f, 0.00468750019f, -0.0234375f, 0.0125000002f, -0.015625f, 0.0203125011f},
    {0.0048828125f, 0.000109863286f, 0.00274658203f, 0.000781250012f, 0.00122070312f, 0.00206298847f}};
const Golden kDecayTen = {
    {-3.70868921f, 0.851664841f, -2.10849142f, 2.49745107f, -0.496834338f, -3.50851989f},
    {-0.0049123778f, 0.00910886377f, -0.0116841327f, 0.032416556f, -0.00283104344f, -0.0274630096f},
    {0.0145325195f, 0.0137390792f, 0.0135603854f, 0.0153001221f, 0.0122556053f, 0.0151657229f}};

// A weight in float32 and the same in two halves, with their moments.
struct Optimized {
  std::vector<float> weight, moment1, moment2, moment1_split, moment2_split;
  std::vector<bf16> high;
  std::vector<std::uint16_t> low;

  explicit Optimized(std::vector<float> start)
      : weight(std::move(start)),
        moment1(weight.size()),
        moment2(weight.size()),
        moment1_split(weight.size()),
        moment2_split(weight.size()),
        high(weight.size()),
        low(weight.size()) {
    split_weight(high.data(), low.data(), weight.data(), count());
  }

  std::int64_t count() const { return static_cast<std::int64_t>(weight.size()); }
  std::vector<float> joined() const {
    std::vector<float> both(weight.size());
    join_weight(both.data(), high.data(), low.data(), count());
    return both;
  }
  void step(const std::vector<float>& gradient, const AdamW& args) {
    adamw(weight.data(), moment1.data(), moment2.data(), gradient.data(), count(), args);
    adamw(high.data(), low.data(), moment1_split.data(), moment2_split.data(), gradient.data(), count(), args);
  }
  void expect_halves_agree() const {
    expect_same_bits(joined(), weight);
    expect_same_bits(moment1_split, moment1);
    expect_same_bits(moment2_split, moment2);
  }
};

// A few units in the last place: PyTorch divides where the kernel multiplies by the inverse.
void expect_golden(const Optimized& found, const Golden& wanted) {
  for (std::size_t i = 0; i < wanted.weight.size(); ++i) {
    EXPECT_NEAR(found.weight[i], wanted.weight[i], 2.4e-7 * std::fabs(wanted.weight[i])) << "weight " << i;
    EXPECT_NEAR(found.moment1[i], wanted.moment1[i], 1e-8) << "first moment " << i;
    EXPECT_NEAR(found.moment2[i], wanted.moment2[i], 5e-7 * wanted.moment2[i]) << "second moment " << i;
  }
}

void expect_ten_steps(AdamW args, const Golden& one, const Golden& ten) {
  const std::vector<float> gradients = ramp(60, 23, 41, 64);
  Optimized w(ramp(6, 37, 61, 8));
  for (args.step = 1; args.step <= 10; ++args.step) {
    const auto from = gradients.begin() + 6 * (args.step - 1);
    w.step({from, from + 6}, args);
    w.expect_halves_agree();
    if (args.step == 1) expect_golden(w, one);
  }
  expect_golden(w, ten);
}

TEST(AdamW, TenStepsArePyTorchs) { expect_ten_steps({.lr = 0.01}, kPlainOne, kPlainTen); }

TEST(AdamW, TenStepsWithDecayArePyTorchs) {
  expect_ten_steps({.lr = 0.01, .beta2 = 0.95, .weight_decay = 0.01}, kDecayOne, kDecayTen);
}

TEST(AdamW, ManyElementsAgreeInHalves) {
  Optimized w(values<float>(4099, 1));
  AdamW args{.lr = 1e-3, .beta2 = 0.95, .weight_decay = 0.1, .gradient_scale = 0.37};
  for (args.step = 1; args.step <= 10; ++args.step) {
    w.step(values<float>(4099, static_cast<unsigned>(args.step) + 1, 0.01), args);
    w.expect_halves_agree();
    if (HasFatalFailure()) return;
  }
}

TEST(AdamW, Bf16GradientsAreThoseInFloat) {
  const std::vector<bf16> gradient = values<bf16>(133, 2, 0.01);
  std::vector<float> same(133);
  convert(same.data(), gradient.data(), 133);
  Optimized a(values<float>(133, 1)), b = a;
  const AdamW args{.lr = 1e-3, .weight_decay = 0.1, .step = 3};
  adamw(a.high.data(), a.low.data(), a.moment1.data(), a.moment2.data(), gradient.data(), 133, args);
  adamw(b.high.data(), b.low.data(), b.moment1.data(), b.moment2.data(), same.data(), 133, args);
  expect_same_bits(a.joined(), b.joined());
  expect_same_bits(a.moment1, b.moment1);
  expect_same_bits(a.moment2, b.moment2);
}

TEST(AdamW, GradientScaleMultipliesTheGradient) {
  const std::vector<float> gradient = values<float>(133, 2), start = values<float>(133, 1);
  std::vector<float> scaled = gradient;
  for (float& g : scaled) g *= 0.25f;
  Optimized a(start), b(start);
  a.step(gradient, {.lr = 1e-3, .gradient_scale = 0.25});
  b.step(scaled, {.lr = 1e-3});
  expect_same_bits(a.weight, b.weight);
  expect_same_bits(a.moment2, b.moment2);
}

TEST(AdamW, ZeroGradientsOnlyDecay) {
  Optimized w({1.0f, -2.0f, 0.0f});
  w.step({0.0f, 0.0f, 0.0f}, {.lr = 0.5, .weight_decay = 0.25});
  EXPECT_EQ(w.weight, (std::vector<float>{0.875f, -1.75f, 0.0f}));
  w.expect_halves_agree();
}

TEST(AdamW, OddSizesWriteNothingElse) {
  for (const int count : {0, 1, 3, 17, 133}) {
    const auto gradient = values<float>(count, 2);
    Guarded<float> weight(count, 1), moment1(count, 0), moment2(count, 0), split1(count, 0), split2(count, 0);
    Guarded<bf16> high(count, 1), low(count, 0);
    const AdamW args{.lr = 0.5};
    adamw(weight.data(), moment1.data(), moment2.data(), gradient.data(), count, args);
    adamw(high.data(), low.data(), split1.data(), split2.data(), gradient.data(), count, args);
    for (int i = 0; i < count; ++i) EXPECT_NEAR(weight.data()[i], gradient[i] > 0 ? 0.5f : 1.5f, 1e-4f);
    for (const Guarded<float>* each : {&weight, &moment1, &moment2, &split1, &split2}) each->expect_intact();
    high.expect_intact(), low.expect_intact();
  }
}

TEST(AdamW, DoesNotDependOnThreads) {
  constexpr int kCount = 5 * (1 << 16) + 77;
  const auto start = values<float>(kCount, 1), gradient = values<float>(kCount, 2);
  expect_same_bits_for_threads([&] {
    Optimized w(start);
    w.step(gradient, {.lr = 1e-2, .weight_decay = 0.1});
    w.expect_halves_agree();
    return w.weight;
  });
}

// Random bits (subnormals and NaNs among them), the ends of every range, and lower halves around a tie.
std::vector<float> every_kind() {
  std::mt19937 random(1);
  std::vector<float> x;
  for (int i = 0; i < 100000; ++i) x.push_back(float_of(static_cast<std::uint32_t>(random())));
  for (int i = 0; i < 10000; ++i) x.push_back(float_of(static_cast<std::uint32_t>(random()) & 0x807fffffu));
  for (const std::uint32_t upper : {0x0000u, 0x0001u, 0x007fu, 0x0080u, 0x3f80u, 0x3fffu, 0x7f7fu, 0x7f80u, 0x7fffu,
                                    0x8000u, 0x807fu, 0xbf80u, 0xff7fu, 0xff80u, 0xffffu}) {
    for (const std::uint32_t lower : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
      x.push_back(float_of(upper << 16 | lower));
    }
  }
  return x;
}

TEST(SplitWeight, JoinsToTheSameBits) {
  const std::vector<float> x = every_kind();
  expect_same_bits(Optimized(x).joined(), x);
}

TEST(SplitWeight, HighHalfIsTheNearestBf16) {
  const std::vector<float> x = every_kind();
  const Optimized halves(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) continue;
    const std::uint32_t bits = bits_of(x[i]), below = bits & 0xffff0000u;
    const std::uint32_t wanted = (bits & 0xffffu) >= 0x8000u ? below + 0x10000u : below;  // ties away from zero
    ASSERT_EQ(std::uint32_t{halves.high[i]} << 16, wanted) << std::hex << bits;
    if (std::fabs(wide(halves.high[i])) < 1e38) {
      const double other = float_of(wanted == below ? below + 0x10000u : below);
      ASSERT_LE(std::fabs(wide(halves.high[i]) - x[i]), std::fabs(other - x[i])) << std::hex << bits;
    }
  }
}

TEST(SplitWeight, NanStaysNanInTheHighHalf) {
  const Optimized halves({std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()});
  EXPECT_TRUE(std::isnan(wide(halves.high[0])) && std::isnan(wide(halves.high[1])));
}

}  // namespace
}  // namespace ov::kernels
