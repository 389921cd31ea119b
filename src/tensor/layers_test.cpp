// Every layer against its plain twin, in float32 tightly and in bfloat16 within rounding.
#include "tensor/layers.h"

#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

Tensor random(std::vector<std::int64_t> sizes, at::ScalarType type) {
  return at::randn(sizes, at::TensorOptions().dtype(at::kFloat)).to(type);
}

double worst(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  EXPECT_EQ(a.scalar_type(), b.scalar_type());
  return (a.to(at::kFloat) - b.to(at::kFloat)).abs().max().item<float>();
}

class Layers : public testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override { at::manual_seed(7); }
  at::ScalarType type() const { return GetParam(); }
  // Largest difference allowed for values of the given size.
  double limit(double size) const { return size * (type() == at::kFloat ? 4e-6 : 1.6e-2); }
};

TEST_P(Layers, LinearWithEveryEnding) {
  Linear layer{random({33, 70}, type()) / 8, random({33}, type())};
  Linear bare{layer.weight, {}, false};
  const Tensor x = random({2, 9, 70}, type()), residual = random({2, 9, 33}, type());
  for (const Path path : {Path::wide, Path::narrow}) {
    for (const Activation act : {Activation::none, Activation::gelu_tanh, Activation::gelu_erf}) {
      EXPECT_LT(worst(linear(x, layer, path, act, residual), plain::linear(x, layer, path, act, residual)), limit(4));
      EXPECT_LT(worst(linear(x, bare, path, act), plain::linear(x, bare, path, act)), limit(4));
    }
  }
}

TEST_P(Layers, GatedAndHead) {
  const Linear gate{random({45, 64}, type()) / 8, {}, false}, up{random({45, 64}, type()) / 8, {}, false};
  const Tensor x = random({5, 64}, type());
  for (const Path path : {Path::wide, Path::narrow}) {
    EXPECT_LT(worst(gated_linear(x, gate, up, path), plain::gated_linear(x, gate, up, path)), limit(8));
    EXPECT_LT(worst(head_linear(x, up.weight, path), plain::head_linear(x, up.weight, path)), limit(4));
  }
}

TEST_P(Layers, Norms) {
  const Tensor x = random({7, 72}, type()) * 3 + 1;
  const LayerNorm layer{random({72}, type()), random({72}, type()), 1e-6};
  const RmsNorm rms{random({72}, type()), 1e-5};
  EXPECT_LT(worst(layer_norm(x, layer), plain::layer_norm(x, layer)), limit(4));
  EXPECT_LT(worst(rms_norm(x, rms), plain::rms_norm(x, rms)), limit(4));
}

TEST_P(Layers, RopeFarFromTheStart) {
  const Tensor x = random({5, 3, 16}, type());
  for (const std::int64_t first : {0, 1000, 30000}) {
    EXPECT_LT(worst(rope(x.clone(), first, 1e6), plain::rope(x, first, 1e6)), limit(2)) << first;
  }
}

TEST_P(Layers, GroupedAttentionOverACache) {
  const Tensor q = random({6, 8, 20}, type());
  const Tensor k = random({2, 50, 20}, type()).narrow(1, 0, 31), v = random({2, 50, 20}, type()).narrow(1, 0, 31);
  for (const bool causal : {true, false}) {
    EXPECT_LT(worst(attention(q, k, v, causal, Path::wide), plain::attention(q, k, v, causal, Path::wide)), limit(2));
  }
  const Tensor one = q.narrow(0, 2, 1);
  EXPECT_LT(worst(attention(one, k, v, true, Path::narrow), plain::attention(one, k, v, true, Path::narrow)), limit(2));
}

INSTANTIATE_TEST_SUITE_P(Types, Layers, testing::Values(at::kFloat, at::kBFloat16), [](const auto& param_info) {
  return std::string(param_info.param == at::kFloat ? "float32" : "bfloat16");
});

TEST(Kernels, CanBeSwitchedOff) {
  const Tensor x = random({3, 32}, at::kFloat);
  const Linear layer{random({8, 32}, at::kFloat), random({8}, at::kFloat)};
  set_kernels_enabled(false);
  const Tensor off = linear(x, layer, Path::wide);
  set_kernels_enabled(true);
  EXPECT_EQ(worst(off, plain::linear(x, layer, Path::wide)), 0);
}

TEST(Shape, MismatchNamesBothShapes) {
  const Tensor x = random({3, 4}, at::kFloat);
  EXPECT_NO_THROW(check_shape(x, {kAny, 4}, "x"));
  try {
    check_shape(x, {3, 5}, "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "x: shape [3, 4], expected [3, 5]");
  }
}

}  // namespace
}  // namespace ov
