// Conversions between float32, bfloat16 and float16, round to nearest even; a NaN stays a NaN.
//
//   convert(row_bf16, row_float, count);
#include <bit>

#include "kernels/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ov::kernels {
namespace {

bf16 to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<bf16>((bits | 0x400000) >> 16);
  return static_cast<bf16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float from_bf16(bf16 bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

float from_f16(std::uint16_t bits) {
  constexpr float kSmallest = 0x1p-24f;  // unit of subnormal numbers
  const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16, exponent = (bits >> 10) & 31, fraction = bits & 0x3ff;
  if (exponent == 0) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * kSmallest) | sign);
  }
  const std::uint32_t quiet = exponent == 31 && fraction != 0 ? 0x400000 : 0;
  const std::uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (fraction << 13) | quiet);
}

#if defined(__x86_64__)
// Each converts whole vectors of 8 and returns how many elements it has done.
__attribute__((target("avx2"))) std::int64_t to_bf16_avx2(bf16* y, const float* x, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 value = _mm256_loadu_ps(x + i);
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i is_odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i nearest = _mm256_add_epi32(bits, _mm256_add_epi32(is_odd, _mm256_set1_epi32(0x7fff)));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m256i wide = _mm256_srli_epi32(_mm256_blendv_epi8(nearest, quiet, is_nan), 16);
    const __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i), packed);
  }
  return i;
}

__attribute__((target("avx2"))) std::int64_t from_bf16_avx2(float* y, const bf16* x, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i));
    _mm256_storeu_ps(y + i, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)));
  }
  return i;
}

__attribute__((target("avx2,f16c"))) std::int64_t from_f16_avx2(float* y, const std::uint16_t* x, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    _mm256_storeu_ps(y + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
  }
  return i;
}

bool has_vectors() { return active_isa() >= Isa::avx2; }
#else
std::int64_t to_bf16_avx2(bf16*, const float*, std::int64_t) { return 0; }
std::int64_t from_bf16_avx2(float*, const bf16*, std::int64_t) { return 0; }
std::int64_t from_f16_avx2(float*, const std::uint16_t*, std::int64_t) { return 0; }
bool has_vectors() { return false; }
#endif

}  // namespace

void convert(bf16* y, const float* x, std::int64_t count) {
  for (std::int64_t i = has_vectors() ? to_bf16_avx2(y, x, count) : 0; i < count; ++i) y[i] = to_bf16(x[i]);
}

void convert(float* y, const bf16* x, std::int64_t count) {
  for (std::int64_t i = has_vectors() ? from_bf16_avx2(y, x, count) : 0; i < count; ++i) y[i] = from_bf16(x[i]);
}

void convert_f16(float* y, const std::uint16_t* x, std::int64_t count) {
  for (std::int64_t i = has_vectors() ? from_f16_avx2(y, x, count) : 0; i < count; ++i) y[i] = from_f16(x[i]);
}

void convert_f16(bf16* y, const std::uint16_t* x, std::int64_t count) {
  constexpr std::int64_t kChunk = 512;
  float wide[kChunk];
  for (std::int64_t i = 0; i < count; i += kChunk) {
    const std::int64_t now = count - i < kChunk ? count - i : kChunk;
    convert_f16(wide, x + i, now);
    convert(y + i, wide, now);
  }
}

}  // namespace ov::kernels
