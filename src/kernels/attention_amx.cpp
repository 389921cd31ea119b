// Wide attention on AMX tiles, bfloat16 rows with float32 sums and softmax.
//
// Scores are transposed, S^T[keys, rows] = K . Q^T, so that a lane is a query row (see
// attention_wide_body.h). A tile register holds 16 rows of 64 bytes: K is the left factor as it
// lies, Q^T the right one, packed once per call in pairs of elements; weights become pairs of keys
// right where they are computed; V is transposed once per block of keys and rows.
#if defined(__x86_64__)
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/attention.h"
#include "kernels/attention_amx.h"

namespace ov::kernels::amx {
namespace {

constexpr int kTileRows = 32;           // query rows of one unit of work: two tile registers
constexpr std::int64_t kKeyBlock = 96;  // keys per block; part of the result's definition
constexpr std::int64_t kStep = 32;      // keys per step of the second product

struct AmxScratch {
  bf16* queries;    // [units, chunks of 32 elements, 2, tile of 16 element pairs x 16 rows]
  float* sums;      // [units, e_tiles * 16, kTileRows]
  float* greatest;  // [units, kTileRows], in powers of two
  float* weights;   // [units, kTileRows]
  bf16* keys;       // [kKeyBlock / 16, chunks, tile of 16 keys x 32 elements]
  bf16* values;     // [kKeyBlock / kStep, e_tiles, tile of 16 elements x 32 keys]
  float* scores;    // [kKeyBlock, kTileRows]; then weights, [kKeyBlock / 2 pairs of keys, kTileRows, 2] bf16
  std::int64_t chunks, e_tiles;
};

AmxScratch take_scratch(std::int64_t units, std::int64_t e) {
  AmxScratch s;
  s.chunks = (e + 31) / 32;
  s.e_tiles = (e + 15) / 16;
  const std::size_t queries = units * s.chunks * 2 * kTileSize, sums = units * s.e_tiles * 16 * kTileRows;
  const std::size_t state = units * kTileRows, keys = kKeyBlock / 16 * s.chunks * kTileSize;
  const std::size_t values = kKeyBlock / kStep * s.e_tiles * kTileSize, scores = kKeyBlock * kTileRows;
  Scratch& scratch = thread_scratch();
  scratch.reserve(Scratch::padded(2 * queries) + Scratch::padded(4 * sums) + 2 * Scratch::padded(4 * state) +
                  Scratch::padded(2 * keys) + Scratch::padded(2 * values) + Scratch::padded(4 * scores));
  s.queries = scratch.take<bf16>(queries);
  s.sums = scratch.take<float>(sums);
  s.greatest = scratch.take<float>(state);
  s.weights = scratch.take<float>(state);
  s.keys = scratch.take<bf16>(keys);
  s.values = scratch.take<bf16>(values);
  s.scores = scratch.take<float>(scores);
  return s;
}

OV_AMX void pack_queries(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first_row,
                         std::int64_t end_row, const AmxScratch& s) {
  const std::int64_t e = task.args.e, units = (end_row - first_row + kTileRows - 1) / kTileRows;
  for (std::int64_t half = 0; half < 2 * units; ++half) {
    for (std::int64_t chunk = 0; chunk < s.chunks; ++chunk) {
      const __mmask32 lanes = lanes_of(chunk * 32, e, 32);
      __m512i rows[16];
      for (int i = 0; i < 16; ++i) {
        const std::int64_t row = first_row + half * 16 + i;
        rows[i] = row < end_row ? _mm512_maskz_loadu_epi16(lanes, task.query(kv_head, row) + chunk * 32)
                                : _mm512_setzero_si512();
      }
      transpose(rows);
      bf16* to = s.queries + ((half / 2 * s.chunks + chunk) * 2 + half % 2) * kTileSize;
      for (int i = 0; i < 16; ++i) _mm512_store_si512(to + i * 32, rows[i]);
    }
  }
  std::fill_n(s.greatest, units * kTileRows, -std::numeric_limits<float>::infinity());
  std::fill_n(s.weights, units * kTileRows, 0.0f);
  std::fill_n(s.sums, units * s.e_tiles * 16 * kTileRows, 0.0f);
}

// Keys [first, first + count), zeros up to a whole step.
OV_AMX void pack_keys(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first, std::int64_t count,
                      const AmxScratch& s) {
  for (std::int64_t chunk = 0; chunk < s.chunks; ++chunk) {
    const __mmask32 lanes = lanes_of(chunk * 32, task.args.e, 32);
    const bf16* from = task.key(kv_head, first) + chunk * 32;
    for (std::int64_t key = 0; key < count; key += 16) {
      bf16* to = s.keys + (key / 16 * s.chunks + chunk) * kTileSize;
      const int here = static_cast<int>(std::min<std::int64_t>(16, count - key));
      for (int i = 0; i < here; ++i, from += task.args.k_stride) {
        _mm512_store_si512(to + i * 32, _mm512_maskz_loadu_epi16(lanes, from));
      }
      for (int i = here; i < 16; ++i) _mm512_store_si512(to + i * 32, _mm512_setzero_si512());
    }
  }
  if (count % kStep > 0 && count % kStep <= 16) {
    bf16* rest = s.keys + (count + 15) / 16 * s.chunks * kTileSize;
    std::fill_n(rest, s.chunks * kTileSize, bf16{0});
  }
}

// Values [first, first + count) transposed, zeros up to a whole step; non-finite values become zero
// and their positions are listed, see mark_poisoned().
OV_AMX void pack_values(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first, std::int64_t count,
                        const AmxScratch& s, std::vector<std::int64_t>& poisoned) {
  const __m512i exponent = _mm512_set1_epi16(0x7f80);
  const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22,
                                              6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (std::int64_t tile = 0; tile < s.e_tiles; ++tile) {
    const __mmask16 lanes = static_cast<__mmask16>(lanes_of(tile * 16, task.args.e, 16));
    const bf16* from = task.value(kv_head, first) + tile * 16;
    for (std::int64_t key = 0; key < count; key += kStep) {
      __m512i pair[16];
      for (int i = 0; i < 16; ++i, from += 2 * task.args.v_stride) {
        const std::int64_t here = count - key - 2 * i;
        const __m256i even = _mm256_maskz_loadu_epi16(here > 0 ? lanes : 0, from);
        const __m256i odd = _mm256_maskz_loadu_epi16(here > 1 ? lanes : 0, from + task.args.v_stride);
        const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(even), odd, 1);
        pair[i] = _mm512_permutexvar_epi16(interleave, both);
        const __mmask32 bad = _mm512_cmpeq_epi16_mask(_mm512_and_si512(both, exponent), exponent);
        if (bad == 0) continue;
        pair[i] = _mm512_permutexvar_epi16(interleave, _mm512_mask_set1_epi16(both, bad, 0));
        if ((bad & 0xffffu) != 0) poisoned.push_back(first + key + 2 * i);
        if ((bad >> 16) != 0) poisoned.push_back(first + key + 2 * i + 1);
      }
      transpose(pair);
      bf16* to = s.values + (key / kStep * s.e_tiles + tile) * kTileSize;
      for (int i = 0; i < 16; ++i) _mm512_store_si512(to + i * 32, pair[i]);
    }
  }
}

// scores[keys, rows] = keys . queries^T for `count` keys, a multiple of 32, and one unit.
OV_AMX void score_unit(float* scores, const bf16* keys, const bf16* queries, std::int64_t count, std::int64_t chunks) {
  for (std::int64_t key = 0; key < count; key += 32) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const bf16* above = keys + key / 16 * chunks * kTileSize;
    const bf16* below = above + chunks * kTileSize;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      _tile_loadd(4, above + chunk * kTileSize, 64);
      _tile_loadd(6, queries + 2 * chunk * kTileSize, 64);
      _tile_loadd(7, queries + (2 * chunk + 1) * kTileSize, 64);
      _tile_loadd(5, below + chunk * kTileSize, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    float* to = scores + key * kTileRows;
    _tile_stored(0, to, kTileRows * 4);
    _tile_stored(1, to + 16, kTileRows * 4);
    _tile_stored(2, to + 16 * kTileRows, kTileRows * 4);
    _tile_stored(3, to + 16 * kTileRows + 16, kTileRows * 4);
  }
}

// Scores of keys past a lane's limit become -inf, whose weight is exactly 0.
OV_AMX void mask_scores(const AttentionTask<bf16>& task, float* scores, std::int64_t row, std::int64_t first_key,
                        std::int64_t count) {
  if (task.limit(row) - first_key >= count) return;  // limits do not fall from row to row
  const __m512 none = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  std::int32_t limits[kTileRows];
  std::int64_t least = count;
  for (int lane = 0; lane < kTileRows; ++lane) {
    const std::int64_t limit = std::min(task.limit(row + lane), task.args.tk) - first_key;
    limits[lane] = static_cast<std::int32_t>(std::clamp<std::int64_t>(limit, 0, count));
    least = std::min<std::int64_t>(least, limits[lane]);
  }
  const __m512i limit0 = _mm512_loadu_si512(limits), limit1 = _mm512_loadu_si512(limits + 16);
  for (std::int64_t key = least; key < count; ++key) {
    const __m512i at = _mm512_set1_epi32(static_cast<std::int32_t>(key));
    float* to = scores + key * kTileRows;
    _mm512_mask_store_ps(to, _mm512_cmple_epi32_mask(limit0, at), none);
    _mm512_mask_store_ps(to + 16, _mm512_cmple_epi32_mask(limit1, at), none);
  }
}

// Greatest score of each lane, in two running pairs so that the latency of max does not count.
OV_AMX_INLINE void top_scores(const float* scores, std::int64_t count, __m512& top0, __m512& top1) {
  __m512 even0 = _mm512_load_ps(scores), even1 = _mm512_load_ps(scores + 16);
  __m512 odd0 = even0, odd1 = even1;
  for (std::int64_t key = 0; key < count; key += 2) {
    const float* at = scores + key * kTileRows;
    even0 = _mm512_max_ps(_mm512_load_ps(at), even0);
    even1 = _mm512_max_ps(_mm512_load_ps(at + 16), even1);
    odd0 = _mm512_max_ps(_mm512_load_ps(at + 32), odd0);
    odd1 = _mm512_max_ps(_mm512_load_ps(at + 48), odd1);
  }
  top0 = _mm512_max_ps(even0, odd0);
  top1 = _mm512_max_ps(even1, odd1);
}

// Two vectors of weights, rounded to bf16 and interleaved. Adding half a unit and cutting is enough
// for weights, which are neither negative nor huge, and faster than the conversion instruction.
OV_AMX_INLINE __m512i pair_up(__m512 even, __m512 odd) {
  const __m512i half = _mm512_set1_epi32(0x8000);
  const __m512i low = _mm512_srli_epi32(_mm512_add_epi32(_mm512_castps_si512(even), half), 16);
  return _mm512_mask_blend_epi16(0xaaaaaaaau, low, _mm512_add_epi32(_mm512_castps_si512(odd), half));
}

// Weights of `count` keys, written over their scores in pairs of keys; adds the unrounded ones up.
// Meanwhile fetches the sums, which the next product needs, from the second-level cache.
OV_AMX_INLINE void weigh(float* scores, std::int64_t count, __m512 scale, const __m512 now[2], __m512 sum[2],
                         const float* next_sums) {
  const float* from = scores;
  float* to = scores;
  for (std::int64_t pair = 0; pair < count / 2; ++pair, from += 2 * kTileRows, to += kTileRows) {
    _mm_prefetch(next_sums + pair * 32, _MM_HINT_T0);
    _mm_prefetch(next_sums + pair * 32 + 16, _MM_HINT_T0);
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) {
      const __m512 a = exp2_of(_mm512_fmsub_ps(_mm512_load_ps(from + 16 * j), scale, now[j]));
      const __m512 b = exp2_of(_mm512_fmsub_ps(_mm512_load_ps(from + kTileRows + 16 * j), scale, now[j]));
      sum[j] = _mm512_add_ps(sum[j], _mm512_add_ps(a, b));
      _mm512_store_si512(to + 16 * j, pair_up(a, b));
    }
  }
}

// Turns the scores of a unit into weights and rescales what was summed before.
OV_AMX void soften_unit(const AmxScratch& s, std::int64_t unit, std::int64_t count, float log2_scale) {
  const __m512 scale = _mm512_set1_ps(log2_scale);
  float* greatest = s.greatest + unit * kTileRows;
  float* weights = s.weights + unit * kTileRows;
  __m512 top[2], now[2], keep[2], sum[2];
  top_scores(s.scores, count, top[0], top[1]);
  bool rescale = false;
#pragma GCC unroll 2
  for (int j = 0; j < 2; ++j) {
    const __m512 before = _mm512_load_ps(greatest + 16 * j);
    now[j] = _mm512_max_ps(_mm512_mul_ps(top[j], scale), before);
    keep[j] = exp2_of(_mm512_sub_ps(before, now[j]));
    rescale |= _mm512_cmp_ps_mask(keep[j], _mm512_set1_ps(1.0f), _CMP_NEQ_UQ) != 0;
    sum[j] = _mm512_setzero_ps();
    _mm512_store_ps(greatest + 16 * j, now[j]);
  }
  weigh(s.scores, count, scale, now, sum, s.sums + unit * s.e_tiles * 16 * kTileRows);
#pragma GCC unroll 2
  for (int j = 0; j < 2; ++j) {
    float* weight = weights + 16 * j;
    _mm512_store_ps(weight, _mm512_fmadd_ps(_mm512_load_ps(weight), keep[j], sum[j]));
  }
  if (!rescale) return;  // every factor is exactly 1
  float* row = s.sums + unit * s.e_tiles * 16 * kTileRows;
  for (std::int64_t i = 0; i < s.e_tiles * 16; ++i, row += kTileRows) {
    _mm512_store_ps(row, _mm512_mul_ps(_mm512_load_ps(row), keep[0]));
    _mm512_store_ps(row + 16, _mm512_mul_ps(_mm512_load_ps(row + 16), keep[1]));
  }
}

// sums[elements, rows] += values^T . weights over `count` keys.
OV_AMX void add_values(const AmxScratch& s, std::int64_t unit, std::int64_t count) {
  float* sums = s.sums + unit * s.e_tiles * 16 * kTileRows;
  const std::int64_t steps = count / kStep;
  std::int64_t tile = 0;
  for (; tile + 2 <= s.e_tiles; tile += 2, sums += 32 * kTileRows) {
    _tile_loadd(0, sums, kTileRows * 4);
    _tile_loadd(1, sums + 16, kTileRows * 4);
    _tile_loadd(2, sums + 16 * kTileRows, kTileRows * 4);
    _tile_loadd(3, sums + 16 * kTileRows + 16, kTileRows * 4);
    for (std::int64_t step = 0; step < steps; ++step) {
      const bf16* values = s.values + (step * s.e_tiles + tile) * kTileSize;
      _tile_loadd(4, values, 64);
      _tile_loadd(6, s.scores + step * kStep / 2 * kTileRows, kTileRows * 4);
      _tile_loadd(7, s.scores + step * kStep / 2 * kTileRows + 16, kTileRows * 4);
      _tile_loadd(5, values + kTileSize, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, kTileRows * 4);
    _tile_stored(1, sums + 16, kTileRows * 4);
    _tile_stored(2, sums + 16 * kTileRows, kTileRows * 4);
    _tile_stored(3, sums + 16 * kTileRows + 16, kTileRows * 4);
  }
  if (tile == s.e_tiles) return;
  _tile_loadd(0, sums, kTileRows * 4);
  _tile_loadd(1, sums + 16, kTileRows * 4);
  for (std::int64_t step = 0; step < steps; ++step) {
    _tile_loadd(4, s.values + (step * s.e_tiles + tile) * kTileSize, 64);
    _tile_loadd(6, s.scores + step * kStep / 2 * kTileRows, kTileRows * 4);
    _tile_loadd(7, s.scores + step * kStep / 2 * kTileRows + 16, kTileRows * 4);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
  }
  _tile_stored(0, sums, kTileRows * 4);
  _tile_stored(1, sums + 16, kTileRows * 4);
}

OV_AMX void write_rows(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first_row,
                       std::int64_t end_row, const AmxScratch& s) {
  for (std::int64_t half = 0; first_row + half * 16 < end_row; ++half) {
    const float* sums = s.sums + half / 2 * s.e_tiles * 16 * kTileRows + half % 2 * 16;
    const __m512 share = _mm512_div_ps(_mm512_set1_ps(1.0f), _mm512_load_ps(s.weights + half * 16));
    for (std::int64_t tile = 0; tile < s.e_tiles; ++tile) {
      __m512i rows[16];
      for (int i = 0; i < 16; ++i) {
        // Adding zero makes -0 and 0 one result, however many keys of weight 0 were added.
        const __m512 sum = _mm512_load_ps(sums + (tile * 16 + i) * kTileRows);
        rows[i] = _mm512_castps_si512(_mm512_fmadd_ps(sum, share, _mm512_setzero_ps()));
      }
      transpose(rows);
      const __mmask16 lanes = static_cast<__mmask16>(lanes_of(tile * 16, task.args.e, 16));
      for (int i = 0; i < 16 && first_row + half * 16 + i < end_row; ++i) {
        const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(_mm512_castsi512_ps(rows[i]));
        _mm256_mask_storeu_epi16(task.result(kv_head, first_row + half * 16 + i) + tile * 16, lanes, rounded);
      }
    }
  }
}

}  // namespace

OV_AMX void attend_wide(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first_row,
                        std::int64_t end_row) {
  const std::int64_t units = (end_row - first_row + kTileRows - 1) / kTileRows;
  const AmxScratch s = take_scratch(units, task.args.e);
  pack_queries(task, kv_head, first_row, end_row, s);
  std::vector<std::int64_t> poisoned;
  const TileConfig config;
  _tile_loadconfig(&config);
  const std::int64_t end_key = task.limit(end_row - 1);
  for (std::int64_t first_key = 0; first_key < end_key; first_key += kKeyBlock) {
    const std::int64_t packed = std::min(kKeyBlock, end_key - first_key);
    pack_keys(task, kv_head, first_key, packed, s);
    pack_values(task, kv_head, first_key, packed, s, poisoned);
    settle_stores();
    for (std::int64_t unit = 0; unit < units; ++unit) {
      const std::int64_t row = first_row + unit * kTileRows;
      const std::int64_t seen = std::min(kKeyBlock, task.limit(std::min(end_row, row + kTileRows) - 1) - first_key);
      if (seen <= 0) continue;
      const std::int64_t count = (seen + kStep - 1) / kStep * kStep;
      score_unit(s.scores, s.keys, s.queries + unit * s.chunks * 2 * kTileSize, count, s.chunks);
      mask_scores(task, s.scores, row, first_key, count);
      soften_unit(s, unit, count, task.log2_scale);
      settle_stores();
      add_values(s, unit, count);
    }
  }
  _tile_release();
  write_rows(task, kv_head, first_row, end_row, s);
  mark_poisoned(task, kv_head, first_row, end_row, poisoned);
}

}  // namespace ov::kernels::amx
#endif
