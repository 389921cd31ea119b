// What the tests of the backward passes share: random values in either row type, outputs between guard
// elements, and a bound for results in that type.
//
//   Guarded<bf16> dx(count);
//   column_sums(dx.data(), x.data(), m, n);
//   dx.expect_intact();
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <type_traits>
#include <vector>

#include "base/parallel.h"
#include "kernels/gradients.h"
#include "kernels/row_test_values.h"

namespace ov::kernels {

// Sizes below, at and around the vectors and blocks of the kernels.
inline const std::vector<int> kOddSizes = {1, 3, 17, 133};

template <class T>
T narrow_to(double value) {
  const float f = static_cast<float>(value);
  if constexpr (std::is_same_v<T, float>) {
    return f;
  } else {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &f, sizeof bits);
    return static_cast<bf16>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
}

inline double wide(float value) { return value; }
inline double wide(bf16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float f = 0;
  std::memcpy(&f, &bits, sizeof f);
  return f;
}

template <class T>
std::vector<double> wide(const std::vector<T>& x) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = wide(x[i]);
  return y;
}

template <class T>
std::vector<T> values(std::int64_t count, unsigned seed, double spread = 1, double mean = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(mean, spread);
  std::vector<T> x(count);
  for (T& value : x) value = narrow_to<T>(normal(random));
  return x;
}

// `count` elements that start as `fill`, with elements around them that nobody may write.
template <class T>
class Guarded {
 public:
  explicit Guarded(std::int64_t count, double fill = 99) : all_(count + 2 * kGuard, narrow_to<T>(-12345)) {
    std::fill_n(data(), count, narrow_to<T>(fill));
  }
  explicit Guarded(const std::vector<T>& x) : Guarded(static_cast<std::int64_t>(x.size())) {
    std::copy(x.begin(), x.end(), data());
  }

  T* data() { return all_.data() + kGuard; }
  std::vector<T> result() const { return {all_.begin() + kGuard, all_.end() - kGuard}; }
  void expect_intact() const {
    for (int i = 0; i < kGuard; ++i) {
      EXPECT_EQ(all_[i], narrow_to<T>(-12345)) << "before the first element";
      EXPECT_EQ(all_[all_.size() - 1 - i], narrow_to<T>(-12345)) << "after the last element";
    }
  }

 private:
  static constexpr int kGuard = 40;  // more than the widest vector
  std::vector<T> all_;
};

// |found - wanted| within `units` float32 roundings of `size` (what was added up to make the result) and
// one rounding to T of the result.
template <class T>
bool close_to(T found, double wanted, double size, double units) {
  constexpr double kFloat = 1.2e-7, kHalf = 1.0 / 256;
  const double rounding = std::is_same_v<T, float> ? 0 : kHalf * std::fabs(wanted);
  return std::fabs(wide(found) - wanted) <= kFloat * units * size + rounding + 1e-38;
}

// The same call with 1, 2 and 3 threads; `run` returns its results.
template <class F>
void expect_same_bits_for_threads(const F& run) {
  set_num_threads(1);
  const auto one = run();
  for (const int threads : {2, 3}) {
    set_num_threads(threads);
    const auto more = run();
    ASSERT_EQ(one.size(), more.size());
    EXPECT_EQ(0, std::memcmp(one.data(), more.data(), one.size() * sizeof(one[0]))) << threads << " threads";
  }
  set_num_threads(0);
}

}  // namespace ov::kernels
