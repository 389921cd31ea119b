// The resize: weights, the choice of loops, bands of rows for the threads, and the plain loops.
#include "media/resize.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/parallel.h"
#include "media/geometry.h"
#include "media/resize_kernels.h"

namespace ov {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
constexpr std::int64_t kMinBytesPerThread = 1 << 16;

// Cubic convolution with a = -0.5.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

std::uint8_t to_byte(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255)); }

void split_weights(AxisWeights& axis) {
  axis.halves.resize(2 * axis.weight.size());
  for (std::size_t i = 0; i < axis.weight.size(); ++i) {
    const std::size_t group = i / kTapGroup * 2 * kTapGroup;
    axis.halves[group + i % kTapGroup] = static_cast<std::int16_t>(axis.weight[i] & ((1 << kLowBits) - 1));
    axis.halves[group + kTapGroup + i % kTapGroup] = static_cast<std::int16_t>(axis.weight[i] >> kLowBits);
  }
}

struct Loops {
  decltype(&horizontal_plain) horizontal = horizontal_plain;
  decltype(&vertical_plain) vertical = vertical_plain;
};

std::atomic<ResizeIsa>& active_isa() {
  static std::atomic<ResizeIsa> isa{best_resize_isa()};
  return isa;
}

Loops active_loops() {
#if defined(__x86_64__)
  switch (active_isa().load(std::memory_order_relaxed)) {
    case ResizeIsa::plain: break;
    case ResizeIsa::avx2: return {horizontal_avx2, vertical_avx2};
    case ResizeIsa::avx512: return {horizontal_avx512, vertical_avx512};
  }
#endif
  return {};
}

void check(const Image& image, std::int64_t width, std::int64_t height) {
  const bool whole = image.width >= 1 && image.height >= 1 &&
                     image.rgb.size() == static_cast<std::size_t>(3 * image.width * image.height);
  if (!whole) throw Error(ErrorKind::internal, "resize: the picture is empty or incomplete");
  if (image.width > kMaxSide || image.height > kMaxSide || width < 1 || height < 1 || width > kMaxSide ||
      height > kMaxSide) {
    throw Error(ErrorKind::input, "resize of " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                                      " to " + std::to_string(width) + "x" + std::to_string(height) +
                                      ": all sides must be from 1 to " + std::to_string(kMaxSide));
  }
}

Image sized(std::int64_t width, std::int64_t height) {
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height))};
}

// The horizontal loops read past a row's last tap. Where that leaves the picture, rows are copied.
class RowSource {
 public:
  RowSource(const Image& image, const AxisWeights& axis)
      : image_(image), reach_(3 * (axis.first.back() + axis.stride) + kReadAhead) {}

  // Pointers to up to kRowsAtOnce rows from `begin` on.
  void point(std::int64_t begin, HorizontalBand& band) {
    const std::int64_t pitch = 3 * image_.width;
    for (std::int64_t k = 0; k < kRowsAtOnce; ++k) {
      const std::int64_t at = (begin + std::min(k, band.rows - 1)) * pitch;
      band.in[k] = image_.rgb.data() + at;
      if (at + reach_ <= static_cast<std::int64_t>(image_.rgb.size())) continue;
      copies_[k].resize(static_cast<std::size_t>(reach_));
      std::memcpy(copies_[k].data(), band.in[k], static_cast<std::size_t>(pitch));
      band.in[k] = copies_[k].data();
    }
  }

 private:
  const Image& image_;
  std::int64_t reach_;
  std::vector<std::uint8_t> copies_[kRowsAtOnce];
};

Image resize_horizontal(const Image& image, std::int64_t width, const Loops& loops) {
  const AxisWeights axis = axis_weights(image.width, width);
  Image out = sized(width, image.height);
  const std::int64_t per_band = std::max(kMinBytesPerThread / (3 * image.width), std::int64_t{1});
  const std::int64_t grain = (per_band + kRowsAtOnce - 1) / kRowsAtOnce * kRowsAtOnce;
  parallel_for(image.height, grain, [&](std::int64_t begin, std::int64_t end) {
    RowSource source(image, axis);
    for (std::int64_t y = begin; y < end; y += kRowsAtOnce) {
      HorizontalBand band;
      band.rows = std::min(kRowsAtOnce, end - y);
      source.point(y, band);
      for (std::int64_t k = 0; k < kRowsAtOnce; ++k) {
        band.out[k] = out.rgb.data() + 3 * width * (y + std::min(k, band.rows - 1));
      }
      loops.horizontal(band, axis);
    }
  });
  return out;
}

Image resize_vertical(const Image& image, std::int64_t height, const Loops& loops) {
  const AxisWeights axis = axis_weights(image.height, height);
  Image out = sized(image.width, height);
  const std::int64_t pitch = 3 * image.width;
  const std::int64_t grain = std::max(kMinBytesPerThread / pitch, std::int64_t{1});
  parallel_for(height, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      loops.vertical(image.rgb.data(), pitch, pitch, axis, i, out.rgb.data() + i * pitch);
    }
  });
  return out;
}

Image resize(const Image& image, std::int64_t width, std::int64_t height, const Loops& loops) {
  check(image, width, height);
  if (width == image.width && height == image.height) return image;
  if (width == image.width) return resize_vertical(image, height, loops);
  const Image narrow = resize_horizontal(image, width, loops);
  return height == image.height ? narrow : resize_vertical(narrow, height, loops);
}

}  // namespace

AxisWeights axis_weights(std::int64_t in, std::int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(1.0, scale);
  const double support = 2.0 * stretch;
  const double inverse = 1.0 / stretch;
  AxisWeights axis;
  axis.stride = (static_cast<std::int64_t>(std::ceil(support)) * 2 + 1 + kTapGroup - 1) / kTapGroup * kTapGroup;
  axis.first.resize(static_cast<std::size_t>(out));
  axis.count.resize(static_cast<std::size_t>(out));
  axis.weight.resize(static_cast<std::size_t>(out * axis.stride));
  std::vector<double> w(static_cast<std::size_t>(axis.stride));
  for (std::int64_t i = 0; i < out; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const auto low = std::max(std::int64_t{0}, static_cast<std::int64_t>(center - support + 0.5));
    const auto high = std::min(in, static_cast<std::int64_t>(center + support + 0.5));
    double sum = 0;
    for (std::int64_t j = low; j < high; ++j) {
      const double value = cubic((static_cast<double>(j) - center + 0.5) * inverse);
      w[static_cast<std::size_t>(j - low)] = value;
      sum += value;
    }
    axis.first[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(low);
    axis.count[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(high - low);
    std::int32_t* weight = axis.weight.data() + i * axis.stride;
    for (std::int64_t j = 0; j < high - low; ++j) {
      double value = w[static_cast<std::size_t>(j)];
      if (sum != 0.0) value *= 1.0 / sum;
      weight[j] = static_cast<std::int32_t>(value * (1 << kWeightBits) + (value < 0 ? -0.5 : 0.5));
    }
  }
  split_weights(axis);
  return axis;
}

void horizontal_plain(const HorizontalBand& band, const AxisWeights& weights) {
  for (std::int64_t k = 0; k < band.rows; ++k) {
    for (std::size_t i = 0; i < weights.first.size(); ++i) {
      const std::int32_t* weight = weights.weight.data() + static_cast<std::int64_t>(i) * weights.stride;
      const std::uint8_t* pixel = band.in[k] + 3 * std::int64_t{weights.first[i]};
      std::int32_t sum[3] = {kHalf, kHalf, kHalf};
      for (std::int32_t j = 0; j < weights.count[i]; ++j, pixel += 3) {
        for (int c = 0; c < 3; ++c) sum[c] += weight[j] * pixel[c];
      }
      for (int c = 0; c < 3; ++c) band.out[k][3 * i + static_cast<std::size_t>(c)] = to_byte(sum[c]);
    }
  }
}

void vertical_plain(const std::uint8_t* in, std::int64_t pitch, std::int64_t bytes, const AxisWeights& weights,
                    std::int64_t i, std::uint8_t* out) {
  const std::int32_t* weight = weights.weight.data() + i * weights.stride;
  const std::uint8_t* top = in + weights.first[static_cast<std::size_t>(i)] * pitch;
  const std::int32_t count = weights.count[static_cast<std::size_t>(i)];
  for (std::int64_t x = 0; x < bytes; ++x) {
    std::int32_t sum = kHalf;
    for (std::int32_t j = 0; j < count; ++j) sum += weight[j] * top[j * pitch + x];
    out[x] = to_byte(sum);
  }
}

ResizeIsa best_resize_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return ResizeIsa::avx512;
  if (__builtin_cpu_supports("avx2")) return ResizeIsa::avx2;
#endif
  return ResizeIsa::plain;
}

void limit_resize_isa(ResizeIsa at_most) { active_isa().store(std::min(at_most, best_resize_isa())); }

Image resize_bicubic(const Image& image, std::int64_t width, std::int64_t height) {
  return resize(image, width, height, active_loops());
}

Image resize_bicubic_plain(const Image& image, std::int64_t width, std::int64_t height) {
  return resize(image, width, height, Loops{});
}

}  // namespace ov
