#include "report/live_line.h"

#include <gmock/gmock.h>

#include <cmath>

#include "report/test_folder.h"

namespace ov {
namespace {

StepMetrics metrics(std::int64_t step) {
  StepMetrics m;
  m.stage = "stage2";
  m.step = step;
  m.loss = 1.5;
  m.lr = {2e-6, 1e-5, 1e-5, 1e-5};
  m.tokens_per_s = 8126;
  m.samples_per_s = 10.5;
  m.utilisation = 0.973;
  m.peak_rss_bytes = 3435973836;
  m.seconds = 2;
  return m;
}

// What a LiveLine writes into a file while the clock goes on by `pace` a step.
std::string written(int terminal_width, bool quiet, double pace, int steps) {
  const TestFolder folder;
  std::FILE* out = std::fopen(folder.file("out").c_str(), "w");
  double now = 100;
  {
    LiveLine live({.quiet = quiet, .out = out, .terminal_width = terminal_width, .seconds = [&] { return now; }});
    live.start_stage("stage2", 100);
    for (int step = 1; step <= steps; ++step, now += pace) {
      live.step(metrics(step));
      if (step == 2) live.note("saved it");
    }
  }
  std::fclose(out);
  return folder.read("out");
}

TEST(LiveText, SaysAllWhenThereIsRoom) {
  EXPECT_EQ(live_text(metrics(40), 100, 1.25, 2, 200),
            "stage2 40/100  loss 1.2500  lr 1e-05, vision 2e-06  8.13k tokens/s  10.5 samples/s  busy 97%  3.2 GiB  "
            "2m00s left");
}

TEST(LiveText, DropsTheLeastImportantFirst) {
  EXPECT_EQ(live_text(metrics(40), 100, 1.25, 2, 78),
            "stage2 40/100  loss 1.2500  lr 1e-05, vision 2e-06  8.13k tokens/s  2m00s left");
  EXPECT_EQ(live_text(metrics(40), 100, 1.25, 2, 77), "stage2 40/100  loss 1.2500  8.13k tokens/s  2m00s left");
  EXPECT_EQ(live_text(metrics(40), 100, 1.25, 2, 30), "stage2 40/100  loss 1.2500");
  EXPECT_EQ(live_text(metrics(40), 100, 1.25, 2, 8), "stage2 4");
}

TEST(LiveText, ShowsFrozenPartsAndADivergedLoss) {
  StepMetrics m = metrics(1);
  m.lr = {0, 1e-3, 0, 0};
  m.loss = std::nan("");
  EXPECT_THAT(live_text(m, 100, 1.25, 2, 200), testing::HasSubstr("loss nan  lr 0.001  8.13k"));
}

TEST(LiveLine, WritesPlainLinesEveryFiveSecondsAndAtTheEnds) {
  std::string text = written(0, false, 1, 100);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  // Steps 1, 6, ... 96, the note, and the last step.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 22);
  EXPECT_THAT(text, testing::StartsWith("stage2 1/100"));
  EXPECT_THAT(text, testing::HasSubstr("\nsaved it\n"));
  EXPECT_THAT(text, testing::HasSubstr("\nstage2 100/100"));
  // Interrupted: the last step is shown all the same.
  EXPECT_THAT(written(0, false, 1, 9), testing::HasSubstr("\nstage2 9/100"));
}

TEST(LiveLine, RedrawsOneLineOnATerminal) {
  const std::string text = written(60, false, 1, 100);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\r'), 102);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, testing::HasSubstr("\rsaved it\033[K\n\rstage2 2/100"));
  EXPECT_THAT(text, testing::EndsWith("\033[K\n"));
  EXPECT_THAT(written(60, false, 0.01, 100), testing::Not(testing::HasSubstr(" 5/100")));
}

TEST(LiveLine, IsSilentWhenQuiet) {
  EXPECT_EQ(written(60, true, 1, 100), "");
  EXPECT_EQ(written(0, true, 1, 100), "");
}

}  // namespace
}  // namespace ov
