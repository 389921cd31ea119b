// The rows of is_relaxed are results of lmms-eval's own function (chartqa/utils.py); those of is_relaxed_number follow
// from its definition in relaxed.h.
#include "metrics/relaxed.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

struct Row {
  TextView answer, target;
  bool right;
};

TEST(Relaxed, Golden) {
  for (const Row& row : std::vector<Row>{{U"14", U"14.6", true},
                                         {U"14", U"14.8", false},
                                         {U"14%", U"0.14", true},
                                         {U"14", U"14%", false},
                                         {U"0", U"0", true},
                                         {U"0.0", U"0", false},
                                         {U"Yes", U"yes", true},
                                         {U"yes.", U"yes", false},
                                         {U"1,000", U"1000", false},
                                         {U"-10.4", U"-10", true},
                                         {U"3", U"0", false},
                                         {U" 1e3 ", U"1_000", true},
                                         {U"inf", U"inf", false},
                                         {U"nan", U"nan", false}}) {
    EXPECT_EQ(is_relaxed(row.answer, row.target), row.right) << encode_utf8(row.answer);
  }
}

TEST(Relaxed, NumbersAsWritten) {
  for (const Row& row : std::vector<Row>{{U"14", U"14.6", true},
                                         {U"14", U"14.8", false},
                                         {U"14 %", U"14%", true},
                                         {U"14%", U"0.14", true},
                                         {U"$1,020.", U"1000", true},
                                         {U"\u20AC1,234,000", U"1234000", true},
                                         {U"-$12.5", U"-12.5", true},
                                         {U"1,2", U"12", false},
                                         {U"0.0", U"0", true},
                                         {U"3", U"0", false},
                                         {U"-3", U"3", false},
                                         {U"yes.", U"Yes", true},
                                         {U"about 14", U"14", false},
                                         {U"nan", U"nan", true},
                                         {U"", U"14", false}}) {
    EXPECT_EQ(is_relaxed_number(row.answer, row.target), row.right) << encode_utf8(row.answer);
  }
}

}  // namespace
}  // namespace ov
