// AVX2 and AVX-512 loops of the resize. A pair of taps and a pair of weights meet in one 16-bit
// multiply-add; low and high parts of the weights are summed apart and joined at the end, modulo
// 2^32, which is exact because the true sum fits.
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined operands inside its own AVX-512 header for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "media/resize_kernels.h"

#define OV_AVX2 __attribute__((target("avx2")))
#define OV_AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512vl")))

namespace ov {
namespace {

constexpr int kHalf = 1 << (kWeightBits - 1);
constexpr std::int64_t kStripe = 32;      // bytes of a row that the vertical loops take at once
constexpr std::int64_t kWideStripe = 64;  // the same with AVX-512

std::int32_t load_int(const void* from) {
  std::int32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// (low weights of taps j, j + 1) and (high weights) as one 32-bit pair each; j is even.
struct WeightPair {
  std::int32_t low;
  std::int32_t high;
};
WeightPair weight_pair(const AxisWeights& weights, std::int64_t i, std::int64_t j) {
  const std::int16_t* group = weights.halves.data() + 2 * (i * weights.stride + j / kTapGroup * kTapGroup);
  return {load_int(group + j % kTapGroup), load_int(group + kTapGroup + j % kTapGroup)};
}

// Three bytes of a pixel; four are written where the next pixel follows in the same row.
void store_pixel(std::uint8_t* out, std::int32_t rgb, bool last) { std::memcpy(out, &rgb, last ? 3 : 4); }

// Of 12 bytes r0 g0 b0 .. r3 g3 b3, in both lanes: the pairs of taps 0, 1 in the low lane and of
// taps 2, 3 in the high lane, as 16-bit values.
OV_AVX2 inline __m256i tap_pairs_mask() {
  return _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,  //
                          6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
}

OV_AVX2 inline std::int32_t finish_pixel(__m256i low, __m256i high) {
  const __m256i sums = _mm256_add_epi32(low, _mm256_slli_epi32(high, kLowBits));
  const __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  const __m128i words = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(kHalf)), kWeightBits);
  const __m128i shorts = _mm_packs_epi32(words, words);
  return _mm_cvtsi128_si32(_mm_packus_epi16(shorts, shorts));
}

// Joins low and high sums and drops the fraction.
OV_AVX2 inline __m256i round_words(__m256i low, __m256i high) {
  const __m256i sum = _mm256_add_epi32(low, _mm256_slli_epi32(high, kLowBits));
  return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(kHalf)), kWeightBits);
}

OV_AVX512 inline __m512i round_words(__m512i low, __m512i high) {
  const __m512i sum = _mm512_add_epi32(low, _mm512_slli_epi32(high, kLowBits));
  return _mm512_srai_epi32(_mm512_add_epi32(sum, _mm512_set1_epi32(kHalf)), kWeightBits);
}

// 32 bytes of one output row. Unpacking and packing work within lanes, so the order comes back.
OV_AVX2 void vertical_stripe(const std::uint8_t* top, std::int64_t pitch, const AxisWeights& weights, std::int64_t i,
                             std::int64_t count, std::uint8_t* out) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i low[4] = {zero, zero, zero, zero};
  __m256i high[4] = {zero, zero, zero, zero};
  for (std::int64_t j = 0; j < count; j += 2) {
    const WeightPair pair = weight_pair(weights, i, j);
    const __m256i low_weights = _mm256_set1_epi32(pair.low);
    const __m256i high_weights = _mm256_set1_epi32(pair.high);
    const std::uint8_t* second = top + std::min(j + 1, count - 1) * pitch;  // its weight is 0 past the end
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(top + j * pitch));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
    const __m256i left = _mm256_unpacklo_epi8(a, b);
    const __m256i right = _mm256_unpackhi_epi8(a, b);
    const __m256i pairs[4] = {_mm256_unpacklo_epi8(left, zero), _mm256_unpackhi_epi8(left, zero),
                              _mm256_unpacklo_epi8(right, zero), _mm256_unpackhi_epi8(right, zero)};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      low[k] = _mm256_add_epi32(low[k], _mm256_madd_epi16(pairs[k], low_weights));
      high[k] = _mm256_add_epi32(high[k], _mm256_madd_epi16(pairs[k], high_weights));
    }
  }
  const __m256i left = _mm256_packs_epi32(round_words(low[0], high[0]), round_words(low[1], high[1]));
  const __m256i right = _mm256_packs_epi32(round_words(low[2], high[2]), round_words(low[3], high[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_packus_epi16(left, right));
}

OV_AVX512 void vertical_wide_stripe(const std::uint8_t* top, std::int64_t pitch, const AxisWeights& weights,
                                    std::int64_t i, std::int64_t count, std::uint8_t* out) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i low[4] = {zero, zero, zero, zero};
  __m512i high[4] = {zero, zero, zero, zero};
  for (std::int64_t j = 0; j < count; j += 2) {
    const WeightPair pair = weight_pair(weights, i, j);
    const __m512i low_weights = _mm512_set1_epi32(pair.low);
    const __m512i high_weights = _mm512_set1_epi32(pair.high);
    const std::uint8_t* second = top + std::min(j + 1, count - 1) * pitch;
    const __m512i a = _mm512_loadu_si512(top + j * pitch);
    const __m512i b = _mm512_loadu_si512(second);
    const __m512i left = _mm512_unpacklo_epi8(a, b);
    const __m512i right = _mm512_unpackhi_epi8(a, b);
    const __m512i pairs[4] = {_mm512_unpacklo_epi8(left, zero), _mm512_unpackhi_epi8(left, zero),
                              _mm512_unpacklo_epi8(right, zero), _mm512_unpackhi_epi8(right, zero)};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      low[k] = _mm512_add_epi32(low[k], _mm512_madd_epi16(pairs[k], low_weights));
      high[k] = _mm512_add_epi32(high[k], _mm512_madd_epi16(pairs[k], high_weights));
    }
  }
  const __m512i left = _mm512_packs_epi32(round_words(low[0], high[0]), round_words(low[1], high[1]));
  const __m512i right = _mm512_packs_epi32(round_words(low[2], high[2]), round_words(low[3], high[3]));
  _mm512_storeu_si512(out, _mm512_packus_epi16(left, right));
}

}  // namespace

OV_AVX2 void horizontal_avx2(const HorizontalBand& band, const AxisWeights& weights) {
  const __m256i mask = tap_pairs_mask();
  const auto width = static_cast<std::int64_t>(weights.first.size());
  for (std::int64_t i = 0; i < width; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t groups = (weights.count[at] + kTapGroup - 1) / kTapGroup;
    const std::int16_t* halves = weights.halves.data() + 2 * i * weights.stride;
    std::int64_t offset = 3 * std::int64_t{weights.first[at]};
    __m256i low[kRowsAtOnce] = {};
    __m256i high[kRowsAtOnce] = {};
    for (std::int64_t g = 0; g < groups; ++g, offset += 3 * kTapGroup, halves += 2 * kTapGroup) {
      // low 01, low 23, high 01, high 23: each pair for a whole lane.
      const __m256i all = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves)));
      const __m256i low_weights =
          _mm256_shuffle_epi8(all, _mm256_setr_epi32(0x03020100, 0x03020100, 0x03020100, 0x03020100, 0x07060504,
                                                     0x07060504, 0x07060504, 0x07060504));
      const __m256i high_weights =
          _mm256_shuffle_epi8(all, _mm256_setr_epi32(0x0b0a0908, 0x0b0a0908, 0x0b0a0908, 0x0b0a0908, 0x0f0e0d0c,
                                                     0x0f0e0d0c, 0x0f0e0d0c, 0x0f0e0d0c));
#pragma GCC unroll 4
      for (int k = 0; k < kRowsAtOnce; ++k) {
        const __m128i pixels = _mm_loadu_si128(reinterpret_cast<const __m128i*>(band.in[k] + offset));
        const __m256i pairs = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(pixels), mask);
        low[k] = _mm256_add_epi32(low[k], _mm256_madd_epi16(pairs, low_weights));
        high[k] = _mm256_add_epi32(high[k], _mm256_madd_epi16(pairs, high_weights));
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < kRowsAtOnce; ++k) {
      store_pixel(band.out[k] + 3 * i, finish_pixel(low[k], high[k]), i + 1 == width);
    }
  }
}

// Two rows per register: the low half is the even row, the high half the odd one.
OV_AVX512 void horizontal_avx512(const HorizontalBand& band, const AxisWeights& weights) {
  const __m512i mask = _mm512_broadcast_i64x4(tap_pairs_mask());
  const __m512i low_pick = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1);
  const __m512i high_pick = _mm512_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3, 2, 2, 2, 2, 3, 3, 3, 3);
  const auto width = static_cast<std::int64_t>(weights.first.size());
  for (std::int64_t i = 0; i < width; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t groups = (weights.count[at] + kTapGroup - 1) / kTapGroup;
    const std::int16_t* halves = weights.halves.data() + 2 * i * weights.stride;
    std::int64_t offset = 3 * std::int64_t{weights.first[at]};
    __m512i low[kRowsAtOnce / 2] = {};
    __m512i high[kRowsAtOnce / 2] = {};
    for (std::int64_t g = 0; g < groups; ++g, offset += 3 * kTapGroup, halves += 2 * kTapGroup) {
      const __m512i all = _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves)));
      const __m512i low_weights = _mm512_permutexvar_epi32(low_pick, all);
      const __m512i high_weights = _mm512_permutexvar_epi32(high_pick, all);
#pragma GCC unroll 4
      for (int k = 0; k < kRowsAtOnce / 2; ++k) {
        const __m256i even =
            _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(band.in[2 * k] + offset)));
        const __m512i both =
            _mm512_mask_broadcast_i32x4(_mm512_castsi256_si512(even), 0xff00,
                                        _mm_loadu_si128(reinterpret_cast<const __m128i*>(band.in[2 * k + 1] + offset)));
        const __m512i pairs = _mm512_shuffle_epi8(both, mask);
        low[k] = _mm512_add_epi32(low[k], _mm512_madd_epi16(pairs, low_weights));
        high[k] = _mm512_add_epi32(high[k], _mm512_madd_epi16(pairs, high_weights));
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < kRowsAtOnce / 2; ++k) {
      const bool last = i + 1 == width;
      store_pixel(band.out[2 * k] + 3 * i,
                  finish_pixel(_mm512_castsi512_si256(low[k]), _mm512_castsi512_si256(high[k])), last);
      store_pixel(band.out[2 * k + 1] + 3 * i,
                  finish_pixel(_mm512_extracti64x4_epi64(low[k], 1), _mm512_extracti64x4_epi64(high[k], 1)), last);
    }
  }
}

OV_AVX2 void vertical_avx2(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes, const AxisWeights& weights,
                           std::int64_t i, std::uint8_t* out) {
  if (bytes < kStripe) return vertical_plain(in, pitch, bytes, weights, i, out);
  const std::uint8_t* top = in + weights.first[static_cast<std::size_t>(i)] * pitch;
  const std::int64_t count = weights.count[static_cast<std::size_t>(i)];
  for (std::int64_t x = 0; x < bytes; x += kStripe) {
    // The last stripe overlaps the one before it and writes the same bytes again.
    const std::int64_t from = std::min(x, bytes - kStripe);
    vertical_stripe(top + from, pitch, weights, i, count, out + from);
  }
}

OV_AVX512 void vertical_avx512(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes,
                               const AxisWeights& weights, std::int64_t i, std::uint8_t* out) {
  if (bytes < kWideStripe) return vertical_avx2(in, pitch, bytes, weights, i, out);
  const std::uint8_t* top = in + weights.first[static_cast<std::size_t>(i)] * pitch;
  const std::int64_t count = weights.count[static_cast<std::size_t>(i)];
  for (std::int64_t x = 0; x < bytes; x += kWideStripe) {
    const std::int64_t from = std::min(x, bytes - kWideStripe);
    vertical_wide_stripe(top + from, pitch, weights, i, count, out + from);
  }
}

}  // namespace ov
#endif
