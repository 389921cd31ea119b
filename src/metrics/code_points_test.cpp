// Expected values are those of Python 3.11's str methods.
#include "metrics/code_points.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(CodePoints, DecodesAndReplacesIllFormedParts) {
  EXPECT_EQ(decode_utf8("a\xC3\xA9\xF0\x9F\x98\x80"), U"a\u00E9\U0001F600");
  EXPECT_EQ(decode_utf8("a\xFF\xE2\x82"), U"a\uFFFD\uFFFD");
  EXPECT_EQ(encode_utf8(decode_utf8("\xED\xA0\x80")), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(decode_utf8(std::string("a\0b", 3)).size(), 3U);
}

TEST(CodePoints, LowerAndUpper) {
  EXPECT_EQ(lower(U"ABC \u00C9 \u0416"), U"abc \u00E9 \u0436");
  EXPECT_EQ(lower(U"\u0130"), U"i\u0307");
  EXPECT_EQ(lower(U"\u039F\u0394\u039F\u03A3 \u03A3 \u03A3\u0391"), U"\u03BF\u03B4\u03BF\u03C2 \u03C3 \u03C3\u03B1");
  EXPECT_EQ(upper_length(U"stra\u00DFe"), 7U);
  EXPECT_EQ(upper_length(U"\uFB03\u0130\u1E9E\u0390"), 3U + 1 + 1 + 3);
}

TEST(CodePoints, SpaceAndWords) {
  EXPECT_EQ(strip(U"\u3000 a b\x1F\n"), U"a b");
  EXPECT_EQ(strip(U"((a))", U")"), U"((a");
  EXPECT_EQ(strip(U" \n"), U"");
  EXPECT_EQ(split_words(U" a\u00A0b\x1C c "), (std::vector<TextView>{U"a", U"b", U"c"}));
  EXPECT_EQ(split_at(U"a..b", U"."), (std::vector<TextView>{U"a", U"", U"b"}));
  EXPECT_EQ(squeeze(U"\t a \n b "), U"a b");
  EXPECT_EQ(replace_all(U"aaa", U"aa", U"b"), U"ba");
  EXPECT_TRUE(is_word(U'_') && is_word(0x0663) && is_word(0x2460) && is_word(0x4E00));
  EXPECT_FALSE(is_word(U'-') || is_word(0x0301) || is_word(0x200D));
  EXPECT_EQ(decimal_value(0x0663), 3);
  EXPECT_EQ(decimal_value(0x1D7FF), 9);
}

}  // namespace
}  // namespace ov
