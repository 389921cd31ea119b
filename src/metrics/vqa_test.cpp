// Golden rows: results of lmms-eval's own EvalAIAnswerProcessor.
#include "metrics/vqa.h"

#include <gtest/gtest.h>

namespace ov {
namespace {

TEST(Vqa, Golden) {
  const std::pair<TextView, TextView> rows[] = {{U"The Cat", U"cat"},
                                                {U"two", U"2"},
                                                {U"Yes, it is.", U"yes it is"},
                                                {U"12.5", U"12.5"},
                                                {U"1,000", U"1000"},
                                                {U"dont", U"don't"},
                                                {U"the dog's", U"dog 's"},
                                                {U"a/b", U"b"},
                                                {U"COCA-COLA", U"coca cola"},
                                                {U"$5.00", U"$5.00"},
                                                {U"none", U"0"},
                                                {U"A.M.", U"am"},
                                                {U"3.", U"3"},
                                                {U"it's 10:30", U"it 's 10:30"},
                                                {U"im couldntve somebody'd", U"im couldntve somebodyd"},
                                                {U"couldn'tve y'alldve 'owsat", U"couldn't've y'alldve 'owsat"}};
  for (const auto& [text, normalised] : rows) EXPECT_EQ(encode_utf8(normalise_vqa(text)), encode_utf8(normalised));
  EXPECT_EQ(normalise_vqa(Text(40, U'.')), Text(8, U'.'));
}

TEST(Vqa, AccuracyLeavesOneOut) {
  std::vector<Text> humans(10, U"other");
  const double expected[] = {0, 0.3, 0.6, 0.9, 1, 1};  // one of three is missing to the third of those who agree
  for (std::size_t agree = 0; agree < std::size(expected); ++agree) {
    EXPECT_NEAR(vqa_accuracy(humans, U"Two"), expected[agree], 1e-12) << agree;
    humans[agree] = Text(U"2");
  }
  EXPECT_EQ(vqa_accuracy({U"2"}, U"2"), 0);
}

}  // namespace
}  // namespace ov
