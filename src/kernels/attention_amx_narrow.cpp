// Narrow attention (decoding) with AMX for the scores: the keys of one kv head times its query heads,
// S^T[keys, heads], keys read as they lie in the cache. Softmax with a lane per query head and the
// sum of values in float32 vectors, weights not rounded.
#if defined(__x86_64__)
#include <cstring>
#include <limits>

#include "kernels/attention.h"
#include "kernels/attention_amx.h"

namespace ov::kernels::amx {
namespace {

constexpr int kHeads = 16;       // query heads (lanes) at a time
constexpr int kHeadsPerSum = 8;  // query heads summed at a time

struct SplitScratch {
  bf16* queries;   // [chunks of 32 elements, tile of 16 element pairs x 16 heads]
  bf16* edge;      // one tile: 16 keys x 32 elements where the cache ends
  float* weights;  // [kNarrowSplit, kHeads]: scores, then weights
  std::int64_t chunks;
};

SplitScratch take_split_scratch(std::int64_t e) {
  SplitScratch s;
  s.chunks = (e + 31) / 32;
  const std::size_t queries = s.chunks * kTileSize, weights = kNarrowSplit * kHeads;
  Scratch& scratch = thread_scratch();
  scratch.reserve(Scratch::padded(2 * queries) + Scratch::padded(2 * kTileSize) + Scratch::padded(4 * weights));
  s.queries = scratch.take<bf16>(queries);
  s.edge = scratch.take<bf16>(kTileSize);
  s.weights = scratch.take<float>(weights);
  return s;
}

OV_AMX void pack_heads(const bf16* query, std::int64_t heads, std::int64_t e, const SplitScratch& s) {
  for (std::int64_t chunk = 0; chunk < s.chunks; ++chunk) {
    const __mmask32 lanes = lanes_of(chunk * 32, e, 32);
    __m512i rows[16];
    for (int i = 0; i < 16; ++i) {
      rows[i] = _mm512_maskz_loadu_epi16(i < heads ? lanes : 0, query + i * e + chunk * 32);
    }
    transpose(rows);
    for (int i = 0; i < 16; ++i) _mm512_store_si512(s.queries + chunk * kTileSize + i * 32, rows[i]);
  }
}

// Rows of one head lie apart in the cache, which the hardware's prefetch does not follow well.
constexpr std::int64_t kAhead = 32;
OV_AMX_INLINE void fetch_row(const bf16* row, std::int64_t e) {
  for (std::int64_t i = 0; i < e; i += 32) _mm_prefetch(row + i, _MM_HINT_T0);
}

// Scores of `count` keys, padded to 16 with keys of zeros.
OV_AMX void score_split(const bf16* key, std::int64_t stride, std::int64_t count, std::int64_t e,
                        const SplitScratch& s) {
  for (std::int64_t first = 0; first < count; first += 16, key += 16 * stride) {
    for (int i = 0; i < 16; ++i) fetch_row(key + (kAhead + i) * stride, e);
    _tile_zero(0);
    for (std::int64_t chunk = 0; chunk < s.chunks; ++chunk) {
      if (first + 16 <= count && chunk * 32 + 32 <= e) {
        _tile_loadd(1, key + chunk * 32, stride * 2);
      } else {
        const __mmask32 lanes = lanes_of(chunk * 32, e, 32);
        for (std::int64_t i = 0; i < 16; ++i) {
          const __mmask32 here = first + i < count ? lanes : 0;
          _mm512_store_si512(s.edge + i * 32, _mm512_maskz_loadu_epi16(here, key + i * stride + chunk * 32));
        }
        settle_stores();
        _tile_loadd(1, s.edge, 64);
      }
      _tile_loadd(2, s.queries + chunk * kTileSize, 64);
      _tile_dpbf16ps(0, 1, 2);
    }
    _tile_stored(0, s.weights + first * kHeads, kHeads * 4);
  }
}

// Scores to weights, in place. Writes the greatest score and the sum of weights of each head.
OV_AMX void weigh_split(float* weights, std::int64_t count, float log2_scale, float* greatest, float* sums) {
  const __m512 scale = _mm512_set1_ps(log2_scale);
  __m512 top = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  for (std::int64_t key = 0; key < count; ++key) top = _mm512_max_ps(_mm512_load_ps(weights + key * kHeads), top);
  top = _mm512_mul_ps(top, scale);
  __m512 sum = _mm512_setzero_ps();
  for (std::int64_t key = 0; key < count; ++key) {
    const __m512 p = exp2_of(_mm512_fmsub_ps(_mm512_load_ps(weights + key * kHeads), scale, top));
    sum = _mm512_add_ps(sum, p);
    _mm512_store_ps(weights + key * kHeads, p);
  }
  _mm512_storeu_ps(greatest, top);
  _mm512_storeu_ps(sums, sum);
}

OV_AMX_INLINE __m512 widen(__m256i half) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

// 32 elements of up to kHeadsPerSum heads: part[head][0..31] = weights[keys, head] . values.
OV_AMX void sum_values(float* part, std::int64_t part_size, std::int64_t heads, const bf16* value, std::int64_t stride,
                       std::int64_t count, const float* weights, __mmask32 lanes, std::int64_t fetched) {
  __m512 sum[kHeadsPerSum][2];
#pragma GCC unroll 8
  for (int h = 0; h < kHeadsPerSum; ++h) sum[h][0] = sum[h][1] = _mm512_setzero_ps();
  for (std::int64_t key = 0; key < count; ++key, value += stride, weights += kHeads) {
    if (fetched > 0) fetch_row(value + kAhead * stride, fetched);
    const __m512i both = _mm512_maskz_loadu_epi16(lanes, value);
    const __m512 low = widen(_mm512_castsi512_si256(both)), high = widen(_mm512_extracti64x4_epi64(both, 1));
#pragma GCC unroll 8
    for (int h = 0; h < kHeadsPerSum; ++h) {
      const __m512 p = _mm512_set1_ps(weights[h]);
      sum[h][0] = _mm512_fmadd_ps(low, p, sum[h][0]);
      sum[h][1] = _mm512_fmadd_ps(high, p, sum[h][1]);
    }
  }
  const auto low_lanes = static_cast<__mmask16>(lanes), high_lanes = static_cast<__mmask16>(lanes >> 16);
#pragma GCC unroll 8
  for (int h = 0; h < kHeadsPerSum; ++h) {
    if (h >= heads) break;
    _mm512_mask_storeu_ps(part + h * part_size, low_lanes, sum[h][0]);
    _mm512_mask_storeu_ps(part + h * part_size + 16, high_lanes, sum[h][1]);
  }
}

OV_AMX void attend_heads(const AttentionTask<bf16>& task, const NarrowSplit& split, std::int64_t first_head,
                         std::int64_t heads, const SplitScratch& s, float* part) {
  const std::int64_t e = task.args.e, count = split.end_key - split.first_key, part_size = narrow_part_size(e);
  pack_heads(task.query(split.kv_head, split.position * task.group + first_head), heads, e, s);
  settle_stores();
  score_split(task.key(split.kv_head, split.first_key), task.args.k_stride, count, e, s);
  float greatest[kHeads], sums[kHeads];
  weigh_split(s.weights, count, task.log2_scale, greatest, sums);
  for (std::int64_t h = 0; h < heads; ++h) {
    part[h * part_size + e] = greatest[h];
    part[h * part_size + e + 1] = sums[h];
  }
  const bf16* value = task.value(split.kv_head, split.first_key);
  for (std::int64_t h = 0; h < heads; h += kHeadsPerSum) {
    for (std::int64_t chunk = 0; chunk < s.chunks; ++chunk) {
      sum_values(part + h * part_size + chunk * 32, part_size, heads - h, value + chunk * 32, task.args.v_stride, count,
                 s.weights + h, lanes_of(chunk * 32, e, 32), chunk == 0 ? e : 0);
    }
  }
}

}  // namespace

OV_AMX void attend_narrow(const AttentionTask<bf16>& task, const NarrowSplit& split, float* part) {
  const SplitScratch s = take_split_scratch(task.args.e);
  const TileConfig config;
  _tile_loadconfig(&config);
  for (std::int64_t head = 0; head < task.group; head += kHeads) {
    attend_heads(task, split, head, std::min<std::int64_t>(kHeads, task.group - head), s,
                 part + head * narrow_part_size(task.args.e));
  }
  _tile_release();
}

}  // namespace ov::kernels::amx
#endif
