// What the paper reports: tables 3, 4 and 5 of arXiv 2408.03326, greedy, no examples in the prompt, 32 frames of a
// video. A name is that of our benchmark, with the part after it where there are several: docvqa is its validation
// split, docvqa_test the other; interleave_<category> a category of LLaVA-Interleave Bench.
//
//   paper_row("docvqa")->scores[kHalfBOv] == 73.7
//   print(paper_table({{"nano", {{"docvqa", {.value = 12.5}}}}}));
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

// SI: the checkpoint after single-image training; OV: the final one.
enum PaperColumn { kHalfBSi, kHalfBOv, k7BSi, k7BOv, k72BSi, k72BOv, kGpt4V, kGpt4o, kNumPaperColumns };
std::string_view paper_column_name(PaperColumn column);  // "0.5B SI"

inline constexpr double kNotReported = NAN;

enum class PaperTable { single_image, multi_image, video };

struct PaperRow {
  std::string_view name;
  std::string_view title;  // as the paper has it, with the split
  PaperTable table;
  int decimals;  // as printed: 1 of percents, 2 on the scale from 0 to 5, 0 of MME's sums
  std::array<double, kNumPaperColumns> scores;
  std::array<std::string_view, 2> notes;  // what to know before comparing; "" where there is less
};

std::span<const PaperRow> paper_rows();            // in the paper's order
const PaperRow* paper_row(std::string_view name);  // nullptr when the paper has no such score

// One of our scores, on the paper's scale, and what it lacks to be comparable: "first 50", "rules instead of a judge".
struct OurScore {
  double value = 0;
  std::string remark;
};

struct OurRun {
  std::string name;
  std::map<std::string, OurScore> scores;  // by the names above
};

// Markdown: the rows that any run has a score of, ours first, then the paper's columns; the notes of these rows below.
// Scores by other names are passed over. Without runs, all rows.
std::string paper_table(const std::vector<OurRun>& runs);

}  // namespace ov
