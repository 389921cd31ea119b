// Weights of a resize and the loops over one band of rows; resize.cpp chooses among the loops.
// A weight of 22 fractional bits is high * 2^15 + low, so that 16-bit multiply-adds give exact sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ov {

constexpr int kWeightBits = 22;
constexpr int kLowBits = 15;
constexpr std::int64_t kTapGroup = 4;    // taps that the horizontal loops take at once
constexpr std::int64_t kRowsAtOnce = 4;  // rows that they take at once
constexpr std::int64_t kReadAhead = 32;  // bytes that they may read, unused, past a row's last tap

// For output i: taps first[i] .. first[i] + count[i] - 1 of the input, with weights from
// weight[i * stride] on; the rest of the stride, a multiple of kTapGroup, is zero.
struct AxisWeights {
  std::int64_t stride = 0;
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> count;
  std::vector<std::int32_t> weight;
  // The same split: of each group of four taps, four low and then four high parts.
  std::vector<std::int16_t> halves;
};

AxisWeights axis_weights(std::int64_t in, std::int64_t out);

// One row band of the horizontal pass: `rows` rows of `out` pixels each. Every input row must be
// readable for 3 * (first + stride) + kReadAhead bytes.
struct HorizontalBand {
  const std::uint8_t* in[kRowsAtOnce];  // unused rows repeat the last one
  std::uint8_t* out[kRowsAtOnce];
  std::int64_t rows = 0;
};
void horizontal_plain(const HorizontalBand& band, const AxisWeights& weights);
void horizontal_avx2(const HorizontalBand& band, const AxisWeights& weights);
void horizontal_avx512(const HorizontalBand& band, const AxisWeights& weights);

// Output row i of the vertical pass, `bytes` long, out of input rows at in + row * pitch.
void vertical_plain(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes, const AxisWeights& weights,
                    std::int64_t i, std::uint8_t* out);
void vertical_avx2(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes, const AxisWeights& weights,
                   std::int64_t i, std::uint8_t* out);
void vertical_avx512(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes, const AxisWeights& weights,
                     std::int64_t i, std::uint8_t* out);

}  // namespace ov
