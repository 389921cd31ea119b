#include "report/run_log.h"

#include <gmock/gmock.h>

#include <cmath>

#include "report/amounts.h"
#include "report/smoothing.h"
#include "report/test_folder.h"

namespace ov {
namespace {

using ::testing::HasSubstr;

StepMetrics metrics(const std::string& stage, std::int64_t step) {
  StepMetrics m;
  m.stage = stage;
  m.step = step;
  m.samples = 512;
  m.tokens = 400'000;
  m.supervised_tokens = 30'000;
  m.loss = 1.0 / 3;
  m.lr = {2e-6, 1e-5, 1e-5, 1e-5};
  m.grad_norm = 0.1;
  m.tokens_per_s = 8000.25;
  m.samples_per_s = 10.5;
  m.utilisation = 0.97;
  m.peak_rss_bytes = 3'221'225'472;
  m.seconds = 48.7;
  m.wait_s = 1.4;
  return m;
}

TEST(RunLog, WritesTheKeysOfTheContract) {
  const TestFolder folder;
  RunLog log(folder.path());
  log.append(metrics("stage1", 1));
  EXPECT_EQ(folder.read("metrics.jsonl"),
            "{\"stage\":\"stage1\",\"step\":1,\"samples\":512,\"tokens\":400000,\"supervised_tokens\":30000,"
            "\"loss\":0.3333333333333333,\"lr\":{\"vision\":2e-06,\"projector\":1e-05,\"newline\":1e-05,"
            "\"language\":1e-05},\"grad_norm\":0.1,\"tokens_per_s\":8000.25,\"samples_per_s\":10.5,"
            "\"utilisation\":0.97,\"mfu\":0.0,\"peak_rss_bytes\":3221225472,\"seconds\":48.7,\"wait_s\":1.4}\n");
}

TEST(RunLog, AccuracyIsThereWhereItIsKnown) {
  StepMetrics one = metrics("pairs", 1);
  EXPECT_FALSE(step_metrics(to_json(one), "line 1").accuracy.has_value());
  one.accuracy = 0.25;
  EXPECT_EQ(step_metrics(to_json(one), "line 1").accuracy, 0.25);
}

TEST(RunLog, ReadsBackTheSameNumbers) {
  const TestFolder folder;
  RunLog log(folder.path());
  EXPECT_TRUE(RunLog::read(folder.path()).empty());
  log.append(metrics("stage1", 1));
  StepMetrics diverged = metrics("stage1", 2);
  diverged.loss = std::nan("");
  diverged.grad_norm = INFINITY;
  log.append(diverged);
  log.append(metrics("stage2", 1));
  const std::vector<StepMetrics> steps = RunLog::read(folder.path());
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(dump_json(to_json(steps[0])), dump_json(to_json(metrics("stage1", 1))));
  EXPECT_TRUE(std::isnan(steps[1].loss));
  EXPECT_TRUE(std::isnan(steps[1].grad_norm));
  EXPECT_EQ(steps[2].stage, "stage2");
}

TEST(RunLog, RefusesMissingKeysAndSteps) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& content) {
    folder.write("metrics.jsonl", content);
    return error_of([&] { RunLog::read(folder.path()); });
  };
  const std::string first = dump_json(to_json(metrics("a", 1))) + "\n";
  const std::string third = dump_json(to_json(metrics("a", 3))) + "\n";
  Json without_loss = to_json(metrics("a", 2));
  without_loss.erase("loss");
  EXPECT_THAT(refusal(first + dump_json(without_loss) + "\n"), HasSubstr("metrics.jsonl:2: \"loss\" should be"));
  EXPECT_THAT(refusal(first + third), HasSubstr("metrics.jsonl:2: step 3 of a, expected step 2"));
  EXPECT_THAT(refusal(first + first), HasSubstr("expected step 2"));
  EXPECT_EQ(refusal(first + third.substr(0, third.size() - 1)), "nothing was thrown");
}

TEST(ResumeRunFiles, BringsAllFilesBackToTheCheckpoint) {
  const TestFolder folder;
  {
    RunLog log(folder.path());
    for (int step = 1; step <= 3; ++step) log.append(metrics("stage1", step));
    for (int step = 1; step <= 5; ++step) log.append(metrics("stage2", step));
    JsonlFile manifest(folder.file("manifest.jsonl"));
    JsonlFile skipped(folder.file("skipped.jsonl"));
    for (int step = 1; step <= 5; ++step) {
      for (int i = 0; i < 2; ++i) manifest.add({{"stage", "stage2"}, {"step", step}, {"index", i}});
      if (step % 2 == 0) skipped.add({{"stage", "stage2"}, {"step", step}});
    }
  }
  const RunPosition position{{"stage1", "stage2"}, "stage2", 3};
  EXPECT_EQ(resume_run_files(folder.path(), position), 6);
  EXPECT_EQ(RunLog::read(folder.path()).back().step, 3);
  const std::string manifest = folder.read("manifest.jsonl");
  EXPECT_EQ(std::count(manifest.begin(), manifest.end(), '\n'), 6);
  EXPECT_EQ(folder.read("skipped.jsonl"), "{\"stage\":\"stage2\",\"step\":2}\n");
  EXPECT_FALSE(std::filesystem::exists(folder.file("answers.jsonl")));
  EXPECT_EQ(resume_run_files(folder.path(), position), 6);
}

TEST(Smoothed, StartsAtTheFirstValue) {
  Smoothed loss(0.9);
  EXPECT_DOUBLE_EQ(loss.add(5), 5);
  EXPECT_DOUBLE_EQ(loss.add(4), (0.9 * 5 + 4) / 1.9);
  EXPECT_DOUBLE_EQ(loss.add(std::nan("")), (0.9 * 5 + 4) / 1.9);
  EXPECT_EQ(Smoothed(0.9).get(), 0);
}

TEST(Amounts, ReadWell) {
  EXPECT_EQ(compact_number(950), "950");
  EXPECT_EQ(compact_number(999.6), "1k");
  EXPECT_EQ(compact_number(8126), "8.13k");
  EXPECT_EQ(compact_number(1.2e6), "1.2M");
  EXPECT_EQ(compact_number(0.034), "0.034");
  EXPECT_EQ(grouped_number(0), "0");
  EXPECT_EQ(grouped_number(999), "999");
  EXPECT_EQ(grouped_number(1234567), "1,234,567");
  EXPECT_EQ(grouped_number(-123456), "-123,456");
  EXPECT_EQ(duration_text(0.4), "0s");
  EXPECT_EQ(duration_text(59.6), "1m00s");
  EXPECT_EQ(duration_text(7500), "2h05m");
  EXPECT_EQ(duration_text(100800), "1d04h");
  EXPECT_EQ(duration_text(INFINITY), "-");
  EXPECT_EQ(memory_text(536870912), "512 MiB");
  EXPECT_EQ(memory_text(3435973836), "3.2 GiB");
}

}  // namespace
}  // namespace ov
