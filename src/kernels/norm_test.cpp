// Norms against values of PyTorch 2.13 (layer_norm; Qwen2RMSNorm's formula), against double precision,
// and row invariance.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "kernels/row_test_values.h"

namespace ov::kernels {
namespace {

using NormIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, NormIsa, testing::Values(Isa::generic, Isa::avx2, Isa::avx512),
                         [](const auto& isa) { return isa_name(isa.param); });

// PyTorch 2.13 on ramp(40, 37, 61, 8) as [2, 20], weight ramp(20, 11, 17, 8), bias
// ramp(20, 5, 13, 16), eps 1e-6.
const std::vector<float> kRmsFloat = {
    1.68763173f,   0.147667781f,  0.358621746f,   1.12508786f,   -0.0562543906f, 0.787561476f,   0.443003356f,
    -0.105476983f, -0.77349788f,  -0.0843815878f, -0.0f,         -0.464098752f,  -0.457066923f,  -0.168763176f,
    -0.0f,         -0.675052702f, -0.182826772f,  0.618798316f,  0.548480332f,   -0.0421907939f, 1.22849441f,
    0.314103663f,  0.188462198f,  1.56353831f,    0.0558406524f, 0.558406532f,   0.830629706f,   -0.0488605723f,
    -1.04701221f,  0.25128293f,   -0.0f,          -0.795729339f, -0.174502045f,  0.202422366f,   -0.390884578f,
    -0.446725219f, -0.293163419f, 0.167521954f,   -0.565386593f, -0.209402442f};
const std::vector<bf16> kRmsBf16 = {0x3fd8, 0x3e18, 0x3eb8, 0x3f90, 0xbd66, 0x3f4a, 0x3ee4, 0xbdd8, 0xbf46, 0xbdac,
                                    0x8000, 0xbeed, 0xbeea, 0xbe2d, 0x8000, 0xbf2d, 0xbe3b, 0x3f1e, 0x3f0c, 0xbd2c,
                                    0x3f9d, 0x3ea0, 0x3e42, 0x3fc8, 0x3d65, 0x3f0f, 0x3f55, 0xbd48, 0xbf86, 0x3e81,
                                    0x8000, 0xbf4c, 0xbe33, 0x3e4f, 0xbec8, 0xbee5, 0xbe96, 0x3e2c, 0xbf11, 0xbe56};
const std::vector<float> kLayerFloat = {
    1.21956944f,   0.124098554f,  0.572306573f,    0.982681274f,  0.031400241f,   1.1157397f,    0.409350395f,
    0.0942007229f, -1.15360713f,  -0.00848175399f, 0.3125f,       -0.730332136f,  -0.270815104f, -0.557357669f,
    -0.151558399f, -0.377649665f, -0.459216565f,   0.58271414f,   0.964481771f,   -0.205576643f, 0.8590976f,
    0.24951449f,   0.440559208f,  1.30797839f,     0.116945475f,  0.936207294f,   0.700756431f,  0.137940645f,
    -1.35603833f,  0.247098714f,  0.3125f,         -0.979053497f, -0.0529948547f, -0.17187646f,  -0.448504478f,
    -0.199524254f, -0.541771948f, 0.235608727f,    -0.192489445f, -0.33231163f};
const std::vector<bf16> kLayerBf16 = {0x3f9c, 0x3dfe, 0x3f13, 0x3f7c, 0x3d01, 0x3f8f, 0x3ed2, 0x3dc1, 0xbf94, 0xbc0b,
                                      0x3ea0, 0xbf3b, 0xbe8b, 0xbf0f, 0xbe1b, 0xbec1, 0xbeeb, 0x3f15, 0x3f77, 0xbe53,
                                      0x3f5c, 0x3e80, 0x3ee2, 0x3fa7, 0x3df0, 0x3f70, 0x3f33, 0x3e0d, 0xbfae, 0x3e7d,
                                      0x3ea0, 0xbf7b, 0xbd59, 0xbe30, 0xbee6, 0xbe4c, 0xbf0b, 0x3e71, 0xbe45, 0xbeaa};

TEST_P(NormIsa, RmsNormIsPyTorchs) {
  const std::vector<float> x = ramp(40, 37, 61, 8), weight = ramp(20, 11, 17, 8);
  std::vector<float> y(40);
  rms_norm(y.data(), x.data(), weight.data(), 2, 20, 1e-6);
  expect_near(y, kRmsFloat, 4e-7f);
  std::vector<bf16> half(40);
  rms_norm(half.data(), to_bf16(x).data(), to_bf16(weight).data(), 2, 20, 1e-6);
  EXPECT_EQ(half, kRmsBf16);
}

TEST_P(NormIsa, LayerNormIsPyTorchs) {
  const std::vector<float> x = ramp(40, 37, 61, 8), weight = ramp(20, 11, 17, 8), bias = ramp(20, 5, 13, 16);
  std::vector<float> y(40);
  layer_norm(y.data(), x.data(), weight.data(), bias.data(), 2, 20, 1e-6);
  expect_near(y, kLayerFloat, 4e-7f);
  std::vector<bf16> half(40);
  layer_norm(half.data(), to_bf16(x).data(), to_bf16(weight).data(), to_bf16(bias).data(), 2, 20, 1e-6);
  EXPECT_EQ(half, kLayerBf16);
}

TEST_P(NormIsa, AnyWidthAgreesWithDouble) {
  for (int d = 1; d <= 140; ++d) {
    const std::vector<float> x = noise(d, d), weight = noise(d, d + 1), bias = noise(d, d + 2);
    double mean = 0, squares = 0, variance = 0;
    for (const float v : x) mean += v / static_cast<double>(d);
    for (const float v : x) squares += static_cast<double>(v) * v / d;
    for (const float v : x) variance += (v - mean) * (v - mean) / d;
    std::vector<float> rms(d), layer(d);
    rms_norm(rms.data(), x.data(), weight.data(), 1, d, 1e-2);
    layer_norm(layer.data(), x.data(), weight.data(), bias.data(), 1, d, 1e-2);
    for (int i = 0; i < d; ++i) {
      const double scaled = x[i] / std::sqrt(squares + 1e-2) * weight[i];
      EXPECT_NEAR(rms[i], scaled, 1e-6 * std::fabs(scaled) + 1e-7) << "d " << d << " element " << i;
      const double centered = (x[i] - mean) / std::sqrt(variance + 1e-2) * weight[i];
      EXPECT_NEAR(layer[i], centered + bias[i], 1e-5 * (1 + std::fabs(centered))) << "d " << d << " element " << i;
    }
  }
}

TEST_P(NormIsa, LayerNormKeepsSmallVarianceBesideALargeMean) {
  std::vector<float> x(256), one(256, 1.0f), zero(256, 0.0f), y(256);
  for (int i = 0; i < 256; ++i) x[i] = 10000.0f + static_cast<float>(i % 2);
  layer_norm(y.data(), x.data(), one.data(), zero.data(), 1, 256, 1e-12);
  for (int i = 0; i < 256; ++i) EXPECT_NEAR(y[i], i % 2 == 0 ? -1.0f : 1.0f, 1e-2f);
}

TEST_P(NormIsa, RowsDoNotDependOnCompanyOrThreads) {
  constexpr int kRows = 100, kWidth = 897;
  const std::vector<float> x = noise(kRows * kWidth, 3), weight = noise(kWidth, 4), bias = noise(kWidth, 5);
  std::vector<float> all(x.size()), layer_all(x.size()), row(kWidth);
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    rms_norm(all.data(), x.data(), weight.data(), kRows, kWidth, 1e-6);
    layer_norm(layer_all.data(), x.data(), weight.data(), bias.data(), kRows, kWidth, 1e-6);
    for (int i = 0; i < kRows; i += 9) {
      rms_norm(row.data(), &x[i * kWidth], weight.data(), 1, kWidth, 1e-6);
      EXPECT_EQ(0, std::memcmp(row.data(), &all[i * kWidth], kWidth * sizeof(float)));
      layer_norm(row.data(), &x[i * kWidth], weight.data(), bias.data(), 1, kWidth, 1e-6);
      EXPECT_EQ(0, std::memcmp(row.data(), &layer_all[i * kWidth], kWidth * sizeof(float)));
    }
  }
}

}  // namespace
}  // namespace ov::kernels
