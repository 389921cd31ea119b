#include "metrics/rule.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/error.h"

namespace ov {
namespace {

const Reference kLetter{.answers = {"B"},
                        .choices = {"red", "blue", "green", "pink"},
                        .question = "Which?\nA. red\nB. blue\nC. green\nD. pink"};

TEST(Rule, EveryMetricKnowsARightAnswer) {
  for (const std::string& metric : answer_metrics()) {
    Reference reference = kLetter;
    if (metric == "mme_yesno") reference.answers = {"Yes"};
    if (metric == "vqa10") reference.answers.assign(10, "B");
    const std::string answer = metric == "mme_yesno" ? "yes" : "B";
    const Judged judged = judge_answer({metric}, reference, answer, 0);
    EXPECT_NEAR(judged.value, 1, 1e-7) << metric;
    EXPECT_FALSE(judged.undecided) << metric;
    EXPECT_FALSE(judged.extracted.empty()) << metric;
  }
  EXPECT_EQ(judge_answer({.metric = "letter_prefix", .strip_punctuation = true}, kLetter, "B)", 0).value, 1);
  EXPECT_EQ(judge_answer({"letter_prefix"}, kLetter, "B)", 0).value, 0);
  EXPECT_EQ(judge_answer({"circular"}, kLetter, "Best", 0).undecided, true);
  EXPECT_EQ(judge_answer({"circular_static"}, kLetter, "Best", 0).value, 1);
  EXPECT_EQ(judge_answer({"rwqa_priority"}, {.answers = {"Downhill"}}, "downhill.", 0).value, 1);
}

TEST(Rule, FallbacksOfMmmu) {
  for (const std::string metric : {"letter_mmmu", "letter_mmmu_first", "lvb_letter"}) {
    double right = 0;
    for (std::int64_t doc = 0; doc < 4000; ++doc) {
      const std::uint64_t seed = draw_seed("mmmu", doc);
      const Judged judged = judge_answer({metric}, kLetter, "none", seed);
      EXPECT_TRUE(judged.undecided);
      EXPECT_EQ(judged.value, judge_answer({metric}, kLetter, "none", seed).value);
      right += judged.value;
    }
    EXPECT_NEAR(right / 4000, 0.25, 0.03);
    EXPECT_EQ(judge_answer({metric, "wrong"}, kLetter, "none", 0).value, 0);
    EXPECT_EQ(judge_answer({metric, "expected"}, kLetter, "none", 0).value, 0.25);
  }
  EXPECT_NE(draw_seed("mmmu", 1), draw_seed("nextqa", 1));
}

TEST(Rule, Refusals) {
  EXPECT_THROW(judge_answer({"bleu"}, kLetter, "B", 0), Error);
  EXPECT_THROW(judge_answer({"letter_mmmu", "guess"}, kLetter, "B", 0), Error);
  EXPECT_THROW(judge_answer({"anls"}, {}, "B", 0), Error);
  EXPECT_THROW(judge_answer({"circular"}, {.answers = {"B"}}, "B", 0), Error);
}

TEST(Rule, HostileAnswers) {
  const std::size_t size = 1 << 17;
  std::string words, sentences;
  while (words.size() < size) words += "A (B) 1.5e3, is ";
  while (sentences.size() < size) sentences += "the.answer is\n";
  const std::string answers[] = {"",
                                 "\xFF\xC3",
                                 std::string("\0A", 2),
                                 words,
                                 sentences,
                                 std::string(size, ' '),
                                 std::string(size, '9') + ",",
                                 std::string(size, '.'),
                                 std::string(size, '\xFF')};
  for (const std::string& metric : answer_metrics()) {
    for (const std::string& answer : answers) {
      Reference reference = kLetter;
      if (metric == "mathvista") reference = {.answers = {"1"}, .answer_type = "integer"};
      const auto start = std::chrono::steady_clock::now();
      const Judged judged = judge_answer({metric}, reference, answer, 7);
      EXPECT_TRUE(judged.value >= 0 && judged.value <= 1) << metric;
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << metric << " " << answer[0];
    }
  }
}

}  // namespace
}  // namespace ov
