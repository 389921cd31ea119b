// Golden rows: results of lmms-eval's own MMBench evaluator.
#include "metrics/mmbench.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(MmBench, Golden) {
  const std::pair<TextView, TextView> rows[] = {{U"A", U"A"},
                                                {U"A.", U"A"},
                                                {U"(C)", U"C"},
                                                {U"B. dog", U"B"},
                                                {U"A dog is running fast", U"B"},
                                                {U"cat", U"A"},
                                                {U"cat and dog", U""},
                                                {U"The answer is D.", U"D"},
                                                {U"A B", U""},
                                                {U"E", U"E"},
                                                {U"C:", U"C"},
                                                {U"a", U""},
                                                {U"Option (B).", U"B"}};
  for (const auto& [answer, letter] : rows) {
    EXPECT_EQ(circular_letter(answer, {U"cat", U"dog", U"bird", U"horse"}), letter) << encode_utf8(answer);
  }
}

}  // namespace
}  // namespace ov
