// GELU (both forms) and SiLU products, forward and backward, against their formulas and against central
// differences of the formulas, in double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/gradient_test_values.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

using ActivationIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, ActivationIsa, testing::Values(Isa::generic, Isa::avx2, Isa::avx512),
                         [](const auto& isa) { return isa_name(isa.param); });

constexpr double kTwoOverPi = 0.63661977236758134;  // 2 / pi

double gelu_tanh(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(kTwoOverPi) * (x + 0.044715 * x * x * x))); }
double gelu_tanh_slope(double x) {
  const double t = std::tanh(std::sqrt(kTwoOverPi) * (x + 0.044715 * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * std::sqrt(kTwoOverPi) * (1 + 3 * 0.044715 * x * x);
}
double gelu_erf(double x) { return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5))); }
double gelu_erf_slope(double x) {
  return 0.5 * (1 + std::erf(x * std::sqrt(0.5))) + x * std::exp(-0.5 * x * x) * 0.5 * std::sqrt(kTwoOverPi);
}
double silu(double x) { return x / (1 + std::exp(-x)); }
double silu_slope(double x) {
  const double s = 1 / (1 + std::exp(-x));
  return s + x * s * (1 - s);
}

template <class F>
double difference(const F& f, double x) {
  constexpr double kStep = 1e-5;
  return (f(x + kStep) - f(x - kStep)) / (2 * kStep);
}

// A grid over the bend, a few far values, and noise; the count is no multiple of any vector.
template <class T>
std::vector<T> inputs() {
  std::vector<T> x = values<T>(133, 1, 2);
  for (int i = -1200; i <= 1200; ++i) x.push_back(narrow_to<T>(i / 100.0));
  for (const double far : {-1e4, -300.0, -88.0, -50.0, -20.0, 20.0, 50.0, 88.0, 300.0, 1e4}) {
    x.push_back(narrow_to<T>(far));
  }
  x.push_back(narrow_to<T>(0.3));
  return x;
}

template <class T, class F, class D>
void expect_activation(Activation activation, const F& forward, const D& slope) {
  const std::vector<T> x = inputs<T>();
  const auto count = static_cast<std::int64_t>(x.size());
  const std::vector<T> dy = values<T>(count, 2);
  Guarded<T> y(count), dx(count), in_place(dy);
  activate(y.data(), x.data(), count, activation);
  activate_gradient(dx.data(), dy.data(), x.data(), count, activation);
  activate_gradient(in_place.data(), in_place.data(), x.data(), count, activation);
  y.expect_intact(), dx.expect_intact(), in_place.expect_intact();
  EXPECT_EQ(in_place.result(), dx.result());
  for (std::int64_t i = 0; i < count; ++i) {
    const double at = wide(x[i]), d = wide(dy[i]);
    ASSERT_TRUE(close_to(y.data()[i], forward(at), std::fabs(at), 4))
        << "f(" << at << ") is " << wide(y.data()[i]) << ", not " << forward(at);
    ASSERT_TRUE(close_to(dx.data()[i], d * slope(at), std::fabs(d), 8))
        << "f'(" << at << ") is " << wide(dx.data()[i]) / d << ", not " << slope(at);
    if (std::fabs(at) > 100) continue;  // where a step of the difference is lost
    ASSERT_TRUE(close_to(dx.data()[i], d * difference(forward, at), std::fabs(d), 16)) << "difference at " << at;
  }
}

TEST_P(ActivationIsa, GeluTanh) {
  expect_activation<float>(Activation::gelu_tanh, gelu_tanh, gelu_tanh_slope);
  expect_activation<bf16>(Activation::gelu_tanh, gelu_tanh, gelu_tanh_slope);
}

TEST_P(ActivationIsa, GeluErf) {
  expect_activation<float>(Activation::gelu_erf, gelu_erf, gelu_erf_slope);
  expect_activation<bf16>(Activation::gelu_erf, gelu_erf, gelu_erf_slope);
}

template <class T>
void expect_silu_product() {
  const std::vector<T> gate = inputs<T>();
  const auto count = static_cast<std::int64_t>(gate.size());
  const std::vector<T> up = values<T>(count, 2), dy = values<T>(count, 3);
  Guarded<T> y(count), dgate(count), dup(count), in_gate(gate), in_up(up);
  silu_product(y.data(), gate.data(), up.data(), count);
  silu_product_gradient(dgate.data(), dup.data(), dy.data(), gate.data(), up.data(), count);
  silu_product_gradient(in_gate.data(), in_up.data(), dy.data(), in_gate.data(), in_up.data(), count);
  y.expect_intact(), dgate.expect_intact(), dup.expect_intact();
  in_gate.expect_intact(), in_up.expect_intact();
  EXPECT_EQ(in_gate.result(), dgate.result());
  EXPECT_EQ(in_up.result(), dup.result());
  for (std::int64_t i = 0; i < count; ++i) {
    const double g = wide(gate[i]), u = wide(up[i]), d = wide(dy[i]);
    const double rounded = wide(narrow_to<T>(silu(g)));  // as the forward pass rounds before it multiplies
    const double slack = std::is_same_v<T, float> ? 0 : std::fabs(rounded * u) / 128;  // silu(g) near a tie
    ASSERT_NEAR(wide(y.data()[i]), rounded * u, slack + 6e-7 * std::fabs(g * u)) << "gate " << g;
    ASSERT_TRUE(close_to(dup.data()[i], d * silu(g), std::fabs(d * g), 6)) << "dup at " << g;
    ASSERT_TRUE(close_to(dgate.data()[i], d * u * silu_slope(g), std::fabs(d * u), 8)) << "dgate at " << g;
    if (std::fabs(g) > 100) continue;
    ASSERT_TRUE(close_to(dgate.data()[i], d * u * difference(silu, g), std::fabs(d * u), 16)) << "difference at " << g;
  }
}

TEST_P(ActivationIsa, SiluProduct) {
  expect_silu_product<float>();
  expect_silu_product<bf16>();
}

TEST_P(ActivationIsa, OddSizesWriteNothingElse) {
  for (int count = 0; count <= 67; ++count) {
    const auto x = values<float>(count, 1), dy = values<float>(count, 2), up = values<float>(count, 3);
    Guarded<float> y(count), dx(count), product(count), dgate(count), dup(count);
    activate(y.data(), x.data(), count, Activation::gelu_tanh);
    activate_gradient(dx.data(), dy.data(), x.data(), count, Activation::gelu_erf);
    silu_product(product.data(), x.data(), up.data(), count);
    silu_product_gradient(dgate.data(), dup.data(), dy.data(), x.data(), up.data(), count);
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(close_to(y.data()[i], gelu_tanh(x[i]), std::fabs(x[i]), 4)) << count;
      EXPECT_TRUE(close_to(dx.data()[i], dy[i] * gelu_erf_slope(x[i]), std::fabs(dy[i]), 8)) << count;
      EXPECT_TRUE(close_to(product.data()[i], silu(x[i]) * up[i], std::fabs(x[i] * up[i]), 6)) << count;
      EXPECT_TRUE(close_to(dup.data()[i], silu(x[i]) * dy[i], std::fabs(x[i] * dy[i]), 6)) << count;
    }
    for (const Guarded<float>* each : {&y, &dx, &product, &dgate, &dup}) each->expect_intact();
  }
}

TEST_P(ActivationIsa, NotANumberStaysSo) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x(5, nan), one(5, 1.0f);
  std::vector<float> y(5);
  for (const Activation activation : {Activation::gelu_tanh, Activation::gelu_erf}) {
    activate(y.data(), x.data(), 5, activation);
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[4]));
    activate_gradient(y.data(), one.data(), x.data(), 5, activation);
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[4]));
  }
  silu_product(y.data(), x.data(), one.data(), 5);
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[4]));
}

TEST_P(ActivationIsa, ResultsDoNotDependOnThreads) {
  constexpr int kCount = 100003;  // several threads' ranges, and a rest
  const auto x = values<float>(kCount, 1, 3), dy = values<float>(kCount, 2), up = values<float>(kCount, 3);
  expect_same_bits_for_threads([&] {
    std::vector<float> all(kCount * 5);
    activate(&all[0], x.data(), kCount, Activation::gelu_tanh);
    activate_gradient(&all[kCount], dy.data(), x.data(), kCount, Activation::gelu_tanh);
    silu_product(&all[2 * kCount], x.data(), up.data(), kCount);
    silu_product_gradient(&all[3 * kCount], &all[4 * kCount], dy.data(), x.data(), up.data(), kCount);
    return all;
  });
}

}  // namespace
}  // namespace ov::kernels
