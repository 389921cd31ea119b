// Integer arithmetic until the last step, so that no mathematical library can change a bit.
#include "checkpoint/draw.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/parallel.h"

namespace ov {
namespace {

constexpr std::int64_t kBlock = 64 << 10;  // values drawn from one seed
constexpr std::int64_t kPiece = 64 * kBlock;

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Round to nearest even; values are far below the largest half.
std::uint16_t to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const float size = std::fabs(value);
  if (size < 0x1p-14F) {  // subnormal: a multiple of 2^-24
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(size * 0x1p24F)));
  }
  const std::uint32_t rest = (bits & 0x7fffffff) - (112U << 23);
  return static_cast<std::uint16_t>(sign | ((rest + 0xfff + (rest >> 13 & 1)) >> 13));
}

float bell_value(std::uint64_t bits, float scale) {
  const auto sum =
      static_cast<std::int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
  return scale * static_cast<float>(sum - 2 * 65535);
}

// A whole number of steps of 2^-23, every one of which a float can hold.
float uniform_value(std::uint64_t bits, float half_width) {
  const auto step = static_cast<std::int32_t>(bits >> 40) - (1 << 23);
  return half_width * (static_cast<float>(step) * 0x1p-23F);
}

// Block number `block` of a tensor, `count` values.
void draw_block(const Distribution& from, std::uint64_t seed, std::int64_t block, std::int64_t count, float* out) {
  // Four uniform 16-bit numbers: variance 4 * (2^32 - 1) / 12.
  const float scale = from.spread / std::sqrt(4.0F * 4294967295.0F / 12.0F);
  std::uint64_t state = mix(seed + 0x9e3779b97f4a7c15 * static_cast<std::uint64_t>(block + 1));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t bits = mix(state += 0x9e3779b97f4a7c15);
    out[i] = from.mean + (from.curve == Curve::bell ? bell_value(bits, scale) : uniform_value(bits, from.spread));
  }
}

template <class Word, class Convert>
void draw_piece(const Distribution& from, std::uint64_t seed, std::int64_t begin, std::int64_t count, Convert convert,
                std::vector<std::uint8_t>& bytes) {
  bytes.resize(static_cast<std::size_t>(count) * sizeof(Word));
  auto* words = reinterpret_cast<Word*>(bytes.data());
  parallel_for((count + kBlock - 1) / kBlock, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> values(kBlock);
    for (std::int64_t block = first; block < last; ++block) {
      const std::int64_t size = std::min(kBlock, count - block * kBlock);
      draw_block(from, seed, begin / kBlock + block, size, values.data());
      std::transform(values.begin(), values.begin() + size, words + block * kBlock, convert);
    }
  });
}

}  // namespace

void draw_tensor(const Distribution& from, std::uint64_t seed, const std::string& name, std::int64_t count, Dtype dtype,
                 const WriteBytes& write) {
  std::uint64_t mixed = mix(seed ^ 0x6f6e65766973696f);
  for (const char c : name) mixed = mix(mixed ^ static_cast<std::uint8_t>(c));
  std::vector<std::uint8_t> bytes;
  for (std::int64_t begin = 0; begin < count; begin += kPiece) {
    const std::int64_t size = std::min(kPiece, count - begin);
    if (dtype == Dtype::f32) {
      draw_piece<float>(
          from, mixed, begin, size, [](float value) { return value; }, bytes);
    } else if (dtype == Dtype::f16) {
      draw_piece<std::uint16_t>(from, mixed, begin, size, to_f16, bytes);
    } else {
      draw_piece<std::uint16_t>(from, mixed, begin, size, to_bf16, bytes);
    }
    write(bytes);
  }
}

}  // namespace ov
