// Float vectors of OV_LANES lanes for one instruction set, as GCC/Clang vector types. Deliberately
// without an include guard: each x_<isa>.cpp defines OV_TARGET (a target attribute) and OV_LANES,
// opens its own namespace and includes this file and the bodies it needs, once each.
//
//   #define OV_TARGET __attribute__((target("avx2,fma")))
//   #define OV_LANES 8
//   namespace ov::kernels::avx2 {
//   #include "kernels/elementwise_vec.h"

#define OV_INLINE OV_TARGET inline __attribute__((always_inline))

constexpr int kLanes = OV_LANES;
typedef float Vec __attribute__((vector_size(OV_LANES * 4)));
typedef std::uint32_t BitVec __attribute__((vector_size(OV_LANES * 4)));
typedef std::uint16_t HalfVec __attribute__((vector_size(OV_LANES * 2)));

OV_INLINE Vec splat(float value) { return value - Vec{}; }

OV_INLINE Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

OV_INLINE Vec load(const bf16* from) {
  HalfVec half;
  std::memcpy(&half, from, sizeof half);
  return (Vec)(__builtin_convertvector(half, BitVec) << 16);
}

OV_INLINE void store(float* to, Vec v) { std::memcpy(to, &v, sizeof v); }

// Bits of the nearest bfloat16 (ties to even) in the low half of each lane; NaN stays NaN.
OV_INLINE BitVec round_bits(Vec v) {
  const BitVec bits = (BitVec)v;
  const BitVec rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const BitVec quiet_nan = BitVec{} + 0x7fc0u;
  return v != v ? quiet_nan : rounded;
}

OV_INLINE void store(bf16* to, Vec v) {
  const HalfVec half = __builtin_convertvector(round_bits(v), HalfVec);
  std::memcpy(to, &half, sizeof half);
}

// v as it would be after a store to and a load from an array of T.
template <class T>
OV_INLINE Vec rounded_to(Vec v) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return v;
  } else {
    return (Vec)(round_bits(v) << 16);
  }
}

// The first `count` < kLanes elements; zeros after them. Nothing past the end is touched.
template <class T>
OV_INLINE Vec load_part(const T* from, std::int64_t count) {
  T lanes[kLanes] = {};
  std::memcpy(lanes, from, count * sizeof(T));
  return load(lanes);
}

template <class T>
OV_INLINE void store_part(T* to, Vec v, std::int64_t count) {
  T lanes[kLanes];
  store(lanes, v);
  std::memcpy(to, lanes, count * sizeof(T));
}

OV_INLINE float sum_lanes(Vec v) {
  float lanes[kLanes];
  store(lanes, v);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

OV_INLINE Vec max_of(Vec a, Vec b) { return a > b ? a : b; }

// 2^t within 1.5e-7 of the true value, 2^0 exactly 1, exactly 0 below -126 (for -inf too).
OV_INLINE Vec exp2_of(Vec t) {
  const Vec shift = splat(12582912.0f);  // 1.5 * 2^23: adding it leaves round(t) in the low bits
  const Vec clamped = t < -126.0f ? splat(-126.0f) : t;
  const Vec shifted = clamped + shift;
  const Vec f = clamped - (shifted - shift);  // [-0.5, 0.5]
  Vec p = splat(1.535336196e-04f);
  p = p * f + 1.339887502e-03f;
  p = p * f + 9.618436918e-03f;
  p = p * f + 5.550332367e-02f;
  p = p * f + 2.402264774e-01f;
  p = p * f + 6.931471825e-01f;
  p = p * f + 1.0f;
  const Vec scaled = (Vec)((BitVec)p + ((BitVec)shifted << 23));
  return t < -126.0f ? Vec{} : scaled;
}
