#include "judge/rubrics.h"

#include <gmock/gmock.h>

#include <set>

namespace ov {
namespace {

using ::testing::HasSubstr;

JudgeSample sample() {
  return {.question = "the question",
          .reference = "the reference",
          .prediction = "the prediction",
          .context = "the context",
          .criteria = "the criteria",
          .second_question = "the second question",
          .second_prediction = "the second prediction",
          .pictures = {"data:image/png;base64,AAAA", "data:image/png;base64,BBBB"}};
}

std::optional<Verdict> verdict(const std::string& rubric, const std::string& reply) {
  return rubric_of(rubric).verdict(reply);
}

TEST(Rubrics, AreAllThere) {
  std::set<std::string> names;
  for (const Rubric& rubric : rubrics()) {
    names.insert(rubric.name);
    EXPECT_FALSE(rubric.paper_judge.empty()) << rubric.name;
    EXPECT_GE(rubric.tries, 1) << rubric.name;
    EXPECT_FALSE(rubric.verdict("") || rubric.verdict("\0{}")) << rubric.name;
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"actnet", "vcg_correct", "vcg_detail", "vcg_context", "vcg_temporal",
                                   "vcg_consistency", "wilder", "llava_w", "mmvet", "livebench", "vibe", "dc100",
                                   "mathvista_extract", "mathverse_extract", "mathverse_judge", "mmbench_match"}));
  try {
    rubric_of("vcg");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("vcg_correct"));
  }
}

// Each rubric shows the judge the parts that its benchmark shows, and no others.
TEST(Rubrics, ShowWhatTheJudgeMaySee) {
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"q", "the question"}, {"r", "the reference"},       {"p", "the prediction"},       {"x", "the context"},
      {"c", "the criteria"}, {"Q", "the second question"}, {"P", "the second prediction"}};
  const std::vector<std::pair<std::string, std::string>> expected = {{"actnet", "qrp"},
                                                                     {"vcg_correct", "qrp"},
                                                                     {"vcg_detail", "qrp"},
                                                                     {"vcg_context", "qrp"},
                                                                     {"vcg_temporal", "qrp"},
                                                                     {"vcg_consistency", "qrpQP"},
                                                                     {"wilder", "qrp"},
                                                                     {"llava_w", "qrpx"},
                                                                     {"mmvet", "qrp"},
                                                                     {"livebench", "qrpc"},
                                                                     {"vibe", "qrp"},
                                                                     {"dc100", "qp"},
                                                                     {"mathvista_extract", "qp"},
                                                                     {"mathverse_extract", "p"},
                                                                     {"mathverse_judge", "qrp"},
                                                                     {"mmbench_match", "qpx"}};
  for (const auto& [name, shown] : expected) {
    const Rubric& rubric = rubric_of(name);
    const Json messages = rubric.messages(sample());
    ASSERT_EQ(messages.size(), 2u) << name;
    EXPECT_EQ(messages[0].at("role"), "system");
    const Json& content = messages[1].at("content");
    EXPECT_EQ(content.is_array(), rubric.sees_pictures) << name;
    if (rubric.sees_pictures) {
      ASSERT_EQ(content.size(), 3u) << name;
      EXPECT_EQ(content[2].at("image_url").at("url"), "data:image/png;base64,BBBB");
    }
    const std::string user = rubric.sees_pictures ? content[0].at("text") : content;
    for (const auto& [letter, text] : parts) {
      EXPECT_EQ(user.find(text) != std::string::npos, shown.find(letter) != std::string::npos) << name << ": " << text;
    }
    EXPECT_EQ(messages, rubric.messages(sample()));
  }
}

TEST(Rubrics, HaveTheHeatAndLengthOfTheBenchmarks) {
  EXPECT_EQ(rubric_of("llava_w").temperature, 0.2);
  EXPECT_EQ(rubric_of("vibe").temperature, 0.4);
  EXPECT_EQ(rubric_of("actnet").max_tokens, 64);
  EXPECT_EQ(rubric_of("mmvet").max_tokens, 128);
  EXPECT_EQ(rubric_of("mmvet").temperature_step, 0.5);
  EXPECT_EQ(rubric_of("mathverse_judge").max_tokens, 8);
  EXPECT_TRUE(rubric_of("livebench").json_reply);
  EXPECT_EQ(rubric_of("vcg_detail").scale, 5);
}

TEST(Rubrics, ReadGoodReplies) {
  EXPECT_EQ(verdict("actnet", "{'pred': 'yes', 'score': 4}")->value, 1);
  EXPECT_EQ(verdict("actnet", "{'pred': 'yes', 'score': 4}")->reference, 0.8);
  EXPECT_EQ(verdict("actnet", "{\"pred\": \"no\", \"score\": 0}")->value, 0);
  EXPECT_EQ(verdict("vcg_detail", "{'score': 3}")->value, 0.6);
  EXPECT_EQ(verdict("wilder", "10 7\nbecause")->value, 0.7);
  EXPECT_EQ(verdict("wilder", "10 7\nbecause")->reference, 1);
  EXPECT_EQ(verdict("llava_w", "8 9")->value, 0.9);
  EXPECT_EQ(verdict("mmvet", "0.4")->value, 0.4);
  EXPECT_EQ(verdict("livebench", R"({"Explanation": "so {so}", "Rating": 8})")->value, 0.8);
  EXPECT_EQ(verdict("livebench", "```json\n{\"Explanation\": \"\", \"Rating\": \"7\"}\n```")->value, 0.7);
  EXPECT_EQ(verdict("vibe", "Good.\nRating: 5")->value, 1);
  EXPECT_EQ(verdict("vibe", "Bad.\nRating: 1")->value, 0);
  EXPECT_EQ(verdict("dc100", "Final Score: 80")->value, 0.8);
  EXPECT_EQ(verdict("mathvista_extract", "Extracted answer: 14")->text, "14");
  EXPECT_EQ(verdict("mathverse_extract", "2*sqrt(13) cm")->text, "2*sqrt(13) cm");
  EXPECT_EQ(verdict("mathverse_judge", "Judgement: 1")->value, 1);
  EXPECT_EQ(verdict("mmbench_match", "E")->text, "E");
}

TEST(Rubrics, RefuseRepliesOfAnotherForm) {
  EXPECT_FALSE(verdict("actnet", "{'pred': 'maybe', 'score': 4}"));
  EXPECT_FALSE(verdict("actnet", "{'pred': 'yes'}"));
  EXPECT_FALSE(verdict("actnet", "{'pred': 'yes', 'score': 5} {'pred': 'no', 'score': 0}"));
  EXPECT_FALSE(verdict("vibe", "Rating: 4.5"));
  EXPECT_FALSE(verdict("livebench", R"({"Rating": 11})"));
  EXPECT_FALSE(verdict("livebench", R"({"Rating": null})"));
  EXPECT_FALSE(verdict("livebench", R"({"Rating": 1e400})"));
  EXPECT_FALSE(verdict("livebench", R"({"Rating": 5, "Rating": 6})"));
  EXPECT_FALSE(verdict("livebench", std::string(100'000, '{') + "}"));
  EXPECT_FALSE(verdict("livebench", "}{"));
  EXPECT_FALSE(verdict("mathvista_extract", "Extracted answer:  "));
}

TEST(Rubrics, TokenF1CountsCommonWords) {
  EXPECT_EQ(token_f1("a red cat", "cat a red"), 1);
  EXPECT_EQ(token_f1("cat", "a red cat"), 0.5);
  EXPECT_EQ(token_f1("cat cat cat", "cat"), 0.5);
  EXPECT_EQ(token_f1("Cat", "cat"), 0);
  EXPECT_EQ(token_f1("", "cat"), 0);
  EXPECT_EQ(token_f1("", ""), 0);
  EXPECT_EQ(rubric_of("actnet").proxy, Proxy::token_f1);
  EXPECT_EQ(rubric_of("vcg_context").proxy, Proxy::rouge_l);
  EXPECT_EQ(rubric_of("dc100").proxy, Proxy::none);
}

TEST(Rubrics, MathVerseShowsTheLastThirtyWords) {
  JudgeSample long_answer;
  for (int i = 0; i < 40; ++i) long_answer.prediction += "w" + std::to_string(i) + "\n ";
  const std::string user = rubric_of("mathverse_extract").messages(long_answer)[1].at("content");
  EXPECT_THAT(user, HasSubstr("Response: w10\n w11"));
  EXPECT_THAT(user, HasSubstr("w39\nExtracted answer:"));
  const Json empty = rubric_of("mathverse_extract").messages({});
  EXPECT_EQ(empty[1].at("content"), "Response: \nExtracted answer:");
}

}  // namespace
}  // namespace ov
