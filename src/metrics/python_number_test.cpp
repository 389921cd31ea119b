// Expected values are those of Python 3.11.
#include "metrics/python_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ov {
namespace {

TEST(PythonNumber, Float) {
  const std::pair<TextView, double> rows[] = {
      {U"14", 14},        {U"\u3000 1_000.5\n", 1000.5}, {U"+.5", 0.5},        {U"-1.", -1},    {U"1e3", 1000},
      {U"inf", HUGE_VAL}, {U"-Infinity", -HUGE_VAL},     {U"1e999", HUGE_VAL}, {U"-1e-999", 0}, {U"\u0661\u0662", 12}};
  for (const auto& [text, value] : rows) EXPECT_EQ(parse_float(text), value) << encode_utf8(text);
  EXPECT_TRUE(std::isnan(*parse_float(U"-NaN")));
  for (const TextView text : {U"", U" ", U"+", U"+-1", U"1__0", U"_1", U"1_", U"1_.5", U"1 2", U"0x10", U"nan(1)",
                              U"1,0", U"1e", U"e5", U".", U"--1", U"1\u20AC", U"1\x1F"}) {
    EXPECT_FALSE(parse_float(text)) << encode_utf8(text);
  }
  EXPECT_EQ(parse_float(U"0." + Text(400, U'0') + U"1"), 0);
  EXPECT_EQ(parse_float(Text(400, U'9')), HUGE_VAL);
}

TEST(PythonNumber, Integer) {
  for (const TextView text : {U"12", U" -1_000 ", U"+0", U"\u0663"}) EXPECT_TRUE(is_integer(text));
  for (const TextView text : {U"", U"1.0", U"1e3", U"-", U"_1", U"inf"}) EXPECT_FALSE(is_integer(text));
}

TEST(PythonNumber, RoundAndText) {
  EXPECT_EQ(round_decimals(2.675, 2), 2.67);
  EXPECT_EQ(round_decimals(0.125, 2), 0.12);
  EXPECT_EQ(round_decimals(1e300, 2), 1e300);
  const std::pair<double, TextView> rows[] = {{1, U"1.0"},
                                              {0.1, U"0.1"},
                                              {-0.0, U"-0.0"},
                                              {1e16, U"1e+16"},
                                              {123456789012345.0, U"123456789012345.0"},
                                              {1e-5, U"1e-05"},
                                              {0.0001, U"0.0001"},
                                              {1.5e300, U"1.5e+300"}};
  for (const auto& [value, text] : rows) EXPECT_EQ(float_text(value), text);
  EXPECT_EQ(integer_text(-0.5), U"0");
  EXPECT_EQ(integer_text(-12.9), U"-12");
  EXPECT_EQ(integer_text(1e22), U"10000000000000000000000");
  EXPECT_FALSE(integer_text(HUGE_VAL) || integer_text(std::numeric_limits<double>::quiet_NaN()));
}

}  // namespace
}  // namespace ov
