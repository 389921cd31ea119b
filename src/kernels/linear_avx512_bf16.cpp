// Matrix products with AVX512-BF16: bf16 inputs, float32 sums, many rows; and the packing of w.
//
// An instruction adds, for 16 columns, the products of a pair of ks to a float32 sum: twice the work
// of a float32 one on half the bytes. A block's rows of x are copied to where they share no cache
// sets, and stay in the second-level cache while the panels of w pass; register tiles of 12 rows x 32
// columns keep their sums in memory only where k is long. Sums run over k in order whatever the blocking.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"
#include "kernels/linear_pairs.h"

namespace ov::kernels::avx512_bf16 {
namespace {

constexpr int kStrip = 12;                    // rows of a register tile
constexpr std::int64_t kMaxDepth = 1024;      // ks of x copied at a time
constexpr std::int64_t kRowsBytes = 1 << 19;  // of x copied at a time

std::int64_t depth_blocks(std::int64_t k) { return std::max<std::int64_t>(1, (k + kMaxDepth - 1) / kMaxDepth); }
std::int64_t depth_of(std::int64_t k) {
  return std::max(kStep, round_up((k + depth_blocks(k) - 1) / depth_blocks(k), kStep));
}
// Elements from row to row of the copy: an odd number of cache lines.
std::int64_t row_stride(std::int64_t k) { return (steps_of(depth_of(k)) | 1) * kStep; }

// to = one tile of w, see linear_pairs.h.
void pack_tile(const bf16* w, std::int64_t w_stride, std::int64_t columns, __mmask32 ks, bf16* to) {
  __m512 rows[kTile];
  OV_UNROLL
  for (int i = 0; i < kTile; ++i) {
    const __mmask32 mask = i < columns ? ks : 0;
    rows[i] = _mm512_castsi512_ps(_mm512_maskz_loadu_epi16(mask, w + i * w_stride));
  }
  Avx512::transpose(rows);  // moves pairs of bf16 as units of 32 bits
  OV_UNROLL
  for (int i = 0; i < kTile; ++i) _mm512_store_ps(to + i * kStep, rows[i]);
}

// sums[kRows][kPanel] (+)= rows of x . panel.
template <int kRows>
void multiply(const bf16* x, std::int64_t x_stride, const bf16* panel, std::int64_t steps, float* sums, bool first) {
  __m512 left[kRows], right[kRows];
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) {
    left[r] = first ? _mm512_setzero_ps() : _mm512_load_ps(sums + r * kPanel);
    right[r] = first ? _mm512_setzero_ps() : _mm512_load_ps(sums + r * kPanel + kTile);
  }
  for (std::int64_t step = 0; step < steps; ++step, panel += kTileElements) {
    for (int pair = 0; pair < kTile; ++pair, x += 2, panel += kStep) {
      const auto a = reinterpret_cast<__m512bh>(_mm512_load_si512(panel));
      const auto b = reinterpret_cast<__m512bh>(_mm512_load_si512(panel + kTileElements));
      OV_UNROLL
      for (int r = 0; r < kRows; ++r) {
        int two = 0;
        std::memcpy(&two, x + r * x_stride, sizeof two);
        const auto value = reinterpret_cast<__m512bh>(_mm512_set1_epi32(two));
        left[r] = _mm512_dpbf16_ps(left[r], value, a);
        right[r] = _mm512_dpbf16_ps(right[r], value, b);
      }
    }
  }
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) {
    _mm512_store_ps(sums + r * kPanel, left[r]);
    _mm512_store_ps(sums + r * kPanel + kTile, right[r]);
  }
}

// kMultiply[rows - 1] for each number of rows that a strip may have.
constexpr auto kMultiply = []<int... kLess>(std::integer_sequence<int, kLess...>) {
  return std::array{&multiply<kLess + 1>...};
}
(std::make_integer_sequence<int, kStrip>{});

template <class Y>
class PairsBlock {
 public:
  PairsBlock(const Product<Y, bf16>& product, const Block& block, const bf16* weights)
      : p_(product), block_(block), weights_(weights), rows_(block.m_end - block.m_begin), stride_(row_stride(p_.k)) {
    const std::int64_t columns = panel_columns(p_.up != nullptr);
    panels_ = (block.n_end - block.n_begin + columns - 1) / columns;
    const std::int64_t sums = kPanel * (depth_blocks(p_.k) > 1 ? round_up(rows_, kStrip) * panels_ : kStrip);
    sums_ = reinterpret_cast<float*>(block_scratch(static_cast<std::size_t>(4 * sums + 2 * rows_ * stride_)));
    inputs_ = reinterpret_cast<bf16*>(sums_ + sums);
  }

  void compute() {
    const std::int64_t depth = depth_of(p_.k);
    for (std::int64_t k = 0; k == 0 || k < p_.k; k += depth) {
      const std::int64_t count = std::min(depth, p_.k - k);
      copy_rows(k, count);
      for (std::int64_t panel = 0; panel < panels_; ++panel) {
        for (std::int64_t row = 0; row < rows_; row += kStrip) multiply_one(row, panel, k, count);
      }
    }
  }

 private:
  void copy_rows(std::int64_t k, std::int64_t count) {
    for (std::int64_t row = 0; row < rows_; ++row) {
      const bf16* x = p_.x + (block_.m_begin + row) * p_.x_stride + k;
      bf16* to = inputs_ + row * stride_;
      for (std::int64_t i = 0; i < count; i += kStep) {
        _mm512_store_si512(to + i, _mm512_maskz_loadu_epi16(first_ks(count - i), x + i));
      }
    }
  }

  void multiply_one(std::int64_t row, std::int64_t panel, std::int64_t k, std::int64_t count) {
    const bool first = k == 0, last = k + count >= p_.k;
    const std::int64_t rows = std::min<std::int64_t>(kStrip, rows_ - row);
    float* sums = sums_ + (first && last ? 0 : kPanel * (panel * round_up(rows_, kStrip) + row));
    const bf16* weights = weights_ + panel * panel_elements(p_.k) + k * kPanel;
    kMultiply[static_cast<std::size_t>(rows - 1)](inputs_ + row * stride_, stride_, weights, steps_of(count), sums,
                                                  first);
    if (!last) return;
    const std::int64_t columns = panel_columns(p_.up != nullptr), n = block_.n_begin + panel * columns;
    finish<Avx512Bf16>(p_, block_.m_begin + row, rows, n, std::min(columns, block_.n_end - n), sums, sums + kTile,
                       kPanel);
  }

  const Product<Y, bf16>& p_;
  const Block& block_;
  const bf16* weights_;
  const std::int64_t rows_, stride_;
  std::int64_t panels_ = 0;
  float* sums_ = nullptr;
  bf16* inputs_ = nullptr;
};

}  // namespace

std::int64_t panel_columns(bool gated) { return gated ? kTile : kPanel; }
std::int64_t panel_elements(std::int64_t k) { return kPanel * kStep * steps_of(k); }

void pack_panel(const bf16* w, const bf16* up, std::int64_t k, std::int64_t columns, bf16* to) {
  const bf16* right = up ? up : w + kTile * k;
  const std::int64_t right_columns = up ? columns : columns - kTile;
  for (std::int64_t i = 0; i < k; i += kStep, to += 2 * kTileElements) {
    pack_tile(w + i, k, columns, first_ks(k - i), to);
    pack_tile(right + i, k, right_columns, first_ks(k - i), to + kTileElements);
  }
}

BlockLimits wide_limits(std::int64_t k, bool gated) {
  const std::int64_t strips = kRowsBytes / (2 * row_stride(k) * kStrip);
  return {kStrip, kStrip * std::max<std::int64_t>(1, strips), panel_columns(gated), std::int64_t{1} << 40};
}

void wide_block(const Bf16Product& product, const Block& block, const bf16* weights) {
  PairsBlock<bf16>(product, block, weights).compute();
}
void wide_block(const LogitsProduct& product, const Block& block, const bf16* weights) {
  PairsBlock<float>(product, block, weights).compute();
}

}  // namespace ov::kernels::avx512_bf16
