// Matrix products with AMX tiles: bf16 inputs, float32 sums, many rows.
//
// A tile product adds x [16 rows, 32 ks] . w [32 ks, 16 columns] to a 16x16 float32 tile. Tiles of w
// want pairs of ks interleaved, so each block packs its share of w into scratch, uses it for all
// its rows and forgets it; rows of x are packed a strip at a time. Six tiles of sums, 48 rows x 32
// columns (for gated products 16 columns of each factor), need the fewest bytes from the cache for
// every product. Sums run over k in order whatever the blocking.
#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"
#include "kernels/linear_simd_avx512.h"

namespace ov::kernels::amx {
namespace {

constexpr std::int64_t kTile = 16;                     // rows of a tile; also its float32 columns
constexpr std::int64_t kStep = 32;                     // ks of a tile
constexpr std::int64_t kStrip = 3 * kTile;             // rows of x taken together
constexpr std::int64_t kPanel = 2 * kTile;             // columns of w taken together
constexpr std::int64_t kTileElements = kTile * kStep;  // bf16 elements of a tile
constexpr std::int64_t kSums = kStrip * kPanel;
constexpr std::int64_t kMaxDepth = 1216;  // ks packed at a time

struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Rounds to bf16 in one instruction; subnormal results become zeros, as the tiles' inputs do.
struct Avx512Bf16 : Avx512 {
  using Avx512::store;
  static void store(bf16* p, V a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(a)));
  }
  static void store(bf16* p, V a, int count) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    _mm256_mask_storeu_epi16(p, mask, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(a)));
  }
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

// The first of a tile's ks when `count` are left.
__mmask32 first_ks(std::int64_t count) {
  return count >= kStep ? ~__mmask32{0} : static_cast<__mmask32>((1u << count) - 1);
}

// to = one tile of w: 32 ks of 16 columns, pairs of ks interleaved, zeros where w ends.
void pack_weight_tile(const bf16* w, std::int64_t w_stride, std::int64_t columns, __mmask32 ks, bf16* to) {
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

// Sums [kStrip, kPanel] (+)= strip . panel for the first 16 * kTiles rows. Tiles 0..5 hold the
// sums, 6 holds w and 7 x. `meanwhile()` is a step's worth of other work: the vector units have
// nothing else to do, and loads from far away get the time they need.
template <int kTiles, class Meanwhile>
void multiply(const bf16* strip, const bf16* panel, std::int64_t steps, float* sums, bool first,
              const Meanwhile& meanwhile) {
  constexpr int kStride = kPanel * sizeof(float);
  constexpr std::int64_t kDown = kTile * kPanel;
  // GCC's tile loads do not tell the compiler that they read what was packed.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (first) {
    _tile_zero(0);
    _tile_zero(1);
    if constexpr (kTiles > 1) _tile_zero(2);
    if constexpr (kTiles > 1) _tile_zero(3);
    if constexpr (kTiles > 2) _tile_zero(4);
    if constexpr (kTiles > 2) _tile_zero(5);
  } else {
    _tile_loadd(0, sums, kStride);
    _tile_loadd(1, sums + kTile, kStride);
    if constexpr (kTiles > 1) _tile_loadd(2, sums + kDown, kStride);
    if constexpr (kTiles > 1) _tile_loadd(3, sums + kDown + kTile, kStride);
    if constexpr (kTiles > 2) _tile_loadd(4, sums + 2 * kDown, kStride);
    if constexpr (kTiles > 2) _tile_loadd(5, sums + 2 * kDown + kTile, kStride);
  }
  for (std::int64_t i = 0; i < steps; ++i) {
    _tile_loadd(6, panel, 64);
    _tile_loadd(7, strip, 64);
    _tile_dpbf16ps(0, 7, 6);
    if constexpr (kTiles > 1) _tile_loadd(7, strip + kTileElements, 64);
    if constexpr (kTiles > 1) _tile_dpbf16ps(2, 7, 6);
    if constexpr (kTiles > 2) _tile_loadd(7, strip + 2 * kTileElements, 64);
    if constexpr (kTiles > 2) _tile_dpbf16ps(4, 7, 6);
    _tile_loadd(6, panel + kTileElements, 64);
    // The last tile of x is still there; the others come again, from the nearest cache.
    if constexpr (kTiles == 1) _tile_dpbf16ps(1, 7, 6);
    if constexpr (kTiles == 2) _tile_dpbf16ps(3, 7, 6);
    if constexpr (kTiles == 3) _tile_dpbf16ps(5, 7, 6);
    if constexpr (kTiles > 1) _tile_loadd(7, strip, 64);
    if constexpr (kTiles > 1) _tile_dpbf16ps(1, 7, 6);
    if constexpr (kTiles > 2) _tile_loadd(7, strip + kTileElements, 64);
    if constexpr (kTiles > 2) _tile_dpbf16ps(3, 7, 6);
    meanwhile();
    panel += 2 * kTileElements;
    strip += kTiles * kTileElements;
  }
  _tile_stored(0, sums, kStride);
  _tile_stored(1, sums + kTile, kStride);
  if constexpr (kTiles > 1) _tile_stored(2, sums + kDown, kStride);
  if constexpr (kTiles > 1) _tile_stored(3, sums + kDown + kTile, kStride);
  if constexpr (kTiles > 2) _tile_stored(4, sums + 2 * kDown, kStride);
  if constexpr (kTiles > 2) _tile_stored(5, sums + 2 * kDown + kTile, kStride);
}

template <class Y>
class TileBlock {
 public:
  TileBlock(const Product<Y, bf16>& product, const Block& block)
      : p_(product), block_(block), panel_columns_(product.up ? kTile : kPanel), depth_(depth_of(product.k)) {
    panels_ = (block.n_end - block.n_begin + panel_columns_ - 1) / panel_columns_;
    const std::int64_t strips = depth_blocks(p_.k) > 1 ? (block.m_end - block.m_begin + kStrip - 1) / kStrip : 0;
    const std::int64_t sums = std::max<std::int64_t>(2, strips * panels_) * kSums;
    const std::int64_t weights = panels_ * kPanel * depth_, rows = 2 * kStrip * depth_;
    sums_ = reinterpret_cast<float*>(block_scratch(static_cast<std::size_t>(4 * sums + 2 * (weights + rows))));
    weights_ = reinterpret_cast<bf16*>(sums_ + sums);
    rows_ = weights_ + weights;
  }

  void compute() {
    const Tiles tiles;
    const std::int64_t blocks = depth_blocks(p_.k);
    for (std::int64_t i = 0; i < blocks; ++i) {
      const Depth now = depth_at(i);
      pack_weights(now);
      if (now.first) start_packing(block_.m_begin, now);
      for (std::int64_t m = block_.m_begin; m < block_.m_end; m += kStrip) {
        pack_rows(packing_.lines());
        const bf16* strip = packing_.rows;
        if (m + kStrip < block_.m_end)
          start_packing(m + kStrip, now);
        else if (!now.last)
          start_packing(block_.m_begin, depth_at(i + 1));
        else
          packing_ = {};
        const std::int64_t rows = block_.m_end - m;
        if (rows <= kTile)
          multiply_strip<1>(m, now, strip);
        else if (rows <= 2 * kTile)
          multiply_strip<2>(m, now, strip);
        else
          multiply_strip<3>(m, now, strip);
      }
    }
    finish_rows(kStrip);
  }

 private:
  // One block of ks.
  struct Depth {
    std::int64_t k = 0, count = 0, steps = 0;
    bool first = true, last = true;
  };
  // A strip of x on its way into tiles, `tiles` for each step, one row of a tile at a time.
  struct Packing {
    std::int64_t m = 0, tiles = 0;
    Depth depth;
    bf16* rows = nullptr;
    std::int64_t row = 0, step = 0;  // the next to be packed
    std::int64_t lines() const { return tiles * kTile * depth.steps; }
  };
  // Complete sums that are not yet in y.
  struct Pending {
    std::int64_t m = 0, rows = 0, n = 0, columns = 0;
    const float* sums = nullptr;
  };

  void pack_weights(const Depth& now) {
    for (std::int64_t panel = 0; panel < panels_; ++panel) {
      const std::int64_t n = block_.n_begin + panel * panel_columns_;
      const bf16* left = p_.w + n * p_.k + now.k;
      const bf16* right = p_.up ? p_.up + n * p_.k + now.k : left + kTile * p_.k;
      const std::int64_t left_columns = block_.n_end - n, right_columns = p_.up ? left_columns : left_columns - kTile;
      bf16* to = weights_ + panel * now.steps * 2 * kTileElements;
      for (std::int64_t i = 0; i < now.steps; ++i) {
        const __mmask32 mask = first_ks(now.count - i * kStep);
        pack_weight_tile(left + i * kStep, p_.k, left_columns, mask, to + 2 * i * kTileElements);
        pack_weight_tile(right + i * kStep, p_.k, right_columns, mask, to + (2 * i + 1) * kTileElements);
      }
    }
  }

  Depth depth_at(std::int64_t i) const {
    const std::int64_t k = i * depth_, count = std::max<std::int64_t>(0, std::min(depth_, p_.k - k));
    return {k, count, (count + kStep - 1) / kStep, i == 0, i + 1 == depth_blocks(p_.k)};
  }

  void start_packing(std::int64_t m, const Depth& depth) {
    const std::int64_t tiles = std::min<std::int64_t>(kStrip / kTile, (block_.m_end - m + kTile - 1) / kTile);
    bf16* other = packing_.rows == rows_ ? rows_ + kStrip * depth_ : rows_;
    packing_ = {m, tiles, depth, other};
  }

  // Packs up to `count` more lines of the strip under way; zeros where x ends.
  void pack_rows(std::int64_t count) {
    Packing& now = packing_;
    const std::int64_t whole_steps = now.depth.count / kStep, stride = now.tiles * kTileElements;
    while (count > 0 && now.row < now.tiles * kTile) {
      const std::int64_t end = std::min(now.step + count, now.depth.steps);
      const bf16* x = p_.x + (now.m + now.row) * p_.x_stride + now.depth.k;
      bf16* to = now.rows + now.row * kStep;
      const bool missing = now.m + now.row >= block_.m_end;
      count -= end - now.step;
      for (; now.step < std::min(end, missing ? 0 : whole_steps); ++now.step) {
        _mm512_store_si512(to + now.step * stride, _mm512_loadu_si512(x + now.step * kStep));
      }
      for (; now.step < end; ++now.step) {
        const __mmask32 mask = missing ? 0 : first_ks(now.depth.count - now.step * kStep);
        _mm512_store_si512(to + now.step * stride, _mm512_maskz_loadu_epi16(mask, x + now.step * kStep));
      }
      if (now.step < now.depth.steps) return;
      now.step = 0;
      ++now.row;
    }
  }

  template <int kTiles>
  void multiply_strip(std::int64_t m, const Depth& now, const bf16* strip) {
    const std::int64_t rows = std::min(kStrip, block_.m_end - m);
    const bool single = now.first && now.last;
    const std::int64_t rows_per_step = now.steps ? (kStrip + now.steps - 1) / now.steps : 0;
    const std::int64_t turns = std::max<std::int64_t>(1, now.steps * panels_);
    const std::int64_t lines_per_step = (packing_.lines() + turns - 1) / turns;
    for (std::int64_t panel = 0; panel < panels_; ++panel) {
      const std::int64_t n = block_.n_begin + panel * panel_columns_;
      const std::int64_t place = single ? panel % 2 : (m - block_.m_begin) / kStrip * panels_ + panel;
      const bf16* weights = weights_ + panel * now.steps * 2 * kTileElements;
      multiply<kTiles>(strip, weights, now.steps, sums_ + place * kSums, now.first, [&] {
        finish_rows(rows_per_step);
        pack_rows(lines_per_step);
      });
      if (!now.last) continue;
      finish_rows(kStrip);
      pending_ = {m, rows, n, std::min(panel_columns_, block_.n_end - n), sums_ + place * kSums};
    }
  }

  // Finishes up to `count` rows of what is pending.
  void finish_rows(std::int64_t count) {
    Pending& now = pending_;
    count = std::min(count, now.rows);
    if (count == 0) return;
    finish<Avx512Bf16>(p_, now.m, count, now.n, now.columns, now.sums, now.sums + kTile, kPanel);
    now.m += count;
    now.rows -= count;
    now.sums += count * kPanel;
  }

  const Product<Y, bf16>& p_;
  const Block& block_;
  const std::int64_t panel_columns_, depth_;
  std::int64_t panels_ = 0;
  float* sums_ = nullptr;
  bf16* weights_ = nullptr;
  bf16* rows_ = nullptr;
  Pending pending_;
  Packing packing_;
};

}  // namespace

BlockLimits wide_limits(const Bf16Product& product) { return limits_for(product.k, product.up != nullptr); }
BlockLimits wide_limits(const LogitsProduct& product) { return limits_for(product.k, false); }
void wide_block(const Bf16Product& product, const Block& block) { TileBlock<bf16>(product, block).compute(); }
void wide_block(const LogitsProduct& product, const Block& block) { TileBlock<float>(product, block).compute(); }

}  // namespace ov::kernels::amx
