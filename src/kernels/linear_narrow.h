// Few rows of x: the time goes into reading w, which is read once, as it lies in memory.
//
// Templates over a vector type S of linear_simd_*.h. A sum is two vectors of partial sums over k,
// whatever the number of rows and columns taken together, so grouping them changes no bits.
#pragma once

#include <cstdint>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"

namespace ov::kernels {

template <class S, class Y, class X>
inline void expand_inputs(const Product<Y, X>& p, float* inputs) {
  constexpr int kStep = 2 * S::kLanes;
  const std::int64_t stride = narrow_stride(p.k);
  for (std::int64_t m = 0; m < p.m; ++m) {
    for (std::int64_t k = 0; k < stride; k += kStep) {
      typename S::V a = S::zero(), b = S::zero();
      if (k + kStep <= p.k) {
        S::load_pair(p.x + m * p.x_stride + k, a, b);
      } else if (k < p.k) {
        S::load_pair(p.x + m * p.x_stride + k, static_cast<int>(p.k - k), a, b);
      }
      S::store(inputs + m * stride + k, a);
      S::store(inputs + m * stride + k + S::kLanes, b);
    }
  }
}

// sums[c][r] = w row r . inputs row c.
template <class S, int kRows, int kInputs, class X>
inline void dot_products(const X* w, std::int64_t k, const float* inputs, float* sums, std::int64_t sums_stride) {
  using V = typename S::V;
  constexpr int kStep = 2 * S::kLanes;
  constexpr std::int64_t kAhead = 2048 / sizeof(X);  // elements, of prefetching
  const std::int64_t stride = narrow_stride(k);
  V even[kRows][kInputs], odd[kRows][kInputs];
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) {
    OV_UNROLL
    for (int c = 0; c < kInputs; ++c) even[r][c] = odd[r][c] = S::zero();
  }
  const auto accumulate = [&](int r, std::int64_t at, V a, V b) __attribute__((always_inline)) {
    OV_UNROLL
    for (int c = 0; c < kInputs; ++c) {
      even[r][c] = S::fma(a, S::load(inputs + c * stride + at), even[r][c]);
      odd[r][c] = S::fma(b, S::load(inputs + c * stride + at + S::kLanes), odd[r][c]);
    }
  };
  std::int64_t at = 0;
  for (; at + kStep <= k; at += kStep) {
    OV_UNROLL
    for (int r = 0; r < kRows; ++r) {
      V a, b;
      __builtin_prefetch(w + r * k + at + kAhead);
      S::load_pair(w + r * k + at, a, b);
      accumulate(r, at, a, b);
    }
  }
  if (at < k) {
    OV_UNROLL
    for (int r = 0; r < kRows; ++r) {
      V a, b;
      S::load_pair(w + r * k + at, static_cast<int>(k - at), a, b);
      accumulate(r, at, a, b);
    }
  }
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) {
    OV_UNROLL
    for (int c = 0; c < kInputs; ++c) sums[c * sums_stride + r] = S::sum(S::add(even[r][c], odd[r][c]));
  }
}

// sums[c][0 .. count) for kInputs rows of x.
template <class S, int kInputs, class X>
inline void dot_row_group(const X* w, std::int64_t k, std::int64_t count, const float* inputs, float* sums,
                          std::int64_t sums_stride) {
  constexpr int kFit = S::kDotAccumulators / (2 * kInputs);
  constexpr int kRows = kFit > 4 ? 4 : kFit;
  std::int64_t r = 0;
  for (; r + kRows <= count; r += kRows) {
    dot_products<S, kRows, kInputs>(w + r * k, k, inputs, sums + r, sums_stride);
  }
  for (; r < count; ++r) dot_products<S, 1, kInputs>(w + r * k, k, inputs, sums + r, sums_stride);
}

// Columns [n_begin, n_end) of all rows of y, a few columns at a time so that w stays in the cache
// while the rows of x pass.
template <class S, class Y, class X>
inline void narrow_product(const Product<Y, X>& p, const float* inputs, std::int64_t n_begin, std::int64_t n_end) {
  constexpr int kColumns = 16;
  const std::int64_t stride = narrow_stride(p.k);
  for (std::int64_t n = n_begin; n < n_end; n += kColumns) {
    const std::int64_t count = n_end - n < kColumns ? n_end - n : kColumns;
    for (std::int64_t m = 0; m < p.m;) {
      alignas(64) float sums[4 * kColumns] = {}, up[4 * kColumns] = {};
      const float* x = inputs + m * stride;
      const std::int64_t left = p.m - m, rows = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      const auto multiply = [&](const X* w, float* to) {
        if (rows == 4) dot_row_group<S, 4>(w + n * p.k, p.k, count, x, to, kColumns);
        if (rows == 2) dot_row_group<S, 2>(w + n * p.k, p.k, count, x, to, kColumns);
        if (rows == 1) dot_row_group<S, 1>(w + n * p.k, p.k, count, x, to, kColumns);
      };
      multiply(p.w, sums);
      if (p.up) multiply(p.up, up);
      finish<S>(p, m, rows, n, count, sums, up, kColumns);
      m += rows;
    }
  }
}

}  // namespace ov::kernels
