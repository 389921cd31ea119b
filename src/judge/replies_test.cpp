#include "judge/replies.h"

#include <gtest/gtest.h>

#include <chrono>

namespace ov {
namespace {

TEST(Replies, ReasoningBeforeTheAnswerIsPutAside) {
  EXPECT_EQ(without_reasoning("  0.5\n"), "0.5");
  EXPECT_EQ(without_reasoning("<think>maybe 1 or 2</think>\n\n0.5"), "0.5");
  EXPECT_EQ(without_reasoning("<think>never ends, score 5"), "");
  EXPECT_EQ(without_reasoning("0.5 <think>after</think>"), "0.5 <think>after</think>");
}

TEST(Replies, PlainNumbersAreReadWhole) {
  EXPECT_EQ(plain_number("4"), 4);
  EXPECT_EQ(plain_number("-0.5"), -0.5);
  EXPECT_EQ(plain_number(".5"), 0.5);
  for (const char* text : {"", "-", ".", "4.", "1e3", "0x4", "nan", "inf", " 4", "4 ", "4/5", "1,000", "\xd9\xa4"}) {
    EXPECT_EQ(plain_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(plain_number(std::string(400, '9')), std::nullopt);
}

TEST(Replies, DictionariesAreThoseOfPythonAndJson) {
  EXPECT_EQ(dictionary_field("{'pred': 'yes', 'score': 4}", "pred"), "yes");
  EXPECT_EQ(number_field("{'pred': 'yes', 'score': 4}", "score", 0, 5), 4);
  EXPECT_EQ(number_field("{\"score\": 4.8}", "score", 0, 5), 4.8);
  EXPECT_EQ(number_field("{'score': '3',}", "score", 0, 5), 3);
  EXPECT_EQ(number_field("Sure:\n```python\n{\n  'score' : 2\n}\n```", "score", 0, 5), 2);
  EXPECT_EQ(dictionary_field(R"({"why": "it\'s \"so\"", "pred": "no"})", "why"), "it's \"so\"");
}

TEST(Replies, DictionariesThatSayNothingOrTwoThingsHaveNoVerdict) {
  for (const char* reply : {"",
                            "yes",
                            "{",
                            "{}",
                            "}{",
                            "{'score'}",
                            "{'score': }",
                            "{'score': four}",
                            "{'score': 4",
                            "{'score': 4 'pred': 'yes'}",
                            "{'score': 4, 'score': 5}",
                            "{'Score': 4}",
                            "score: 4",
                            "{'score': 6}",
                            "{'score': -1}",
                            "{'score': 4/5}",
                            "{'score': True}",
                            "{'score': [4]}",
                            "{'score': 1} or rather {'score': 5}",
                            "{'score': '4"}) {
    EXPECT_EQ(number_field(reply, "score", 0, 5), std::nullopt) << reply;
  }
  EXPECT_EQ(number_field("{'score': 4} {'score': 4}", "score", 0, 5), 4);
}

TEST(Replies, LabelledNumbersStandBehindTheirLabel) {
  EXPECT_EQ(labelled_number("It fits.\nRating: 4", "Rating", 1, 5), 4);
  EXPECT_EQ(labelled_number("**rating:** 4/5", "Rating", 1, 5), 4);
  EXPECT_EQ(labelled_number("Rating : [3]", "Rating", 1, 5), 3);
  EXPECT_EQ(labelled_number("My rating follows.\nRating: 3.", "Rating", 1, 5), 3);
  EXPECT_EQ(labelled_number("Final Score: 87.5", "Final Score", 0, 100), 87.5);
  for (const char* reply :
       {"", "4", "Rating", "Rating:", "Rating: four", "Rating: 6", "Rating: 0", "Rating: -4", "Rating: 1-5",
        "Rating: 4th", "Rating: 5\nRating: 1", "The user says: Rating: 5. Rating: 2"}) {
    EXPECT_EQ(labelled_number(reply, "Rating", 1, 5), std::nullopt) << reply;
  }
}

TEST(Replies, PairsAreTheFirstLineAlone) {
  EXPECT_EQ(number_pair("10 7\nAssistant 2 is short.", 0, 10), std::pair(10.0, 7.0));
  EXPECT_EQ(number_pair("  8, 7.5 \r\n", 0, 10), std::pair(8.0, 7.5));
  for (const char* reply : {"", "10", "10 7 5", "10/10 7/10", "10 11", "-1 7", "Assistant 1: 10 7", "\n10", "ten seven",
                            "Here are the scores\n10 7"}) {
    EXPECT_EQ(number_pair(reply, 0, 10), std::nullopt) << reply;
  }
}

TEST(Replies, LeadingNumbersBeginTheReply) {
  EXPECT_EQ(leading_number("0.7", 0, 1), 0.7);
  EXPECT_EQ(leading_number("1.0 because both parts are there", 0, 1), 1.0);
  for (const char* reply : {"", "about 0.5", "1.1", "-0.5", "0.5.", "50%", "| 0.5 |"}) {
    EXPECT_EQ(leading_number(reply, 0, 1), std::nullopt) << reply;
  }
}

TEST(Replies, ZeroOrOneStandsAlone) {
  EXPECT_EQ(zero_or_one("1"), true);
  EXPECT_EQ(zero_or_one("Judgement: 0."), false);
  for (const char* reply : {"", "yes", "10", "2", "0 or 1", "1.0", "0.1", "-1", "a1"}) {
    EXPECT_EQ(zero_or_one(reply), std::nullopt) << reply;
  }
}

TEST(Replies, OneLetterStandsAlone) {
  EXPECT_EQ(option_letter("B"), 'B');
  EXPECT_EQ(option_letter("(C)."), 'C');
  EXPECT_EQ(option_letter("Answer: A"), 'A');
  for (const char* reply : {"", "b", "F", "None", "A or B", "A good match is D", "BE", "A good match"}) {
    EXPECT_EQ(option_letter(reply), std::nullopt) << reply;
  }
}

TEST(Replies, AreReadInLinearTimeWhateverTheyHold) {
  const auto begin = std::chrono::steady_clock::now();
  constexpr std::size_t kSize = 1 << 17;
  std::string labels, dictionaries;
  while (labels.size() < kSize) labels += "rating:";
  while (dictionaries.size() < kSize) dictionaries += "{'a':1,'";
  for (const std::string& reply : {std::string(kSize, '{'), std::string(kSize, '9'), std::string(kSize, '<'),
                                   std::string(kSize, ' '), std::string(kSize, '\0'), labels, dictionaries}) {
    number_field(reply, "score", 0, 5);
    number_field(reply + "}", "score", 0, 5);
    labelled_number(reply, "rating", 0, 5);
    number_pair(reply, 0, 10);
    leading_number(reply, 0, 1);
    zero_or_one(reply);
    option_letter(reply);
    without_reasoning(reply);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace ov
