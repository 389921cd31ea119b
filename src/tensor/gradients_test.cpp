// Every layer's gradients against autograd through its plain twin, in float32 tightly and in bfloat16
// within rounding.
#include "tensor/gradients.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "tensor/ops.h"

namespace ov {
namespace {

class Gradients : public testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override { at::manual_seed(11); }

  Tensor leaf(std::vector<std::int64_t> sizes, double size = 1) const {
    return (at::randn(sizes) * size).to(GetParam()).requires_grad_(true);
  }

  // Runs f with our kernels and then with the plain twins on the same leaves; compares the value and
  // the gradient of every leaf, relative to the largest element.
  void compare(const std::vector<Tensor>& leaves, const std::function<Tensor()>& f) const {
    std::vector<std::vector<Tensor>> results;
    Tensor upstream;
    for (const bool with_kernels : {true, false}) {
      set_kernels_enabled(with_kernels);
      Tensor y = f();
      if (!upstream.defined()) upstream = at::randn(y.sizes()).to(y.scalar_type());
      y.backward(upstream);
      results.push_back({y.detach()});
      for (const Tensor& one : leaves) {
        ASSERT_TRUE(one.grad().defined());
        results.back().push_back(one.grad().clone());
        one.mutable_grad().reset();
      }
    }
    set_kernels_enabled(true);
    const double limit = GetParam() == at::kFloat ? 2e-5 : 2e-2;
    for (std::size_t i = 0; i < results[0].size(); ++i) {
      const Tensor ours = results[0][i].to(at::kFloat), reference = results[1][i].to(at::kFloat);
      ASSERT_EQ(ours.sizes(), reference.sizes());
      const double size = reference.abs().max().item<float>();
      EXPECT_GT(size, 0) << "result " << i << " is zero and shows nothing";
      EXPECT_LT((ours - reference).abs().max().item<float>() / size, limit) << "result " << i;
    }
  }
};

TEST_P(Gradients, Linear) {
  const Tensor x = leaf({2, 37, 70}), w = leaf({45, 70}, 0.1), b = leaf({45}), residual = leaf({2, 37, 45});
  for (const Activation act : {Activation::none, Activation::gelu_tanh, Activation::gelu_erf}) {
    compare({x, w, b, residual}, [&] { return linear(x, {w, b}, Path::wide, act, residual); });
    compare({x, w}, [&] { return linear(x, {w, {}, false}, Path::wide, act); });
  }
  // A frozen weight still hands the gradient on.
  compare({x}, [&] { return linear(x, {w.detach(), b.detach()}, Path::wide, Activation::gelu_tanh); });
}

TEST_P(Gradients, GatedLinear) {
  const Tensor x = leaf({29, 64}), gate = leaf({100, 64}, 0.1), up = leaf({100, 64}, 0.1);
  compare({x, gate, up}, [&] { return gated_linear(x, {gate, {}, false}, {up, {}, false}, Path::wide); });
}

TEST_P(Gradients, Norms) {
  for (const std::int64_t d : {16, 72, 133}) {
    const Tensor x = leaf({2, 31, d}), w = leaf({d}), b = leaf({d});
    compare({x, w, b}, [&] { return layer_norm(x, {w, b, 1e-6}); });
    compare({x, w}, [&] { return rms_norm(x, {w, 1e-6}); });
  }
}

TEST_P(Gradients, RopeInSegments) {
  const Tensor x = leaf({40, 3, 16});
  compare({x}, [&] { return rope(x, Segments{{0, 7, 8, 40}}, 1e6); });
}

TEST_P(Gradients, AttentionInSegments) {
  for (const bool causal : {true, false}) {
    const Tensor q = leaf({330, 4, 24}), k = leaf({330, 2, 24}), v = leaf({330, 2, 24});
    compare({q, k, v}, [&] { return attention(q, k, v, Segments{{0, 1, 30, 330}}, causal); });
  }
}

TEST_P(Gradients, AttentionSeesItsSegmentOnly) {
  const Tensor q = leaf({20, 2, 8}), k = leaf({20, 2, 8}), v = leaf({20, 2, 8});
  attention(q, k, v, Segments{{0, 12, 20}}, true).narrow(0, 0, 12).sum().backward();
  for (const Tensor& one : {q, k, v}) EXPECT_EQ(one.grad().narrow(0, 12, 8).abs().max().item<float>(), 0);
}

TEST_P(Gradients, CrossEntropyInChunks) {
  // 70,000 words: 239 rows at a time, so two chunks.
  const Tensor hidden = leaf({300, 8}), weight = leaf({70000, 8}, 0.3), weights = at::randn({300}).abs();
  const Tensor targets = at::randint(0, 70000, {300}, at::TensorOptions().dtype(at::kLong));
  compare({hidden, weight}, [&] {
    return kernels_enabled() ? cross_entropy(hidden, weight, targets, weights).total.view({1})
                             : plain::cross_entropy(hidden, weight, targets, weights).total.view({1});
  });
  const Tensor ours = cross_entropy(hidden, weight, targets, weights).losses;
  const Tensor reference = plain::cross_entropy(hidden, weight, targets, weights).losses;
  EXPECT_LT((ours - reference).abs().max().item<float>(), GetParam() == at::kFloat ? 1e-5 : 0.1);
}

TEST_P(Gradients, RecomputeGivesTheSame) {
  const Tensor x = leaf({50, 32}), w = leaf({32, 32}, 0.2), frozen = leaf({50, 32}).detach();
  const auto layer = [&](const Tensor& in) {
    return linear(in, {w, {}, false}, Path::wide, Activation::gelu_tanh, in);
  };
  std::vector<Tensor> gradients;
  for (const bool on : {true, false}) {
    const RecomputeGuard guard(on);
    recompute(layer, recompute(layer, x)).sum().backward();
    gradients.push_back(x.grad().clone());
    gradients.push_back(w.grad().clone());
    x.mutable_grad().reset();
    w.mutable_grad().reset();
    recompute(layer, frozen).sum().backward();  // the input needs no gradient, the weight does
    gradients.push_back(w.grad().clone());
    w.mutable_grad().reset();
  }
  for (int i = 0; i < 3; ++i) {
    const Tensor difference = (gradients[i] - gradients[i + 3]).to(at::kFloat).abs().max();
    const double size = gradients[i].to(at::kFloat).abs().max().item<float>();
    EXPECT_LT(difference.item<float>(), (GetParam() == at::kFloat ? 1e-5 : 3e-2) * size) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Gradients, testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& one) { return one.param == at::kFloat ? "float32" : "bfloat16"; });

}  // namespace
}  // namespace ov
