// The line on stderr while a model trains: redrawn on a terminal, a plain line every few seconds otherwise (and at
// the first and last step of each stage), nothing when quiet.
//
//   stage2 120/4300  loss 1.234  lr V 2e-06 P 1e-05 N 1e-05 L 1e-05  8.1k tok/s  12 samples/s  busy 97%  3.2 GiB  2h05m
//   left
//
//   LiveLine live({.quiet = quiet});
//   live.start_stage("stage2", 4300);
//   live.step(metrics);
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>

#include "report/run_log.h"
#include "report/smoothing.h"

namespace ov {

// What the line says, as long as `width` allows: the least important parts go first. `step_seconds` is the typical
// time of a step.
std::string live_text(const StepMetrics& metrics, std::int64_t total_steps, double smooth_loss, double step_seconds,
                      int width);

struct LiveLineOptions {
  bool quiet = false;
  // For tests; by default stderr, whether it is a terminal, and the clock.
  std::FILE* out = nullptr;
  int terminal_width = -1;  // 0 = not a terminal
  std::function<double()> seconds;
};

class LiveLine {
 public:
  explicit LiveLine(LiveLineOptions options = {});
  ~LiveLine();  // leaves the last state on its own line
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void start_stage(const std::string& stage, std::int64_t total_steps);
  void step(const StepMetrics& metrics);
  // A sentence on a line of its own above the live one: "saved checkpoints/stage2-1000".
  void note(const std::string& sentence);

 private:
  int width() const;  // of the terminal now; 0 = not a terminal
  void draw();
  void end_line();

  LiveLineOptions options_;
  std::mutex mutex_;
  StepMetrics metrics_;
  std::int64_t total_steps_ = 0;
  Smoothed loss_{0.95};
  Smoothed step_seconds_{0.95};
  bool first_of_stage_ = false;
  bool open_ = false;     // the terminal's last line is ours
  bool pending_ = false;  // the last step is not shown yet
  double shown_ = 0;
};

}  // namespace ov
