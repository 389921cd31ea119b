// Random numbers that depend only on their key, so that a sample is the same whichever thread draws it.
// Counter-based: number n of a stream is splitmix64's finaliser of (key + n * golden ratio). Integers only,
// so that every machine draws the same.
//
//   RandomStream random(seed, "align", /*index=*/17);
//   const std::int64_t sides = random.between(3, 6);
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace ov {

struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;  // included
  bool operator==(const Range&) const = default;
};

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index) : state_(mix(seed + kStep)) {
    for (const char letter : name) state_ = mix((state_ ^ static_cast<std::uint8_t>(letter)) + kStep);
    state_ = mix((state_ ^ index) + kStep);
  }

  std::uint64_t next() { return mix(state_ += kStep); }

  // Uniform in [0, count); count at least 1. Numbers of the incomplete last round are thrown away.
  std::uint64_t below(std::uint64_t count) {
    const std::uint64_t rest = (0 - count) % count;  // 2^64 mod count
    std::uint64_t number = next();
    while (number < rest) number = next();
    return number % count;
  }

  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto first = static_cast<std::uint64_t>(low), span = static_cast<std::uint64_t>(high) - first;
    return static_cast<std::int64_t>(first + (span == UINT64_MAX ? next() : below(span + 1)));
  }
  std::int64_t between(const Range& range) { return between(range.low, range.high); }
  bool coin() { return below(2) == 0; }

  template <typename List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

  template <typename T>
  void shuffle(std::vector<T>& list) {
    for (std::size_t left = list.size(); left > 1; --left) std::swap(list[left - 1], list[below(left)]);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
};

}  // namespace ov
