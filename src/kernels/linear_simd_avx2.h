// AVX2 + FMA vectors under the names that the linear_*.h templates use; see linear_simd_avx512.h.
//
// Include only from files compiled for AVX2. Partial loads and stores go through a small buffer:
// they only happen at the ends of rows.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/linear_kernel.h"

namespace ov::kernels {
namespace {

struct Avx2 {
  using V = __m256;
  static constexpr int kLanes = 8;
  static constexpr int kDotAccumulators = 8;
  static constexpr int kTileRows = 6;

  static V zero() { return _mm256_setzero_ps(); }
  static V set(float value) { return _mm256_set1_ps(value); }
  static V add(V a, V b) { return _mm256_add_ps(a, b); }
  static V sub(V a, V b) { return _mm256_sub_ps(a, b); }
  static V mul(V a, V b) { return _mm256_mul_ps(a, b); }
  static V div(V a, V b) { return _mm256_div_ps(a, b); }
  static V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
  static V abs(V a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static V min(V a, V b) { return _mm256_min_ps(a, b); }
  static V max(V a, V b) { return _mm256_max_ps(a, b); }
  static V round(V a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static V scale(V a, V exponent) {  // exponent in [-127, 128]
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(exponent), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)));
  }
  static V select_less(V a, V b, V then, V otherwise) {
    return _mm256_blendv_ps(otherwise, then, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
  }
  static float sum(V a) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
  }

  static V load(const float* p) { return _mm256_loadu_ps(p); }
  static V load(const bf16* p) { return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
  template <class T>
  static V load(const T* p, int count) {
    T buffer[kLanes] = {};
    for (int i = 0; i < count; ++i) buffer[i] = p[i];
    return load(buffer);
  }
  static void store(float* p, V a) { _mm256_storeu_ps(p, a); }
  static void store(bf16* p, V a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), narrow(a)); }
  template <class T>
  static void store(T* p, V a, int count) {
    T buffer[kLanes];
    store(buffer, a);
    for (int i = 0; i < count; ++i) p[i] = buffer[i];
  }

  static void load_pair(const float* p, V& a, V& b) {
    a = load(p);
    b = load(p + kLanes);
  }
  static void load_pair(const bf16* p, V& a, V& b) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    a = _mm256_castsi256_ps(_mm256_slli_epi32(bits, 16));
    b = _mm256_castsi256_ps(_mm256_and_si256(bits, _mm256_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  template <class T>
  static void load_pair(const T* p, int count, V& a, V& b) {
    T buffer[2 * kLanes] = {};
    for (int i = 0; i < count; ++i) buffer[i] = p[i];
    load_pair(buffer, a, b);
  }

  static void transpose(V (&rows)[kLanes]) {
    V quads[8];
    OV_UNROLL
    for (int i = 0; i < 8; i += 4) {
      const V low01 = _mm256_unpacklo_ps(rows[i], rows[i + 1]), high01 = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
      const V low23 = _mm256_unpacklo_ps(rows[i + 2], rows[i + 3]);
      const V high23 = _mm256_unpackhi_ps(rows[i + 2], rows[i + 3]);
      quads[i] = _mm256_shuffle_ps(low01, low23, 0x44);
      quads[i + 1] = _mm256_shuffle_ps(low01, low23, 0xee);
      quads[i + 2] = _mm256_shuffle_ps(high01, high23, 0x44);
      quads[i + 3] = _mm256_shuffle_ps(high01, high23, 0xee);
    }
    OV_UNROLL
    for (int i = 0; i < 4; ++i) {
      rows[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
      rows[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
    }
  }

 private:
  static V widen(__m128i bits) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)); }
  static __m128i narrow(V a) {
    const __m256i bits = _mm256_castps_si256(a);
    const __m256i is_odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i nearest = _mm256_add_epi32(bits, _mm256_add_epi32(is_odd, _mm256_set1_epi32(0x7fff)));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q));
    const __m256i wide = _mm256_srli_epi32(_mm256_blendv_epi8(nearest, quiet, is_nan), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
  }
};

}  // namespace
}  // namespace ov::kernels
