// Many rows of x in float32 arithmetic: register tiles over panels of w packed into scratch.
//
// Templates over a vector type S of linear_simd_*.h; bf16 inputs are widened while being packed.
// k is cut into blocks of kDepth: each block is summed from zero and added to the sums of those
// before, an order that depends on k alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"

namespace ov::kernels {

template <class S>
struct FloatShape {
  static constexpr std::int64_t kDepth = 256;            // of k
  static constexpr std::int64_t kPanel = 2 * S::kLanes;  // columns of a register tile
  static constexpr std::int64_t kMaxRows = 20 * S::kTileRows;
  static constexpr std::int64_t kMaxColumns = 12 * kPanel;
};

template <class S>
inline BlockLimits float_limits() {
  using Shape = FloatShape<S>;
  return {S::kTileRows, Shape::kMaxRows, Shape::kPanel, Shape::kMaxColumns};
}

// to[k][n] = w[n][k] for `depth` ks and the kPanel columns from n on; missing columns are zeros.
template <class S, class X>
inline void pack_float_panel(const X* w, std::int64_t w_stride, std::int64_t columns, std::int64_t depth, float* to) {
  using V = typename S::V;
  constexpr std::int64_t kPanel = FloatShape<S>::kPanel;
  for (std::int64_t half = 0; half < kPanel; half += S::kLanes) {
    for (std::int64_t k = 0; k < depth; k += S::kLanes) {
      const std::int64_t count = std::min<std::int64_t>(S::kLanes, depth - k);
      V rows[S::kLanes];
      OV_UNROLL
      for (int i = 0; i < S::kLanes; ++i) {
        const X* from = w + (half + i) * w_stride + k;
        if (half + i >= columns) {
          rows[i] = S::zero();
        } else {
          rows[i] = count == S::kLanes ? S::load(from) : S::load(from, static_cast<int>(count));
        }
      }
      S::transpose(rows);
      OV_UNROLL
      for (int i = 0; i < S::kLanes; ++i) {
        if (i < count) S::store(to + (k + i) * kPanel + half, rows[i]);
      }
    }
  }
}

// sums[r][0 .. kPanel) (+)= x[r][0 .. depth) . panel.
template <class S, int kRows>
inline void multiply_tile(const float* x, std::int64_t x_stride, const float* panel, std::int64_t depth, float* sums,
                          std::int64_t sums_stride, bool first) {
  using V = typename S::V;
  V left[kRows], right[kRows];
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) left[r] = right[r] = S::zero();
  for (std::int64_t k = 0; k < depth; ++k) {
    const V a = S::load(panel), b = S::load(panel + S::kLanes);
    panel += 2 * S::kLanes;
    OV_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const V value = S::set(x[r * x_stride + k]);
      left[r] = S::fma(value, a, left[r]);
      right[r] = S::fma(value, b, right[r]);
    }
  }
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) {
    float* to = sums + r * sums_stride;
    S::store(to, first ? left[r] : S::add(S::load(to), left[r]));
    S::store(to + S::kLanes, first ? right[r] : S::add(S::load(to + S::kLanes), right[r]));
  }
}

// One block of y under way.
template <class S, class Y, class X>
class FloatBlock {
  using Shape = FloatShape<S>;

 public:
  FloatBlock(const Product<Y, X>& product, const Block& block) : p_(product), block_(block) {
    panels_ = (block.n_end - block.n_begin + Shape::kPanel - 1) / Shape::kPanel;
    sums_stride_ = panels_ * Shape::kPanel;
    const std::int64_t rows = block.m_end - block.m_begin, factors = p_.up ? 2 : 1;
    const std::int64_t inputs = S::kTileRows * Shape::kDepth, weights = sums_stride_ * Shape::kDepth;
    auto* scratch = reinterpret_cast<float*>(
        block_scratch(sizeof(float) * static_cast<std::size_t>(inputs + weights + factors * rows * sums_stride_)));
    inputs_ = scratch;
    weights_ = inputs_ + inputs;
    sums_ = weights_ + weights;
    up_sums_ = sums_ + (factors - 1) * rows * sums_stride_;
  }

  void compute() {
    multiply_by(p_.w, sums_);
    if (p_.up) multiply_by(p_.up, up_sums_);
    finish<S>(p_, block_.m_begin, block_.m_end - block_.m_begin, block_.n_begin, block_.n_end - block_.n_begin, sums_,
              up_sums_, sums_stride_);
  }

 private:
  void multiply_by(const X* w, float* sums) {
    for (std::int64_t k = 0; k == 0 || k < p_.k; k += Shape::kDepth) {
      const std::int64_t depth = std::min(Shape::kDepth, p_.k - k);
      for (std::int64_t panel = 0; panel < panels_; ++panel) {
        const std::int64_t n = block_.n_begin + panel * Shape::kPanel;
        pack_float_panel<S>(w + n * p_.k + k, p_.k, block_.n_end - n, depth, weights_ + panel * Shape::kPanel * depth);
      }
      for (std::int64_t m = block_.m_begin; m < block_.m_end;) {
        const std::int64_t left = block_.m_end - m;
        float* to = sums + (m - block_.m_begin) * sums_stride_;
        if (left >= S::kTileRows)
          m += multiply_rows<S::kTileRows>(m, k, depth, to);
        else if (left >= 4)
          m += multiply_rows<4>(m, k, depth, to);
        else
          m += multiply_rows<1>(m, k, depth, to);
      }
    }
  }

  template <int kRows>
  int multiply_rows(std::int64_t m, std::int64_t k, std::int64_t depth, float* sums) {
    const X* x = p_.x + m * p_.x_stride + k;
    for (std::int64_t panel = 0; panel < panels_; ++panel) {
      const float* weights = weights_ + panel * Shape::kPanel * depth;
      float* to = sums + panel * Shape::kPanel;
      if constexpr (std::is_same_v<X, float>) {
        multiply_tile<S, kRows>(x, p_.x_stride, weights, depth, to, sums_stride_, k == 0);
      } else {
        if (panel == 0) widen_rows(x, kRows, depth);
        multiply_tile<S, kRows>(inputs_, Shape::kDepth, weights, depth, to, sums_stride_, k == 0);
      }
    }
    return kRows;
  }

  void widen_rows(const X* x, int rows, std::int64_t depth) {
    for (int r = 0; r < rows; ++r) {
      for (std::int64_t k = 0; k < depth; k += S::kLanes) {
        const int count = static_cast<int>(std::min<std::int64_t>(S::kLanes, depth - k));
        const X* from = x + r * p_.x_stride + k;
        S::store(inputs_ + r * Shape::kDepth + k, count == S::kLanes ? S::load(from) : S::load(from, count));
      }
    }
  }

  const Product<Y, X>& p_;
  const Block& block_;
  std::int64_t panels_ = 0, sums_stride_ = 0;
  float* inputs_ = nullptr;
  float* weights_ = nullptr;
  float* sums_ = nullptr;
  float* up_sums_ = nullptr;
};

}  // namespace ov::kernels
