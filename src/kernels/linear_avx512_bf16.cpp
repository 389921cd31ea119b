// Matrix products with AVX512-BF16: bf16 inputs, float32 sums, many rows; and the packing of w.
//
// An instruction adds, for 16 columns, the products of a pair of ks to a float32 sum: twice the work
// of a float32 one on half the bytes. A register tile of 12 rows x 32 columns walks over the whole of
// k, so that sums need no memory; a block's rows of x, copied to where they share no cache sets, stay
// in the second-level cache while the panels of w pass.
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
constexpr std::int64_t kRowsBytes = 1 << 19;  // of x copied at a time

// Elements from row to row of the copy: an odd number of cache lines.
std::int64_t row_stride(std::int64_t k) { return (steps_of(k) | 1) * kStep; }

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

// sums[kRows][kPanel] = rows of x . panel.
template <int kRows>
void multiply(const bf16* x, std::int64_t x_stride, const bf16* panel, std::int64_t steps, float* sums) {
  __m512 left[kRows], right[kRows];
  OV_UNROLL
  for (int r = 0; r < kRows; ++r) left[r] = right[r] = _mm512_setzero_ps();
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
void compute(const Product<Y, bf16>& p, const Block& block, const bf16* weights) {
  const std::int64_t rows = block.m_end - block.m_begin, stride = row_stride(p.k);
  const std::int64_t columns = panel_columns(p.up != nullptr);
  auto* inputs = reinterpret_cast<bf16*>(block_scratch(sizeof(bf16) * static_cast<std::size_t>(rows * stride)));
  for (std::int64_t row = 0; row < rows; ++row) {
    const bf16* x = p.x + (block.m_begin + row) * p.x_stride;
    for (std::int64_t k = 0; k < p.k; k += kStep) {
      _mm512_store_si512(inputs + row * stride + k, _mm512_maskz_loadu_epi16(first_ks(p.k - k), x + k));
    }
  }
  alignas(64) float sums[kStrip * kPanel];
  for (std::int64_t n = block.n_begin; n < block.n_end; n += columns, weights += panel_elements(p.k)) {
    for (std::int64_t row = 0; row < rows; row += kStrip) {
      const std::int64_t count = std::min<std::int64_t>(kStrip, rows - row);
      kMultiply[static_cast<std::size_t>(count - 1)](inputs + row * stride, stride, weights, steps_of(p.k), sums);
      finish<Avx512Bf16>(p, block.m_begin + row, count, n, std::min(columns, block.n_end - n), sums, sums + kTile,
                         kPanel);
    }
  }
}

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
  compute(product, block, weights);
}
void wide_block(const LogitsProduct& product, const Block& block, const bf16* weights) {
  compute(product, block, weights);
}

}  // namespace ov::kernels::avx512_bf16
