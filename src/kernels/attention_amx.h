// What the two AMX attention kernels share: the tile shape, a transposition and 2^x.
// Only for files inside #if defined(__x86_64__).
#pragma once

#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12's own AVX-512 header sets it off
#endif
#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include "kernels/kernels.h"

#define OV_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define OV_AMX_INLINE OV_AMX inline __attribute__((always_inline))

namespace ov::kernels::amx {

constexpr std::int64_t kTileSize = 512;  // bf16 values in a tile register

struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// GCC's tile loads do not tell the compiler that they read memory: to stand between the vector
// stores that write a tile and its loading.
OV_AMX_INLINE void settle_stores() { asm volatile("" ::: "memory"); }

// Transposes a 16 x 16 matrix of 32-bit words held in 16 registers.
OV_AMX_INLINE void transpose(__m512i r[16]) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// Lanes of bf16 that hold elements [first, first + width) of a row of e.
OV_AMX_INLINE __mmask32 lanes_of(std::int64_t first, std::int64_t e, int width) {
  const std::int64_t count = std::clamp<std::int64_t>(e - first, 0, width);
  return static_cast<__mmask32>((std::uint64_t{1} << count) - 1);
}

// 2^t within 3e-6 of the true value, far below the rounding of weights to bfloat16; 2^0 is exactly
// 1 and 2^-inf exactly 0.
OV_AMX_INLINE __m512 exp2_of(__m512 t) {
  const __m512 f = _mm512_reduce_ps(t, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // t - floor(t)
  __m512 p = _mm512_set1_ps(1.342668664e-02f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.224246904e-02f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.412802130e-01f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.930448413e-01f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, t);
}

}  // namespace ov::kernels::amx
