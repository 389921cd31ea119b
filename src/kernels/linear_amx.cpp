// Matrix products with AMX tiles: bf16 inputs, float32 sums, many rows.
//
// A tile product adds x [16 rows, 32 ks] . w [32 ks, 16 columns] to a 16x16 float32 tile. Tiles of w
// want pairs of ks interleaved, so w is first packed, a few megabytes of it, for all threads. Then
// each block packs its rows of x to stay in the second-level cache while the panels of w pass.
// Six tiles of sums, 48 rows x 32 columns (for gated products 16 columns of each factor), need the
// fewest bytes from the cache for every product. Sums run over k in order whatever the blocking.
#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/linear_finish.h"
#include "kernels/linear_kernel.h"
#include "kernels/linear_pairs.h"

namespace ov::kernels::amx {

using avx512_bf16::panel_columns;

namespace {

constexpr std::int64_t kStrip = 3 * kTile;  // rows of x taken together
constexpr std::int64_t kSums = kStrip * kPanel;
constexpr std::int64_t kMaxDepth = 2432;      // ks of x packed at a time
constexpr std::int64_t kRowsBytes = 1 << 20;  // of x packed at a time

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
  TileBlock(const Product<Y, bf16>& product, const Block& block, const bf16* weights)
      : p_(product), block_(block), weights_(weights), panel_columns_(panel_columns(product.up != nullptr)) {
    panels_ = (block.n_end - block.n_begin + panel_columns_ - 1) / panel_columns_;
    strips_ = (block.m_end - block.m_begin + kStrip - 1) / kStrip;
    const std::int64_t sums = (depth_blocks(p_.k) > 1 ? strips_ * panels_ : 2) * kSums;
    const std::int64_t rows = strips_ * kStrip * depth_of(p_.k);
    sums_ = reinterpret_cast<float*>(block_scratch(static_cast<std::size_t>(4 * sums + 2 * rows)));
    rows_ = reinterpret_cast<bf16*>(sums_ + sums);
  }

  void compute() {
    const Tiles tiles;
    const std::int64_t depth = depth_of(p_.k);
    for (std::int64_t k = 0; k == 0 || k < p_.k; k += depth) {
      const std::int64_t count = std::min(depth, p_.k - k);
      const Depth now{k, count, steps_of(count), k == 0, k + depth >= p_.k};
      for (std::int64_t strip = 0; strip < strips_; ++strip) pack_rows(strip, now);
      for (std::int64_t panel = 0; panel < panels_; ++panel) {
        for (std::int64_t strip = 0; strip < strips_; ++strip) multiply_one(strip, panel, now);
      }
    }
    finish_rows(kStrip);
  }

 private:
  // One block of ks.
  struct Depth {
    std::int64_t k, count, steps;
    bool first, last;
  };
  // Complete sums that are not yet in y.
  struct Pending {
    std::int64_t m = 0, rows = 0, n = 0, columns = 0;
    const float* sums = nullptr;
  };

  std::int64_t strip_begin(std::int64_t strip) const { return block_.m_begin + strip * kStrip; }
  std::int64_t strip_rows(std::int64_t strip) const { return std::min(kStrip, block_.m_end - strip_begin(strip)); }
  std::int64_t strip_tiles(std::int64_t strip) const { return (strip_rows(strip) + kTile - 1) / kTile; }
  bf16* packed_strip(std::int64_t strip, const Depth& now) const { return rows_ + strip * kStrip * kStep * now.steps; }

  // Lays the strip's one to three tiles of x for each step side by side, zeros where x ends.
  void pack_rows(std::int64_t strip, const Depth& now) {
    const std::int64_t tiles = strip_tiles(strip), step = tiles * kTileElements, whole_steps = now.count / kStep;
    for (std::int64_t row = 0; row < tiles * kTile; ++row) {
      bf16* to = packed_strip(strip, now) + row * kStep;
      const bool missing = row >= strip_rows(strip);
      const bf16* x = p_.x + (strip_begin(strip) + row) * p_.x_stride + now.k;
      std::int64_t i = 0;
      for (; i < (missing ? 0 : whole_steps); ++i) _mm512_store_si512(to + i * step, _mm512_loadu_si512(x + i * kStep));
      for (; i < now.steps; ++i) {
        const __mmask32 mask = missing ? 0 : first_ks(now.count - i * kStep);
        _mm512_store_si512(to + i * step, _mm512_maskz_loadu_epi16(mask, x + i * kStep));
      }
    }
  }

  void multiply_one(std::int64_t strip, std::int64_t panel, const Depth& now) {
    const std::int64_t panel_elements = 2 * kTileElements * steps_of(p_.k);
    const bf16* weights = weights_ + panel * panel_elements + now.k * kPanel;
    const std::int64_t rows_per_step = now.steps ? (kStrip + now.steps - 1) / now.steps : 0;
    const std::int64_t place = now.first && now.last ? (panel * strips_ + strip) % 2 : panel * strips_ + strip;
    float* sums = sums_ + place * kSums;
    // The next panel comes nearer while this one is used, a share with each strip.
    const bf16* next = weights + panel_elements + strip * 2 * kTileElements * now.steps / strips_;
    const std::int64_t lines_per_step = panel + 1 < panels_ ? std::min<std::int64_t>(4, 2 * kTile / strips_ + 1) : 0;
    const auto meanwhile = [&] {
      finish_rows(rows_per_step);
      for (std::int64_t i = 0; i < lines_per_step; ++i, next += kStep) _mm_prefetch(next, _MM_HINT_T1);
    };
    const bf16* x = packed_strip(strip, now);
    const std::int64_t tiles = strip_tiles(strip);
    if (tiles == 1) multiply<1>(x, weights, now.steps, sums, now.first, meanwhile);
    if (tiles == 2) multiply<2>(x, weights, now.steps, sums, now.first, meanwhile);
    if (tiles == 3) multiply<3>(x, weights, now.steps, sums, now.first, meanwhile);
    if (!now.last) return;
    finish_rows(kStrip);
    const std::int64_t n = block_.n_begin + panel * panel_columns_;
    pending_ = {strip_begin(strip), strip_rows(strip), n, std::min(panel_columns_, block_.n_end - n), sums};
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
  const bf16* weights_;
  const std::int64_t panel_columns_;
  std::int64_t panels_ = 0, strips_ = 0;
  float* sums_ = nullptr;
  bf16* rows_ = nullptr;
  Pending pending_;
};

}  // namespace

BlockLimits wide_limits(std::int64_t k, bool gated) {
  const std::int64_t strips = kRowsBytes / 2 / (depth_of(k) * kStrip);
  return {kStrip, kStrip * std::max<std::int64_t>(1, strips), panel_columns(gated), std::int64_t{1} << 40};
}

void wide_block(const Bf16Product& product, const Block& block, const bf16* weights) {
  TileBlock<bf16>(product, block, weights).compute();
}
void wide_block(const LogitsProduct& product, const Block& block, const bf16* weights) {
  TileBlock<float>(product, block, weights).compute();
}

}  // namespace ov::kernels::amx
