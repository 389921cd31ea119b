// AVX-512 vectors (F, BW, VL, DQ) under the names that the linear_*.h templates use.
//
// Include only from files compiled for AVX-512. The type has internal linkage on purpose: so have
// all templates made from it, and no such code can be shared with a file for a lesser CPU.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/linear_kernel.h"

namespace ov::kernels {
namespace {

struct Avx512 {
  using V = __m512;
  static constexpr int kLanes = 16;
  static constexpr int kDotAccumulators = 16;  // vectors that a narrow kernel keeps in registers
  static constexpr int kTileRows = 12;         // rows of the wide float kernel's register tile

  static V zero() { return _mm512_setzero_ps(); }
  static V set(float value) { return _mm512_set1_ps(value); }
  static V add(V a, V b) { return _mm512_add_ps(a, b); }
  static V sub(V a, V b) { return _mm512_sub_ps(a, b); }
  static V mul(V a, V b) { return _mm512_mul_ps(a, b); }
  static V div(V a, V b) { return _mm512_div_ps(a, b); }
  static V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
  static V abs(V a) { return _mm512_abs_ps(a); }
  // min and max give b when either is NaN.
  static V min(V a, V b) { return _mm512_min_ps(a, b); }
  static V max(V a, V b) { return _mm512_max_ps(a, b); }
  static V round(V a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static V scale(V a, V exponent) { return _mm512_scalef_ps(a, exponent); }  // a * 2^exponent
  static V select_less(V a, V b, V then, V otherwise) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), otherwise, then);
  }
  static float sum(V a) { return _mm512_reduce_add_ps(a); }

  static V load(const float* p) { return _mm512_loadu_ps(p); }
  static V load(const float* p, int count) { return _mm512_maskz_loadu_ps(first(count), p); }
  static V load(const bf16* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
  static V load(const bf16* p, int count) { return widen(_mm256_maskz_loadu_epi16(first(count), p)); }
  static void store(float* p, V a) { _mm512_storeu_ps(p, a); }
  static void store(float* p, V a, int count) { _mm512_mask_storeu_ps(p, first(count), a); }
  static void store(bf16* p, V a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(a)); }
  static void store(bf16* p, V a, int count) { _mm256_mask_storeu_epi16(p, first(count), narrow(a)); }

  // 2 * kLanes inputs as two vectors; bf16 splits into even and odd elements, which costs least.
  static void load_pair(const float* p, V& a, V& b) {
    a = load(p);
    b = load(p + kLanes);
  }
  static void load_pair(const bf16* p, V& a, V& b) { split(_mm512_loadu_si512(p), a, b); }
  static void load_pair(const float* p, int count, V& a, V& b) {
    a = load(p, count < kLanes ? count : kLanes);
    b = count > kLanes ? load(p + kLanes, count - kLanes) : zero();
  }
  static void load_pair(const bf16* p, int count, V& a, V& b) {
    split(_mm512_maskz_loadu_epi16(static_cast<__mmask32>((std::uint64_t{1} << count) - 1), p), a, b);
  }

  // rows[i][j] becomes rows[j][i].
  static void transpose(V (&rows)[kLanes]) {
    __m512d quads[16];
    OV_UNROLL
    for (int i = 0; i < 16; i += 4) {
      const __m512d low01 = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
      const __m512d high01 = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
      const __m512d low23 = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
      const __m512d high23 = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
      quads[i] = _mm512_unpacklo_pd(low01, low23);
      quads[i + 1] = _mm512_unpackhi_pd(low01, low23);
      quads[i + 2] = _mm512_unpacklo_pd(high01, high23);
      quads[i + 3] = _mm512_unpackhi_pd(high01, high23);
    }
    OV_UNROLL
    for (int i = 0; i < 4; ++i) {
      const V a = _mm512_castpd_ps(quads[i]), b = _mm512_castpd_ps(quads[i + 4]);
      const V c = _mm512_castpd_ps(quads[i + 8]), d = _mm512_castpd_ps(quads[i + 12]);
      const V ab02 = _mm512_shuffle_f32x4(a, b, 0x88), ab13 = _mm512_shuffle_f32x4(a, b, 0xdd);
      const V cd02 = _mm512_shuffle_f32x4(c, d, 0x88), cd13 = _mm512_shuffle_f32x4(c, d, 0xdd);
      rows[i] = _mm512_shuffle_f32x4(ab02, cd02, 0x88);
      rows[i + 4] = _mm512_shuffle_f32x4(ab13, cd13, 0x88);
      rows[i + 8] = _mm512_shuffle_f32x4(ab02, cd02, 0xdd);
      rows[i + 12] = _mm512_shuffle_f32x4(ab13, cd13, 0xdd);
    }
  }

 private:
  static __mmask16 first(int count) { return static_cast<__mmask16>((1u << count) - 1); }
  static V widen(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }
  static void split(__m512i bits, V& even, V& odd) {
    even = _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
    odd = _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  static __m256i narrow(V a) {
    const __m512i bits = _mm512_castps_si512(a);
    const __m512i is_odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i nearest = _mm512_add_epi32(bits, _mm512_add_epi32(is_odd, _mm512_set1_epi32(0x7fff)));
    const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    const __mmask16 is_nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(nearest, is_nan, quiet), 16));
  }
};

}  // namespace
}  // namespace ov::kernels
