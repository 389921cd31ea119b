// What the kernels for products of bf16 pairs share: how w is packed, and stores in one instruction.
//
// A panel of w holds 32 columns, for gated products 16 of each factor. For every 32 ks it has two
// tiles of 16 columns; a tile's row is one vector, a pair of neighbouring ks of each column, zeros
// where w ends. Include only from files compiled for AVX512-BF16.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/linear_kernel.h"
#include "kernels/linear_simd_avx512.h"

namespace ov::kernels {
namespace {

constexpr std::int64_t kTile = 16;                     // columns of a tile; also its pairs of ks
constexpr std::int64_t kStep = 32;                     // ks of a tile
constexpr std::int64_t kPanel = 2 * kTile;             // columns of w taken together
constexpr std::int64_t kTileElements = kTile * kStep;  // bf16 elements of a tile

inline std::int64_t steps_of(std::int64_t k) { return (k + kStep - 1) / kStep; }

// The first of a tile's ks when `count` are left.
inline __mmask32 first_ks(std::int64_t count) {
  return count >= kStep ? ~__mmask32{0} : static_cast<__mmask32>((1u << count) - 1);
}

// Rounds to bf16 in one instruction; subnormal results become zeros, as the products' inputs do.
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

}  // namespace
}  // namespace ov::kernels
