// What follows a product's sums: bias, activation, residual or gate, and the one rounding.
//
// Templates over a vector type S of linear_simd_*.h. The functions are accurate to a few float32
// ulps: exp by 2^n * polynomial, erf and erfc by polynomials fitted at Chebyshev nodes.
#pragma once

#include <cstdint>

#include "kernels/linear_kernel.h"

namespace ov::kernels {

template <class S, int kCount>
inline typename S::V polynomial(typename S::V x, const float (&coefficients)[kCount]) {
  typename S::V value = S::set(coefficients[kCount - 1]);
  OV_UNROLL
  for (int i = kCount - 2; i >= 0; --i) value = S::fma(value, x, S::set(coefficients[i]));
  return value;
}

// e^x: infinity above 88.8, 0 below -87.4, NaN for NaN.
template <class S>
inline typename S::V exponential(typename S::V x) {
  constexpr float kLog2E = 1.44269504f, kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  constexpr float kPowers[] = {1.0f,          1.00000004f,    0.500000011f,  0.166664053f,
                               0.0416662000f, 0.00837597082f, 0.00139497829f};
  x = S::max(S::set(-88.3f), S::min(S::set(89.0f), x));
  const typename S::V n = S::round(S::mul(x, S::set(kLog2E)));
  typename S::V r = S::fma(n, S::set(-kLn2High), x);
  r = S::fma(n, S::set(-kLn2Low), r);
  return S::scale(polynomial<S>(r, kPowers), n);
}

// x / (1 + e^-gate_argument): SiLU for x == argument.
template <class S>
inline typename S::V sigmoid_gated(typename S::V x, typename S::V argument) {
  const typename S::V one = S::set(1.0f);
  return S::div(x, S::add(one, exponential<S>(S::sub(S::zero(), argument))));
}

// 0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
template <class S>
inline typename S::V gelu_tanh(typename S::V x) {
  constexpr float kTwiceSqrt2OverPi = 1.59576912f, kCubic = 1.59576912f * 0.044715f;
  const typename S::V slope = S::fma(S::mul(x, x), S::set(kCubic), S::set(kTwiceSqrt2OverPi));
  return sigmoid_gated<S>(x, S::mul(x, slope));
}

// 0.5 x (1 + erf(z)), z = x / sqrt(2); from |z| = 1 on by erfc, which keeps the tails' digits.
template <class S>
inline typename S::V gelu_erf(typename S::V x) {
  constexpr float kErf[] = {1.12837917f,    -0.376126269f,    0.112835975f,   -0.0268543288f,
                            0.00518931194f, -0.000801885499f, 7.88249711e-05f};
  // erfc(z) e^(z^2) in t = 1 / (1 + z/2).
  constexpr float kErfc[] = {-3.49491875e-06f, 0.282192159f,   0.280985633f,  0.253446255f, 0.154899801f,
                             0.115064231f,     0.00882992622f, -0.170943684f, 0.0758879985f};
  using V = typename S::V;
  const V one = S::set(1.0f), half_x = S::mul(S::set(0.5f), x);
  const V z = S::mul(x, S::set(0.707106781f)), size = S::abs(z), square = S::mul(z, z);
  const V near = S::fma(half_x, S::mul(z, polynomial<S>(square, kErf)), half_x);
  const V t = S::div(one, S::fma(size, S::set(0.5f), one));
  // At infinity t is 0, where the polynomial strays below 0.
  const V scaled = S::max(S::zero(), polynomial<S>(t, kErfc));
  const V erfc = S::mul(scaled, exponential<S>(S::sub(S::zero(), square)));
  const V tail = S::mul(half_x, erfc);  // x < 0: 0.5 x erfc(|z|); x > 0: x - 0.5 x erfc(z)
  const V far = S::select_less(x, S::zero(), tail, S::sub(x, tail));
  return S::select_less(size, one, near, far);
}

enum class Ending { plain, gelu_tanh, gelu_erf, gated };

// The end of `count` neighbouring elements of one row, at most a vector of them.
template <class S, Ending kEnding, class Y, class X>
inline void finish_vector(Y* y, const Y* residual, const X* bias, typename S::V value, const float* up, int count) {
  const bool whole = count == S::kLanes;
  if constexpr (kEnding == Ending::gated) {
    value = S::mul(sigmoid_gated<S>(value, value), S::load(up));
  } else {
    if (bias) value = S::add(value, whole ? S::load(bias) : S::load(bias, count));
    if constexpr (kEnding == Ending::gelu_tanh) value = gelu_tanh<S>(value);
    if constexpr (kEnding == Ending::gelu_erf) value = gelu_erf<S>(value);
    if (residual) value = S::add(value, whole ? S::load(residual) : S::load(residual, count));
  }
  if (whole) {
    S::store(y, value);
  } else {
    S::store(y, value, count);
  }
}

template <class S, Ending kEnding, class Y, class X>
inline void finish_rows(const Product<Y, X>& p, std::int64_t m, std::int64_t rows, std::int64_t n, std::int64_t cols,
                        const float* sums, const float* up, std::int64_t stride) {
  const X* bias = p.bias ? p.bias + n : nullptr;
  for (std::int64_t i = 0; i < rows; ++i, sums += stride, up += stride) {
    const std::int64_t at = (m + i) * p.y_stride + n;
    Y* y = p.y + at;
    const Y* residual = p.residual ? p.residual + at : nullptr;
    for (std::int64_t j = 0; j < cols; j += S::kLanes) {
      const int count = static_cast<int>(cols - j < S::kLanes ? cols - j : S::kLanes);
      finish_vector<S, kEnding>(y + j, residual ? residual + j : nullptr, bias ? bias + j : nullptr, S::load(sums + j),
                                up + j, count);
    }
  }
}

// Sums of rows [m, m + rows) and columns [n, n + cols), `stride` floats from row to row, become y.
// `up` holds the second factor's sums and is read for gated products only.
template <class S, class Y, class X>
inline void finish(const Product<Y, X>& p, std::int64_t m, std::int64_t rows, std::int64_t n, std::int64_t cols,
                   const float* sums, const float* up, std::int64_t stride) {
  if (p.up) return finish_rows<S, Ending::gated>(p, m, rows, n, cols, sums, up, stride);
  switch (p.activation) {
    case Activation::none: return finish_rows<S, Ending::plain>(p, m, rows, n, cols, sums, up, stride);
    case Activation::gelu_tanh: return finish_rows<S, Ending::gelu_tanh>(p, m, rows, n, cols, sums, up, stride);
    case Activation::gelu_erf: return finish_rows<S, Ending::gelu_erf>(p, m, rows, n, cols, sums, up, stride);
  }
}

}  // namespace ov::kernels
