// The prompt of a question is that of training, and on an official folder also that of ask.
#include "eval/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "eval/judging.h"
#include "eval/sample_file.h"

namespace ov {
namespace {

using testing::HasSubstr;

const std::string kCheckpoints = OV_TESTDATA "/goldens/checkpoints/";

class EvalQuestions : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = testing::TempDir() + "questions_" + test->name();
    std::filesystem::create_directories(folder_);
    task_.data = folder_ + "/data.jsonl";
    task_.image_folder = OV_TESTDATA;
    task_.max_frames = 5;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Questions> open(const std::string& lines) const {
    std::ofstream(task_.data) << lines;
    return Questions::open(task_);
  }

  std::string refusal(const std::string& line) const {
    const auto questions = open("\n" + line + "\n");
    try {
      questions->at(0);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "";
  }

  static Processor processor(const std::string& name) {
    const std::string folder = kCheckpoints + name;
    ProcessorOptions options;
    options.num_frames = 5;
    return Processor(folder, Checkpoint::open(folder).config(), options);
  }

  std::string folder_;
  EvalTask task_;
};

std::string record(const std::string& media, const std::string& question, const std::string& answer) {
  return "{" + media + R"("conversations": [{"from": "human", "value": ")" + question +
         R"("}, {"from": "gpt", "value": ")" + answer + "\"}]}\n";
}

std::string mixed_records() {
  return record(R"("image": "images/coffee.jpg", )", R"(<image>\nWhat is it?\nAnswer briefly.)", "a cup") +
         record(R"("image": ["images/coffee.jpg", "images/rocket.jpg"], )", R"(<image> <image>\nWhich flies?)", "2") +
         record(R"("video": "videos/frames", )", R"(<image>\nWhat moves?)", "the ball") +
         record("", R"(What is 2 + 3?)", "5");
}

TEST_F(EvalQuestions, PromptIsTheTrainingSampleUpToItsAnswer) {
  const auto questions = open(mixed_records());
  for (const std::string name : {"small-official", "small-hf-a"}) {
    const Processor doors = processor(name);
    for (std::int64_t i = 0; i < questions->size(); ++i) {
      const Question question = questions->at(i);
      const Prompt prompt = questions->prompt(question, {&doors, nullptr});
      const TrainingPrompt sample = doors.prepare_training({{"user", question.text}, {"assistant", question.target}},
                                                           question.media, task_.training_form());
      std::vector<std::int64_t> expected = sample.prompt.ids, answer;
      expected.resize(prompt.ids.size());
      EXPECT_EQ(prompt.ids, expected) << name << " " << i;
      for (std::size_t at = 0; at < sample.labels.size(); ++at) {
        EXPECT_EQ(sample.labels[at] == kNotSupervised, at < prompt.ids.size() || at + 1 == sample.labels.size()) << at;
      }
      EXPECT_EQ(prompt.media.size(), question.media.size());
    }
  }
}

TEST_F(EvalQuestions, PromptIsThatOfAskOnAnOfficialFolder) {
  const auto questions = open(mixed_records());
  const Processor official = processor("small-official");
  for (const std::int64_t i : {0, 1, 3}) {  // of videos ask shows other frames
    const Question question = questions->at(i);
    const Prompt asked = official.prepare(ask_conversation(question.text, question.media, ""));
    EXPECT_EQ(questions->prompt(question, {&official, nullptr}).ids, asked.ids) << i;
  }
}

// Several pictures have no newline between them, and an llava-hf folder's template is not used.
TEST_F(EvalQuestions, RowsAreAskedAsTheAuthorsEvaluate) {
  task_.form = EvalTask::Form::rows;
  task_.metric = "anls";
  const auto rows =
      open(R"({"prompt": "Which flies?", "answers": ["2"], "images": ["images/coffee.jpg", "images/rocket.jpg"]})"
           "\n"
           R"({"prompt": "What is it?", "answers": ["a cup"], "images": ["images/coffee.jpg"]})"
           "\n");
  for (const std::string name : {"small-official", "small-hf-a"}) {
    const std::string folder = kCheckpoints + name;
    const ModelConfig config = Checkpoint::open(folder).config();
    const Processor trained = processor(name), evaluated(folder, config, {.as_evaluated = true});
    const Prompt two = rows->prompt(rows->at(0), {&trained, &evaluated});
    const std::int64_t side = config.tiling.patches_per_side;
    ASSERT_EQ(two.media.size(), 2U);
    EXPECT_EQ(two.media[0].plan.tokens, side * side);
    EXPECT_EQ(two.text,
              "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image> <image>\n"
              "Which flies?<|im_end|>\n<|im_start|>assistant\n");
    const Prompt one = rows->prompt(rows->at(1), {&trained, &evaluated});
    EXPECT_EQ(one.media[0].plan.tokens,
              evaluated.prepare(ask_conversation("", rows->at(1).media, "")).media[0].plan.tokens);
  }
}

TEST_F(EvalQuestions, TheAnswerIsNotInThePrompt) {
  const Processor official = processor("small-official");
  std::vector<std::vector<std::int64_t>> prompts;
  for (const std::string answer : {"5", R"(\n\n five)", R"(<|im_end|>)", ""}) {
    const auto questions = open(record("", "2 + 3?", answer));
    prompts.push_back(questions->prompt(questions->at(0), {&official, nullptr}).ids);
  }
  for (const auto& ids : prompts) EXPECT_EQ(ids, prompts[0]);
}

TEST_F(EvalQuestions, CategoryOfTheRecord) {
  EXPECT_EQ(open(record(R"("data_source": "charts", )", "a", "b"))->at(0).category, "charts");
  EXPECT_EQ(open(record(R"("data_source": "charts", "category": "bars", )", "a", "b"))->at(0).category, "bars");
  EXPECT_EQ(open(record("", "a", "b"))->at(0).category, "");
}

TEST_F(EvalQuestions, BadRecordsAreNamedWithFileAndLine) {
  const std::string turn = R"({"from": "human", "value": "a"})", answer = R"({"from": "gpt", "value": "b"})";
  const auto talk = [](const std::string& turns) { return R"({"conversations": [)" + turns + "]}"; };
  for (const std::string& turns : {turn, answer + "," + turn, turn + "," + answer + "," + turn + "," + answer}) {
    EXPECT_THAT(refusal(talk(turns)), HasSubstr("data.jsonl:2: found ")) << turns;
  }
  EXPECT_THAT(refusal("{}"), HasSubstr("data.jsonl:2: "));
  task_.metric = "choice";
  EXPECT_THAT(refusal(talk(turn + R"(,{"from": "gpt", "value": "cat"})")), HasSubstr("letters ABCD"));
}

TEST_F(EvalQuestions, MissingPictureIsNamedWithFileAndLine) {
  const auto questions = open(record(R"("image": "images/none.jpg", )", "<image>a", "b"));
  const Question question = questions->at(0);
  const Processor official = processor("small-official");
  try {
    questions->prompt(question, {&official, nullptr});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr("data.jsonl:1: "));
    EXPECT_THAT(error.what(), HasSubstr("none.jpg"));
  }
}

TEST_F(EvalQuestions, SamplesWithoutAScoreAreReadBack) {
  const auto questions = open(record("", "How many?", "two") + "\n");
  const AnsweredSample sample = {0, "7", "How many?", "two", "2", std::nullopt, ""};
  const std::string path = folder_ + "/samples.jsonl";
  std::ofstream(path) << dump_json(to_json(sample)) << "\n{\"index\": 1, \"i";
  const std::vector<AnsweredSample> kept = read_samples(path, *questions);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_FALSE(kept[0].score.has_value());
}

TEST_F(EvalQuestions, WhatCannotBeScoredIsRefusedBeforeItIsAsked) {
  task_.form = EvalTask::Form::rows;
  task_.metric = "letter_mmmu";
  const auto questions = open(R"({"prompt": "A or B?", "answers": ["A"]})");
  EXPECT_THROW(check_scorable(task_, questions->at(0), 0), Error);
  task_.metric = "letter_priority";
  EXPECT_NO_THROW(check_scorable(task_, open(R"({"prompt": "A or B?", "answers": ["A"]})")->at(0), 0));
}

}  // namespace
}  // namespace ov
