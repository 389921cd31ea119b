// Golden rows: results of lmms-eval's own parse_pred_ans().
#include "metrics/mme.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(Mme, Golden) {
  const std::pair<TextView, TextView> rows[] = {
      {U"No.", U"no"},     {U"yes, it is", U"yes"},    {U"Y", U"yes"},  {U"n", U"no"},    {U"not sure", U"no"},
      {U"nothing", U"no"}, {U"I think yes", U"other"}, {U"", U"other"}, {U"x", U"other"}, {U" Y.e.s ", U"yes"}};
  for (const auto& [answer, label] : rows) EXPECT_EQ(mme_label(answer), label) << encode_utf8(answer);
}

TEST(Mme, FourteenCategories) {
  EXPECT_EQ(mme_categories().at("perception").size(), 10U);
  EXPECT_EQ(mme_categories().at("cognition").size(), 4U);
}

}  // namespace
}  // namespace ov
