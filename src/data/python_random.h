// Python's random.Random(seed) for what mixtures need: shuffle. MT19937 seeded by init_by_array with the
// seed's 32-bit words, numbers below n by rejection of n.bit_length() bits. Source: CPython's
// Modules/_randommodule.c and Lib/random.py (3.11), compared with its output in the test.
//
//   PythonRandom random(42);
//   random.shuffle(indices);   // the same order as random.Random(42).shuffle(indices)
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace ov {

class PythonRandom {
 public:
  explicit PythonRandom(std::uint64_t seed);

  std::uint32_t bits32();
  std::uint32_t below(std::uint32_t n);  // n > 0
  void shuffle(std::span<std::uint32_t> items);

 private:
  static constexpr std::size_t kWords = 624;
  std::array<std::uint32_t, kWords> state_;
  std::size_t next_ = kWords;
};

}  // namespace ov
