// Matrix products with AMX tiles: bf16 inputs, float32 sums, many rows.
//
// A tile product adds x [16 rows, 32 ks] . w [32 ks, 16 columns] to a 16x16 float32 tile. Rows of x
// are read where they lie. Tiles of w want pairs of ks interleaved, so each block packs its share
// of w into scratch, uses it for all its rows and forgets it. Register tile: 32 rows x 32 columns
// (for gated products 16 columns of each factor). Sums run over k in order whatever the blocking.
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"
#include "kernels/linear_simd_avx512.h"

namespace ov::kernels::amx {
namespace {

constexpr std::int64_t kTile = 16;                    // rows of a tile; also its float32 columns
constexpr std::int64_t kStep = 32;                    // ks of a tile
constexpr std::int64_t kStrip = 2 * kTile;            // rows of x taken together
constexpr std::int64_t kPanel = 2 * kTile;            // columns of w taken together
constexpr std::int64_t kTileElements = kTile * kStep;  // bf16 elements of a tile
constexpr std::int64_t kSums = kStrip * kPanel;
constexpr std::int64_t kMaxDepth = 1216;              // ks packed at a time

struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// The tile registers of this thread, configured for as long as a block is computed.
class Tiles {
 public:
  Tiles() {
    static constexpr TileConfig kConfig;
    _tile_loadconfig(&kConfig);
  }
  ~Tiles() { _tile_release(); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

std::int64_t depth_blocks(std::int64_t k) { return std::max<std::int64_t>(1, (k + kMaxDepth - 1) / kMaxDepth); }
std::int64_t depth_of(std::int64_t k) {
  return std::max(kStep, round_up((k + depth_blocks(k) - 1) / depth_blocks(k), kStep));
}

// One block of k keeps its sums in registers, so the rows may go on forever; with more, the
// block's sums stay in the second-level cache too.
BlockLimits limits_for(std::int64_t k, bool gated) {
  constexpr std::int64_t kPackedBytes = 1 << 20;
  const std::int64_t depth = depth_of(k);
  std::int64_t panels = std::min<std::int64_t>(16, std::max<std::int64_t>(1, kPackedBytes / 2 / (depth * kPanel)));
  std::int64_t rows = std::int64_t{1} << 40;
  if (depth_blocks(k) > 1) {
    panels = 8;
    rows = 768;
  }
  const std::int64_t panel_columns = gated ? kTile : kPanel;
  return {kStrip, rows, panel_columns, panels * panel_columns};
}

// to = one tile of w: 32 ks of 16 columns, pairs of ks interleaved, zeros where w ends.
void pack_tile(const bf16* w, std::int64_t w_stride, std::int64_t columns, std::int64_t ks, bf16* to) {
  const auto mask = ks >= kStep ? ~__mmask32{0} : static_cast<__mmask32>((std::uint64_t{1} << std::max<std::int64_t>(ks, 0)) - 1);
  __m512 rows[kTile];
  OV_UNROLL
  for (int i = 0; i < kTile; ++i) {
    rows[i] = i < columns ? _mm512_castsi512_ps(_mm512_maskz_loadu_epi16(mask, w + i * w_stride)) : _mm512_setzero_ps();
  }
  Avx512::transpose(rows);  // moves pairs of bf16 as units of 32 bits
  OV_UNROLL
  for (int i = 0; i < kTile; ++i) _mm512_store_ps(to + i * kStep, rows[i]);
}

// Up to kStrip rows of x for one block of k. The last step comes from a padded copy when k ends
// inside it; all steps do when the strip has missing rows.
struct Strip {
  const bf16* x = nullptr;
  std::int64_t stride = 0;       // bytes
  std::int64_t whole_steps = 0;  // that x can serve
  std::int64_t steps = 0;
  const bf16* last = nullptr;    // [kStrip, kStep], for step whole_steps if it is below steps
};

// Sums [kStrip, kPanel] (+)= strip . panel; kHalf leaves out the lower 16 rows.
template <bool kHalf>
void multiply(const Strip& strip, const bf16* panel, float* sums, bool first) {
  constexpr int kSumsStride = kPanel * sizeof(float);
  float* lower = sums + kTile * kPanel;
  if (first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, sums, kSumsStride);
    _tile_loadd(1, sums + kTile, kSumsStride);
    _tile_loadd(2, lower, kSumsStride);
    _tile_loadd(3, lower + kTile, kSumsStride);
  }
  const auto step = [&panel](const bf16* x, std::int64_t stride) __attribute__((always_inline)) {
    _tile_loadd(6, panel, 64);
    _tile_loadd(4, x, stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, panel + kTileElements, 64);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (!kHalf) {
      _tile_loadd(5, x + kTile * stride / 2, stride);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    panel += 2 * kTileElements;
  };
  for (std::int64_t i = 0; i < strip.whole_steps; ++i) step(strip.x + i * kStep, strip.stride);
  if (strip.whole_steps < strip.steps) step(strip.last, kStep * sizeof(bf16));
  _tile_stored(0, sums, kSumsStride);
  _tile_stored(1, sums + kTile, kSumsStride);
  if constexpr (!kHalf) {
    _tile_stored(2, lower, kSumsStride);
    _tile_stored(3, lower + kTile, kSumsStride);
  }
}

template <class Y>
class TileBlock {
 public:
  TileBlock(const Product<Y, bf16>& product, const Block& block)
      : p_(product), block_(block), panel_columns_(product.up ? kTile : kPanel), depth_(depth_of(product.k)) {
    panels_ = (block.n_end - block.n_begin + panel_columns_ - 1) / panel_columns_;
    const std::int64_t strips = depth_blocks(p_.k) > 1 ? (block.m_end - block.m_begin + kStrip - 1) / kStrip : 0;
    const std::int64_t sums = std::max<std::int64_t>(1, strips * panels_) * kSums;
    const std::int64_t weights = panels_ * kPanel * depth_, rows = kStrip * depth_;
    sums_ = reinterpret_cast<float*>(block_scratch(static_cast<std::size_t>(4 * sums + 2 * (weights + rows))));
    weights_ = reinterpret_cast<bf16*>(sums_ + sums);
    rows_ = weights_ + weights;
  }

  void compute() {
    const Tiles tiles;
    const std::int64_t blocks = depth_blocks(p_.k);
    for (std::int64_t i = 0; i < blocks; ++i) {
      const std::int64_t k = i * depth_, depth = std::max<std::int64_t>(0, std::min(depth_, p_.k - k));
      const std::int64_t steps = (depth + kStep - 1) / kStep;
      pack_weights(k, depth, steps);
      for (std::int64_t m = block_.m_begin; m < block_.m_end; m += kStrip) {
        float* sums = blocks > 1 ? sums_ + (m - block_.m_begin) / kStrip * panels_ * kSums : sums_;
        multiply_strip(m, k, depth, steps, sums, blocks > 1 ? kSums : 0, i == 0, i + 1 == blocks);
      }
    }
  }

 private:
  void pack_weights(std::int64_t k, std::int64_t depth, std::int64_t steps) {
    for (std::int64_t panel = 0; panel < panels_; ++panel) {
      const std::int64_t n = block_.n_begin + panel * panel_columns_;
      const bf16* left = p_.w + n * p_.k + k;
      const bf16* right = p_.up ? p_.up + n * p_.k + k : left + kTile * p_.k;
      const std::int64_t left_columns = block_.n_end - n, right_columns = p_.up ? left_columns : left_columns - kTile;
      bf16* to = weights_ + panel * steps * 2 * kTileElements;
      for (std::int64_t i = 0; i < steps; ++i) {
        const std::int64_t ks = depth - i * kStep;
        pack_tile(left + i * kStep, p_.k, left_columns, ks, to + 2 * i * kTileElements);
        pack_tile(right + i * kStep, p_.k, right_columns, ks, to + (2 * i + 1) * kTileElements);
      }
    }
  }

  Strip strip_at(std::int64_t m, std::int64_t k, std::int64_t depth, std::int64_t steps) {
    const std::int64_t count = std::min(kStrip, block_.m_end - m), whole = depth / kStep;
    const bf16* x = p_.x + m * p_.x_stride + k;
    if (count == kStrip) {
      if (whole < steps) pad_rows(x + whole * kStep, count, depth - whole * kStep, kStep);
      return {x, 2 * p_.x_stride, whole, steps, rows_};
    }
    pad_rows(x, count, depth, steps * kStep);
    return {rows_, 2 * steps * kStep, steps, steps, nullptr};
  }

  // rows_ = [kStrip, stride], zeros but for the `count` rows of `ks` elements at x.
  void pad_rows(const bf16* x, std::int64_t count, std::int64_t ks, std::int64_t stride) {
    std::fill(rows_, rows_ + kStrip * stride, bf16{0});
    for (std::int64_t i = 0; i < count; ++i) std::copy(x + i * p_.x_stride, x + i * p_.x_stride + ks, rows_ + i * stride);
  }

  void multiply_strip(std::int64_t m, std::int64_t k, std::int64_t depth, std::int64_t steps, float* sums,
                      std::int64_t sums_step, bool first, bool last) {
    const std::int64_t count = std::min(kStrip, block_.m_end - m);
    const Strip strip = strip_at(m, k, depth, steps);
    for (std::int64_t panel = 0; panel < panels_; ++panel, sums += sums_step) {
      const bf16* weights = weights_ + panel * steps * 2 * kTileElements;
      prefetch_rows(m + kStrip, panel, k, depth);
      if (count > kTile) multiply<false>(strip, weights, sums, first);
      else multiply<true>(strip, weights, sums, first);
      if (last) {
        const std::int64_t n = block_.n_begin + panel * panel_columns_;
        finish<Avx512>(p_, m, count, n, std::min(panel_columns_, block_.n_end - n), sums, sums + kTile, kPanel);
      }
    }
  }

  // Calls the next strip's rows into the second-level cache, a share with every panel.
  void prefetch_rows(std::int64_t m, std::int64_t panel, std::int64_t k, std::int64_t depth) const {
    constexpr std::int64_t kLine = 32;
    const std::int64_t begin = m + panel * kStrip / panels_, end = m + (panel + 1) * kStrip / panels_;
    for (std::int64_t row = begin; row < std::min(end, block_.m_end); ++row) {
      const bf16* x = p_.x + row * p_.x_stride + k;
      for (std::int64_t i = 0; i < depth; i += kLine) _mm_prefetch(x + i, _MM_HINT_T1);
    }
  }

  const Product<Y, bf16>& p_;
  const Block& block_;
  const std::int64_t panel_columns_, depth_;
  std::int64_t panels_ = 0;
  float* sums_ = nullptr;
  bf16* weights_ = nullptr;
  bf16* rows_ = nullptr;
};

}  // namespace

BlockLimits wide_limits(const Bf16Product& product) { return limits_for(product.k, product.up != nullptr); }
BlockLimits wide_limits(const LogitsProduct& product) { return limits_for(product.k, false); }
void wide_block(const Bf16Product& product, const Block& block) { TileBlock<bf16>(product, block).compute(); }
void wide_block(const LogitsProduct& product, const Block& block) { TileBlock<float>(product, block).compute(); }

}  // namespace ov::kernels::amx
