#include "synth/sums.h"

#include <algorithm>

namespace ov {
namespace {

Sum any_sum(RandomStream& random, char sign) {
  const std::int64_t result = random.between(sign == '-' ? 0 : 2, sign == '-' ? 15 : kMaxResult);
  if (sign == '+') {
    const std::int64_t left = random.between(1, result - 1);
    return {left, result - left, '+'};
  }
  if (sign == '-') {
    const std::int64_t right = random.between(1, kMaxResult - result);
    return {result + right, right, '-'};
  }
  const std::int64_t left = random.between(1, 9);
  return {left, random.between(1, std::min<std::int64_t>(9, kMaxResult / left)), 'x'};
}

}  // namespace

std::int64_t Sum::result() const { return sign == '+' ? left + right : sign == '-' ? left - right : left * right; }

std::string Sum::task() const {
  return std::to_string(left) + " " + std::string(1, sign) + " " + std::to_string(right);
}

std::string Sum::whole() const { return task() + " = " + std::to_string(result()); }

bool kept_for_tests(std::int64_t a, std::int64_t b) { return (7 * std::min(a, b) + 3 * std::max(a, b)) % 8 == 0; }

NumberPair random_pair(RandomStream& random, bool test, const Range& numbers) {
  while (true) {
    const NumberPair pair{random.between(numbers), random.between(numbers)};
    if (test || !kept_for_tests(pair.first, pair.second)) return pair;
  }
}

Sum random_sum(RandomStream& random, bool test, char sign) {
  const bool kept = test && random.coin();
  Sum sum = any_sum(random, sign);
  while (test ? kept && !kept_for_tests(sum.left, sum.right) : kept_for_tests(sum.left, sum.right)) {
    sum = any_sum(random, sign);
  }
  return sum;
}

Sum random_sum(RandomStream& random, bool test) {
  static constexpr char kSigns[] = {'+', '+', '-', '-', 'x'};
  return random_sum(random, test, random.pick(kSigns));
}

}  // namespace ov
