// The rows follow from the definitions in exact.h.
#include "metrics/exact.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

struct Row {
  TextView answer, target;
  bool right;
};

TEST(Exact, Rows) {
  for (const Row& row : std::vector<Row>{{U"red", U"red", true},
                                         {U" Red.\n", U"red", true},
                                         {U"two  red\tcubes", U"Two red cubes.", true},
                                         {U"red..", U"red", false},
                                         {U"a red", U"red", false},
                                         {U"", U"red", false},
                                         {U"", U".", true},
                                         {U"3.0", U"3", false},
                                         {U"\u7EA2", U"\u7EA2", true},
                                         {U"\u3000\u7EA2", U"\u7EA2", true}}) {
    EXPECT_EQ(is_exact(row.answer, row.target), row.right) << encode_utf8(row.answer);
  }
  for (const TextView text : {U" A  B. ", U"x..", U"\u0130"}) {
    EXPECT_EQ(normalise_answer(squeeze(normalise_answer(text) + U".")), normalise_answer(text));
  }
}

TEST(Contains, Rows) {
  for (const Row& row : std::vector<Row>{{U"It is a red cube.", U"Red cube", true},
                                         {U"It is covered.", U"red", false},
                                         {U"reduced red", U"red", true},
                                         {U"red", U"a red cube", false},
                                         {U"13", U"3", false},
                                         {U"anything", U"", false},
                                         {U"\u8FD9\u662F\u7EA2\u8272", U"\u7EA2", true}}) {
    EXPECT_EQ(contains_words(row.answer, row.target), row.right) << encode_utf8(row.answer);
  }
}

}  // namespace
}  // namespace ov
