// Gradients of norms against central differences in double precision, the turning back of rotary
// embedding against rope() itself, and cross entropy against its formula.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/gradient_test_values.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

using NormGradientIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, NormGradientIsa, testing::Values(Isa::generic, Isa::avx2, Isa::avx512),
                         [](const auto& isa) { return isa_name(isa.param); });

constexpr double kEps = 1e-3;

// One row through RMSNorm or, centred, LayerNorm, without weight and bias.
std::vector<double> normed(std::vector<double> x, bool centred) {
  const auto d = static_cast<double>(x.size());
  double mean = 0, square = 0;
  for (const double v : x) mean += centred ? v / d : 0;
  for (double& v : x) v -= mean, square += v * v / d;
  for (double& v : x) v /= std::sqrt(square + kEps);
  return x;
}

// What the row adds to the loss sum(dy * weight * normed(x)).
double loss(const std::vector<double>& x, const std::vector<double>& g, bool centred) {
  const std::vector<double> y = normed(x, centred);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += g[i] * y[i];
  return sum;
}

template <class T>
struct NormCase {
  int m, d;
  bool centred;
  std::vector<T> x, weight, dy;
  Guarded<T> dx, dweight, dbias;

  NormCase(int rows, int width, bool centre)
      : m(rows),
        d(width),
        centred(centre),
        x(values<T>(m * d, 1, 2, 0.5)),
        weight(values<T>(d, 2, 1, 1)),
        dy(values<T>(m * d, 3)),
        dx(m * d),
        dweight(d),
        dbias(d) {}

  void run() {
    if (centred) {
      layer_norm_gradient(dx.data(), dweight.data(), dbias.data(), dy.data(), x.data(), weight.data(), m, d, kEps);
    } else {
      rms_norm_gradient(dx.data(), dweight.data(), dy.data(), x.data(), weight.data(), m, d, kEps);
    }
    dx.expect_intact(), dweight.expect_intact(), dbias.expect_intact();
  }

  void check_row(int row) {
    std::vector<double> at(d), g(d);
    double largest = 0, square = 0;
    for (int i = 0; i < d; ++i) {
      at[i] = wide(x[row * d + i]);
      g[i] = wide(dy[row * d + i]) * wide(weight[i]);
      largest = std::max(largest, std::fabs(g[i]));
    }
    const std::vector<double> n = normed(at, centred);
    for (int i = 0; i < d; ++i) square += (n[i] - n[0]) * (n[i] - n[0]) + at[i] * at[i];
    const double scale = d == 1 ? 1 / std::sqrt(kEps) : 1 / std::sqrt(square / d);
    for (int i = 0; i < d; ++i) {
      constexpr double kStep = 1e-5;
      std::vector<double> up = at, down = at;
      up[i] += kStep, down[i] -= kStep;
      const double wanted = (loss(up, g, centred) - loss(down, g, centred)) / (2 * kStep);
      const double size = largest * std::max(1.0, scale) * (1 + std::fabs(n[i]));
      ASSERT_TRUE(close_to(dx.data()[row * d + i], wanted, size, 30))
          << m << " x " << d << " row " << row << " element " << i << " is " << wide(dx.data()[row * d + i]) << ", not "
          << wanted;
    }
  }

  void check_sums() {
    std::vector<double> wanted(d), size(d), bias(d), bias_size(d);
    for (int row = 0; row < m; ++row) {
      const std::vector<T> one(x.begin() + row * d, x.begin() + (row + 1) * d);
      const std::vector<double> n = normed(wide(one), centred);
      for (int i = 0; i < d; ++i) {
        const double g = wide(dy[row * d + i]);
        wanted[i] += g * n[i], size[i] += std::fabs(g) * (1 + std::fabs(n[i]));
        bias[i] += g, bias_size[i] += std::fabs(g);
      }
    }
    for (int i = 0; i < d; ++i) {
      ASSERT_TRUE(close_to(dweight.data()[i], wanted[i], size[i], 16)) << m << " x " << d << " dweight " << i;
      if (!centred) continue;
      ASSERT_TRUE(close_to(dbias.data()[i], bias[i], bias_size[i], 16)) << m << " x " << d << " dbias " << i;
    }
  }
};

template <class T>
void check_norms(bool centred) {
  for (const int m : kOddSizes) {
    for (const int d : {1, 3, 17, 128, 129, 133}) {
      NormCase<T> c(m, d, centred);
      c.run();
      for (int row = 0; row < m; row += 1 + m / 4) c.check_row(row);
      c.check_sums();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST_P(NormGradientIsa, RmsNormIsTheDifference) {
  check_norms<float>(false);
  check_norms<bf16>(false);
}

TEST_P(NormGradientIsa, LayerNormIsTheDifference) {
  check_norms<float>(true);
  check_norms<bf16>(true);
}

TEST_P(NormGradientIsa, WeightGradientsMayBeLeftOut) {
  for (const bool centred : {false, true}) {
    NormCase<float> all(3, 17, centred), some(3, 17, centred);
    all.run();
    if (centred) {
      layer_norm_gradient(some.dx.data(), nullptr, nullptr, some.dy.data(), some.x.data(), some.weight.data(), 3, 17,
                          kEps);
    } else {
      rms_norm_gradient(some.dx.data(), nullptr, some.dy.data(), some.x.data(), some.weight.data(), 3, 17, kEps);
    }
    EXPECT_EQ(some.dx.result(), all.dx.result());
    EXPECT_EQ(some.dweight.result(), std::vector<float>(17, 99.0f));
  }
}

TEST_P(NormGradientIsa, NormsDoNotDependOnThreads) {
  for (const bool centred : {false, true}) {
    expect_same_bits_for_threads([&] {
      NormCase<bf16> c(133, 901, centred);
      c.run();
      std::vector<bf16> all = c.dx.result();
      for (const Guarded<bf16>* part : {&c.dweight, &c.dbias}) {
        const std::vector<bf16> result = part->result();
        all.insert(all.end(), result.begin(), result.end());
      }
      return all;
    });
  }
}

// rope() of one head at one position is a matrix R of cosines and sines; its gradient is R transposed.
template <class T>
void expect_turned_back(int heads, int e, int position) {
  const int half = e / 2, stride = heads * e + 5, rows = 3;
  const std::vector<T> dy = values<T>(rows * stride, e);
  Guarded<T> dx(dy);
  rope_gradient(dx.data(), rows, heads, e, stride, position, 1e4);
  dx.expect_intact();
  for (int row = 0; row < rows; ++row) {
    std::vector<T> turns(e);  // cosines, then sines, as the row type has them
    std::fill_n(turns.begin(), half, narrow_to<T>(1));
    rope(turns.data(), 1, 1, e, e, position + row, 1e4);
    for (int i = 0; i < heads * half; ++i) {
      const int first = row * stride + i / half * e + i % half, second = first + half;
      const double c = wide(turns[i % half]), s = wide(turns[half + i % half]);
      const double a = wide(dy[first]), b = wide(dy[second]), size = std::fabs(a) + std::fabs(b);
      const double bound = std::is_same_v<T, float> ? 3e-7 * size : size / 128;
      ASSERT_NEAR(wide(dx.data()[first]), c * a + s * b, bound) << "e " << e << " element " << i;
      ASSERT_NEAR(wide(dx.data()[second]), c * b - s * a, bound) << "e " << e << " element " << i;
    }
    for (int i = heads * e; i < stride; ++i) ASSERT_EQ(dx.data()[row * stride + i], dy[row * stride + i]);
  }
}

TEST_P(NormGradientIsa, RopeGradientIsTheTransposedRotation) {
  for (int e = 2; e <= 130; e += 8) {
    for (const int position : {0, 11, 32766}) {
      expect_turned_back<float>(1 + e % 3, e, position);
      expect_turned_back<bf16>(1 + e % 3, e, position);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(NormGradientIsa, RopeGradientUndoesRope) {
  const auto x = values<float>(133 * 7 * 64, 1);
  expect_same_bits_for_threads([&] {
    std::vector<float> y = x;
    rope(y.data(), 133, 7, 64, 7 * 64, 500, 1e6);
    EXPECT_NE(y, x);
    rope_gradient(y.data(), 133, 7, 64, 7 * 64, 500, 1e6);
    expect_near(y, x, 2e-6f);
    return y;
  });
}

void expect_cross_entropy(int s, int v, double spread, double mean) {
  const auto logits = values<float>(s * v, v, spread, mean), weights = values<float>(s, 3);
  std::vector<std::int64_t> targets(s);
  for (int row = 0; row < s; ++row) targets[row] = (row * 7919 + v - 1) % v;
  Guarded<float> losses(s), gradient(logits);
  cross_entropy(losses.data(), gradient.data(), targets.data(), weights.data(), s, v);
  losses.expect_intact(), gradient.expect_intact();
  for (int row = 0; row < s; ++row) {
    const float* z = &logits[row * v];
    const double most = *std::max_element(z, z + v);
    double sum = 0;
    for (int i = 0; i < v; ++i) sum += std::exp(z[i] - most);
    const double wanted = std::log(sum) + (most - z[targets[row]]);
    ASSERT_NEAR(losses.data()[row], wanted, 1e-6 + 3e-7 * wanted) << s << " x " << v << " row " << row;
    for (int i = 0; i < v; ++i) {
      const double p = std::exp(z[i] - most) / sum, slope = (p - (i == targets[row])) * weights[row];
      ASSERT_NEAR(gradient.data()[row * v + i], slope, (1e-7 + 3e-6 * p) * std::fabs(weights[row]))
          << s << " x " << v << " row " << row << " element " << i;
    }
  }
}

TEST_P(NormGradientIsa, CrossEntropyAgreesWithDouble) {
  for (const int s : kOddSizes) {
    for (const int v : {1, 2, 3, 17, 133, 1000}) expect_cross_entropy(s, v, 3, 0);
    if (HasFatalFailure()) return;
  }
  expect_cross_entropy(2, 152064, 2, 0);
}

TEST_P(NormGradientIsa, CrossEntropyOfLargeLogits) {
  for (const double mean : {-1e4, 1e4, 3e6}) {
    for (const double spread : {1.0, 100.0, 1e4}) expect_cross_entropy(17, 133, spread, mean);
  }
}

TEST_P(NormGradientIsa, CrossEntropyOfRuledOutWords) {
  const float never = -std::numeric_limits<float>::infinity();
  std::vector<float> logits = {never, 0.0f, never, 0.0f, never};
  const std::int64_t target = 3;
  const float weight = 1;
  float loss_found = 0;
  cross_entropy(&loss_found, logits.data(), &target, &weight, 1, 5);
  EXPECT_NEAR(loss_found, std::log(2.0), 1e-7);
  EXPECT_EQ(logits, (std::vector<float>{0.0f, 0.5f, 0.0f, -0.5f, 0.0f}));
}

TEST_P(NormGradientIsa, CrossEntropyDoesNotDependOnThreads) {
  const auto logits = values<float>(133 * 999, 1, 3), weights = values<float>(133, 2);
  const std::vector<std::int64_t> targets(133, 501);
  expect_same_bits_for_threads([&] {
    std::vector<float> all = logits;
    all.resize(134 * 999);
    cross_entropy(&all[133 * 999], all.data(), targets.data(), weights.data(), 133, 999);
    return all;
  });
}

}  // namespace
}  // namespace ov::kernels
