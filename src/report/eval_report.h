// eval.html: one page that needs nothing else, for people. Scores of the tasks with their intervals and beside the
// paper's, categories, and wrong answers with their pictures, filtered by task and kind. No script runs in it, and what
// models and data sets say is text and nothing else.
//
//   EvalReport report{.name = "nano", .subtitle = "paper protocol"};
//   report.tasks.push_back({.name = "docvqa", .score = {.value = 12.5, .low = 10, .high = 15.2, .n = 500}});
//   write_file_atomic(out + "/eval.html", eval_report_page(report));
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ov {

// An answer that is not right, or that nobody could judge.
struct EvalAnswer {
  std::string id;
  std::string prompt;
  std::string target;
  std::string answer;
  std::string extracted;   // what the rule read out of the answer
  double value = 0;        // 0 to 1
  bool undecided = false;  // the rule found nothing and its fallback decided
  std::string problem;     // why there is no score: the judge failed, the video could not be read; "" = there is one
  // Small PNG, JPEG, GIF or WebP pictures, encoded; called only for answers that are shown.
  std::function<std::vector<std::string>()> pictures = {};
};

struct EvalScore {
  double value = 0;
  double low = 0, high = 0;  // the interval at 95 %; equal: none is known
  std::int64_t n = 0;
};

struct EvalTaskReport {
  std::string name;    // as in the paper's table, where it is one of its benchmarks
  std::string metric;  // "anls", "judge:mmvet by gpt-4o-2024-11-20"
  std::string remark;  // what the score lacks: "first 50 of 5,349"; may be empty
  EvalScore score;
  double full = 100;     // the best possible score, on the paper's scale
  bool compares = true;  // with the paper\'s score of this name; a proxy does not
  std::int64_t undecided = 0;
  std::int64_t failed = 0;                                         // samples that the score leaves out
  std::vector<std::pair<std::string, EvalScore>> categories = {};  // "domain: Science", in percent
  std::vector<EvalAnswer> answers = {};                            // in the order of the data
};

struct EvalReport {
  std::string name;
  std::string subtitle;
  std::vector<EvalTaskReport> tasks = {};
  std::vector<std::pair<std::string, std::string>> settings = {};  // of the run
};

struct EvalReportLimits {
  std::size_t answers = 50;       // of a task; more are thinned out evenly
  std::size_t pictures = 8;       // of an answer
  std::size_t text_bytes = 4000;  // of a prompt, target or answer
  std::size_t picture_bytes = 200'000;
  std::size_t page_picture_bytes = 32 << 20;  // of all pictures together
};

// The page; what the limits leave out is said in it.
std::string eval_report_page(const EvalReport& report, const EvalReportLimits& limits = {});

}  // namespace ov
