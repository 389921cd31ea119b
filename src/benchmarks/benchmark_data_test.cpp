// Rows that nobody should have published. Layouts and prompts are compared in tests/benchmark_prompts_test.py.
#include "benchmarks/benchmark_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/file.h"

namespace ov {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// One row of a benchmark as <split>.jsonl in a folder of its own.
class Rows : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "benchmark_data_" + std::to_string(getpid());
    std::filesystem::create_directories(folder_ + "/videos");
    for (const char* name : {"/a.png", "/b.png", "/videos/v.mp4"}) write_file_atomic(folder_ + name, "x");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  BenchmarkQuestion ask(const std::string& name, const Json& row, Protocol protocol = Protocol::paper) {
    const Benchmark& benchmark = find_benchmark(name);
    write_file_atomic(folder_ + "/" + benchmark.split + ".jsonl", dump_json(row) + "\n");
    return BenchmarkData::open(benchmark, folder_, protocol).at(0);
  }
  std::string refusal(const std::string& name, const Json& row) {
    try {
      ask(name, row);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

  std::string folder_;
};

Json chart(const std::string& question, const Json& image = "a.png") {
  return {{"question", question}, {"answer", "1"}, {"image", image}, {"type", "human_test"}};
}

TEST_F(Rows, MarksInTheQuestion) {
  EXPECT_THAT(ask("chartqa", chart("Why?")).prompt, StartsWith("<image>\nWhy?"));
  EXPECT_THAT(ask("chartqa", chart("Is <image> red?")).prompt, StartsWith("Is <image> red?"));
  EXPECT_THAT(ask("chartqa", chart("Is <image 1> <Image> red?")).prompt, StartsWith("<image>\nIs <image 1> <Image>"));
  EXPECT_THAT(refusal("chartqa", chart("<image> or <image>?")),
              HasSubstr("test.jsonl:1: the text has 2 <image> marks, but the row has 1 pictures"));
}

TEST_F(Rows, PicturesAreInTheFolder) {
  EXPECT_EQ(ask("chartqa", chart("?")).media[0].path, folder_ + "/a.png");
  EXPECT_THAT(refusal("chartqa", chart("?", "../a.png")), HasSubstr("leaves its folder"));
  EXPECT_THAT(refusal("chartqa", chart("?", "/etc/passwd")), HasSubstr("is absolute"));
  EXPECT_THAT(refusal("chartqa", chart("?", std::string("a\0b", 3))), HasSubstr("zero byte"));
  EXPECT_THAT(refusal("chartqa", chart("?", "c.png")), HasSubstr("column \"image\" names c.png, which is not in"));
  EXPECT_THAT(refusal("chartqa", chart("?", nullptr)), HasSubstr("column \"image\" has 0 pictures; expected one"));
  EXPECT_THAT(refusal("chartqa", chart("?", {"a.png", "b.png"})), HasSubstr("has 2 pictures"));
}

TEST_F(Rows, VideosAreInTheFolder) {
  Json row = {{"video_name", "v"}, {"question", "?"},  {"answer", "yes"},          {"options", {"a", "b", "c"}},
              {"answer_id", "1"},  {"question_id", 5}, {"tag", Json::array({"x"})}};
  const BenchmarkQuestion question = ask("perceptiontest", row);
  EXPECT_EQ(question.media[0].path, folder_ + "/videos/v.mp4");
  EXPECT_TRUE(question.media[0].is_video);
  EXPECT_EQ(question.reference.answers, std::vector<std::string>{"B"});
  row["video_name"] = "../videos/v";
  EXPECT_THAT(refusal("perceptiontest", row), HasSubstr("leaves its folder"));
  row["video_name"] = "absent";
  EXPECT_THAT(refusal("perceptiontest", row), HasSubstr("validation.jsonl:1: no video absent.mp4"));
}

TEST_F(Rows, OptionsHaveLetters) {
  Json row = {{"question", "?"}, {"image", "a.png"}, {"answer", "25"}, {"options", Json::array()}};
  for (int i = 0; i < 26; ++i) row["options"].push_back(std::to_string(i));
  EXPECT_THAT(ask("ai2d", row).prompt, HasSubstr("\nZ. 25\nAnswer with"));
  row["answer"] = "26";
  EXPECT_THAT(refusal("ai2d", row), HasSubstr("is 26; expected an index of the 26 options"));
  row["answer"] = "-1";
  EXPECT_THAT(refusal("ai2d", row), HasSubstr("expected an index"));
  for (int i = 26; i < 1'000'000; ++i) row["options"].push_back("x");
  EXPECT_THAT(refusal("ai2d", row), HasSubstr("1000000 options; at most 26 have a letter"));
}

TEST_F(Rows, Mmmu) {
  Json row = {{"id", "validation_Art_Theory_3"},
              {"question", "<image 2> <image 1> <image 2>"},
              {"options", "['a', 'b']"},
              {"answer", "B"},
              {"question_type", "multiple-choice"},
              {"image_1", "a.png"},
              {"image_2", "b.png"}};
  const BenchmarkQuestion question = ask("mmmu", row);
  ASSERT_EQ(question.media.size(), 2U);
  EXPECT_EQ(question.media[1].path, folder_ + "/b.png");
  EXPECT_THAT(question.prompt, StartsWith("<image> <image>\n<image 2> <image 1>"));
  EXPECT_THAT(question.tags.at("subject"), ElementsAre("Art_Theory"));
  EXPECT_THAT(question.tags.at("domain"), ElementsAre("Art and Design"));
  EXPECT_EQ(ask("mmmu", row, Protocol::current).max_new_tokens, 128);
  const auto with = [&](const char* key, const Json& value) {
    Json changed = row;
    changed[key] = value;
    return refusal("mmmu", changed);
  };
  EXPECT_THAT(with("options", "['a', b]"), HasSubstr("should be a Python list"));
  EXPECT_THAT(with("options", "__import__('os')"), HasSubstr("should be a Python list"));
  EXPECT_THAT(with("answer", "C"), HasSubstr("\"C\"; expected a letter from A to B"));
  EXPECT_THAT(with("question", "<image 99999999999999999999>"), HasSubstr("no column \"image_99999999999999999999\""));
  EXPECT_THAT(with("image_2", nullptr), HasSubstr("column \"image_2\" has 0 pictures"));
  EXPECT_THAT(with("id", "Art"), HasSubstr("should be <split>_<subject>_<number>"));
  EXPECT_THAT(with("question_type", "essay"), HasSubstr("expected multiple-choice or open"));
}

TEST_F(Rows, Turns) {
  Json row = {{"sample_id", 1},
              {"sub_task", "RAVEN"},
              {"question_type", "open-ended"},
              {"answer", "x"},
              {"image_0", "a.png"},
              {"conversations", R"([{"from": "human", "value": "<image> 1"}, {"value": "2"}, {"value": "3"}])"}};
  const BenchmarkQuestion question = ask("interleave_multi_view", row);
  ASSERT_EQ(question.turns.size(), 3U);
  EXPECT_EQ(question.turns[1].role, "assistant");
  EXPECT_EQ(question.metric, "rouge_l");
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "an odd number of turns"},
           {"[", "conversations"},
           {R"([{"value": "<image>"}, {"value": "a"}])", "an odd number of turns"},
           {R"([{"value": 5}])", "a turn without \"value\""},
           {R"(["<image>"])", "a turn without \"value\""},
           {R"([{"value": "no mark"}])", "the text has 0 <image> marks, but the row has 1 pictures"}}) {
    row["conversations"] = text;
    EXPECT_THAT(refusal("interleave_multi_view", row), HasSubstr(problem)) << text;
  }
}

TEST_F(Rows, WithheldAnswers) {
  const Json row = {{"video_idx", "v"}, {"question", "?"}, {"option", {"A. a", "B. b"}}};
  for (const Json& answer : {Json(nullptr), Json("None"), Json("")}) {
    Json withheld = row;
    withheld["answer"] = answer;
    EXPECT_TRUE(ask("egoschema", withheld).reference.answers.empty());
  }
  EXPECT_TRUE(ask("egoschema", row).reference.answers.empty());
}

TEST_F(Rows, AFilterThatFindsNothing) {
  EXPECT_THAT(refusal("seedbench_video", {{"data_type", "image"}}), HasSubstr("no row has \"video\" in its column"));
}

TEST(Benchmarks, TheTableIsWhole) {
  std::set<std::string> names;
  for (const Benchmark& benchmark : benchmarks()) {
    EXPECT_TRUE(names.insert(benchmark.name).second) << benchmark.name;
    EXPECT_NE(benchmark.build, nullptr);
    for (const std::string& text :
         {benchmark.title, benchmark.dataset_id, benchmark.split, benchmark.metric.paper, benchmark.metric.current,
          benchmark.lmms_eval_task, benchmark.lmms_eval_key.paper}) {
      EXPECT_FALSE(text.empty()) << benchmark.name;
    }
    EXPECT_THAT((std::set<std::string>{"single-image", "multi-image", "video"}), testing::Contains(benchmark.group));
    EXPECT_EQ(benchmark.group == "video" && benchmark.name != "seedbench_video", !benchmark.media_folders.empty());
  }
}

TEST(Benchmarks, UnknownNames) {
  try {
    find_benchmark("docvpa");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("docvqa"));
  }
}

}  // namespace
}  // namespace ov
