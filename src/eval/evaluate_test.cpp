// What a folder keeps between runs: answers that nobody could score yet, and whose scores those are.
#include "eval/evaluate.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "eval/sample_file.h"
#include "judge/judge.h"
#include "model/load.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = OV_TESTDATA "/goldens/checkpoints/small-official";

class Evaluate : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "evaluate";
    fs::remove_all(folder_);
    fs::create_directories(folder_ + "/activitynetqa/all_test");
    std::ofstream rows(folder_ + "/activitynetqa/test.jsonl");
    for (const char* name : {"a", "b"}) {
      fs::create_symlink(OV_TESTDATA "/videos/ball.mp4", folder_ + "/activitynetqa/all_test/v_" + name + ".mp4");
      rows << R"({"video_name": ")" << name << R"(", "question_id": "1", "question": "what moves", "answer": "ball"})"
           << "\n";
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  // The judge only saves what it is asked.
  Json task(std::int64_t limit, bool with_judge) const {
    const Engine engine(*model_, processor_);
    Judge judge({.model = "someone", .requests = folder_ + "/requests.jsonl"});
    EvalModel model;
    model.processors = {&processor_, &processor_};
    model.engine = [&engine]() -> const Engine& { return engine; };
    model.identity = {{"folder", kFolder}};
    EvalOptions options;
    options.out = folder_ + "/out";
    options.limit = limit;
    options.resume = options.quiet = true;
    options.peak_rss = [] { return std::int64_t{0}; };
    if (with_judge) options.judging.judge = &judge;
    const Json results = evaluate(choose_tasks({"", {"activitynetqa"}, folder_}), model, options);
    Json found = results.at("tasks").at("activitynetqa");
    found["in_group"] = !results.at("groups").empty();
    return found;
  }

  std::string samples() const { return read_file(folder_ + "/out/samples_activitynetqa.jsonl", 1 << 20); }

  std::string folder_;
  std::shared_ptr<const Checkpoint> checkpoint_ = std::make_shared<const Checkpoint>(Checkpoint::open(kFolder));
  Processor processor_{kFolder, checkpoint_->config(), as_evaluated({})};
  std::unique_ptr<OneVision> model_ = load_onevision(checkpoint_, at::kFloat, at::kCPU);
};

TEST_F(Evaluate, AnswersWithoutScoresAreKept) {
  EXPECT_EQ(task(1, true).at("unscored"), 1);
  const Json more = task(2, true);
  EXPECT_EQ(more.at("answered_now"), 1);
  EXPECT_EQ(more.at("unscored"), 2);
  EXPECT_TRUE(more.at("score").is_null());
}

TEST_F(Evaluate, AProxysScoreDoesNotOutliveIt) {
  const Json proxy = task(1, false);
  EXPECT_EQ(proxy.at("n"), 1);
  EXPECT_FALSE(proxy.at("in_group"));
  EXPECT_EQ(samples().find(R"("score":null)"), std::string::npos);
  EXPECT_EQ(task(1, true).at("answered_now"), 0);
  EXPECT_NE(samples().find(R"("score":null)"), std::string::npos);
}

TEST_F(Evaluate, AFolderHasOneRunAtATime) {
  fs::create_directories(folder_ + "/out");
  const int other = ::open((folder_ + "/out").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_THROW(task(1, false), Error);
  ::close(other);
  EXPECT_EQ(task(1, false).at("n"), 1);
}

}  // namespace
}  // namespace ov
