// Sums of small numbers, for pictures and for text. One pair of numbers in eight is kept for tests.
//
//   const Sum sum = random_sum(random, writer.test());  // 7 + 5 = 12
#pragma once

#include <cstdint>
#include <string>

#include "synth/random_stream.h"

namespace ov {

constexpr std::int64_t kMaxResult = 20;

struct Sum {
  std::int64_t left = 0, right = 0;
  char sign = '+';  // +, - or x
  std::int64_t result() const;
  std::string task() const;   // "7 + 5"
  std::string whole() const;  // "7 + 5 = 12"
};

// Whichever stands first, and for every sign: who has learned 3 + 5 has learned 5 + 3.
bool kept_for_tests(std::int64_t a, std::int64_t b);

// No result below 0 or above kMaxResult, results of one sign about equally often. Half of the tests are kept pairs.
Sum random_sum(RandomStream& random, bool test);
// Two numbers of the range that a sample may add or multiply; in training no kept pair.
struct NumberPair {
  std::int64_t first = 0, second = 0;
};
NumberPair random_pair(RandomStream& random, bool test, const Range& numbers);
Sum random_sum(RandomStream& random, bool test, char sign);

}  // namespace ov
