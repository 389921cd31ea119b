// Matrix products in plain C++: for CPUs without AVX2, and the slow twin that tests compare with.
//
// Every sum is taken in double, one term after the other, and rounded once.
#include <bit>
#include <cmath>

#include "kernels/linear_kernel.h"

namespace ov::kernels::generic {
namespace {

float widen(float value) { return value; }
float widen(bf16 value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }

void narrow(float* y, double value) { *y = static_cast<float>(value); }
void narrow(bf16* y, double value) {
  const float rounded = static_cast<float>(value);
  convert(y, &rounded, 1);
}

double activate(double v, Activation activation) {
  constexpr double kSqrt2OverPi = 0.7978845608028654;
  constexpr double kSqrtHalf = 0.7071067811865476;
  switch (activation) {
    case Activation::none: return v;
    case Activation::gelu_tanh: return 0.5 * v * (1 + std::tanh(kSqrt2OverPi * (v + 0.044715 * v * v * v)));
    case Activation::gelu_erf: return 0.5 * v * (1 + std::erf(v * kSqrtHalf));
  }
  return v;
}

template <class X>
double dot(const X* x, const X* w, std::int64_t k) {
  double sum = 0;
  for (std::int64_t i = 0; i < k; ++i) sum += double{widen(x[i])} * double{widen(w[i])};
  return sum;
}

template <class Y, class X>
void compute(const Product<Y, X>& p, const Block& block) {
  for (std::int64_t m = block.m_begin; m < block.m_end; ++m) {
    const X* x = p.x + m * p.x_stride;
    for (std::int64_t n = block.n_begin; n < block.n_end; ++n) {
      double value = dot(x, p.w + n * p.k, p.k);
      if (p.up) {
        value = value / (1 + std::exp(-value)) * dot(x, p.up + n * p.k, p.k);
      } else {
        if (p.bias) value += double{widen(p.bias[n])};
        value = activate(value, p.activation);
        if (p.residual) value += double{widen(p.residual[m * p.y_stride + n])};
      }
      narrow(p.y + m * p.y_stride + n, value);
    }
  }
}

}  // namespace

void block(const FloatProduct& product, const Block& block) { compute(product, block); }
void block(const Bf16Product& product, const Block& block) { compute(product, block); }
void block(const LogitsProduct& product, const Block& block) { compute(product, block); }

}  // namespace ov::kernels::generic
