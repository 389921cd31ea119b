#include "report/paper_scores.h"

#include <algorithm>
#include <cstdio>

namespace ov {
namespace {

constexpr std::string_view kColumns[kNumPaperColumns] = {"0.5B SI", "0.5B OV", "7B SI",  "7B OV",
                                                         "72B SI",  "72B OV",  "GPT-4V", "GPT-4o"};

using enum PaperTable;

constexpr double kNo = kNotReported;
constexpr std::string_view kEqualPairs =
    "The paper gives GPT-4V 49.9 and GPT-4o 76.2 on both MMVet and SeedBench (image); one of the pairs must be a slip.";
constexpr std::string_view kEqualMantis =
    "The same scores stand in table 4 as a category of LLaVA-Interleave Bench; the paper does not say whether they are "
    "of that or of Mantis-Eval.";
constexpr std::string_view kJudged =
    "Graded by a language model: comparable only with what the same model graded by the same rubric.";

// clang-format off
constexpr PaperRow kRows[] = {
    {"ai2d", "AI2D (test)", single_image, 1, {54.2, 57.1, 81.6, 81.4, 85.1, 85.6, 78.2, 94.2}, {}},
    {"chartqa", "ChartQA (test)", single_image, 1, {61.0, 61.4, 78.8, 80.0, 84.9, 83.7, 78.5, 85.7},
     {"GPT-4V had four examples in the prompt."}},
    {"docvqa", "DocVQA (val)", single_image, 1, {75.0, 73.7, 89.3, 90.2, 93.5, 93.1, kNo, kNo}, {}},
    {"docvqa_test", "DocVQA (test)", single_image, 1, {71.2, 70.0, 86.9, 87.5, 91.8, 91.3, 88.4, 92.8}, {}},
    {"infovqa", "InfoVQA (val)", single_image, 1, {44.8, 46.3, 69.9, 70.7, 77.7, 79.2, kNo, kNo}, {}},
    {"infovqa_test", "InfoVQA (test)", single_image, 1, {41.3, 41.8, 65.3, 68.8, 74.6, 74.9, kNo, kNo}, {}},
    {"mathverse", "MathVerse (mini-vision)", single_image, 1, {17.3, 17.9, 26.9, 26.2, 37.7, 39.1, 32.8, 50.2},
     {kJudged, "The paper does not say which versions of the problems it averaged."}},
    {"mathvista", "MathVista (testmini)", single_image, 1, {34.6, 34.8, 56.1, 63.2, 66.5, 67.5, 49.9, 63.8},
     {"The paper does not say which of the three forms of the prompt it used."}},
    {"mmbench", "MMBench (en-dev)", single_image, 1, {43.8, 52.1, 81.7, 80.8, 86.6, 85.9, 75.0, kNo}, {}},
    {"mme_perception", "MME (perception)", single_image, 0, {1217, 1238, 1626, 1580, 1706, 1682, 1409, kNo}, {}},
    {"mme_cognition", "MME (cognition)", single_image, 0, {272, 240, 483, 418, 563, 579, 517, kNo}, {}},
    {"mmmu", "MMMU (val)", single_image, 1, {31.2, 31.4, 47.3, 48.8, 57.4, 56.8, 56.8, 69.1}, {}},
    {"mmvet", "MMVet", single_image, 1, {26.9, 29.1, 58.8, 57.5, 60.0, 63.7, 49.9, 76.2}, {kJudged, kEqualPairs}},
    {"mmstar", "MMStar", single_image, 1, {36.3, 37.5, 60.9, 61.7, 65.2, 66.1, 57.1, kNo}, {}},
    {"seedbench_image", "SeedBench (image)", single_image, 1, {63.4, 65.5, 74.8, 75.4, 77.6, 78.0, 49.9, 76.2},
     {kEqualPairs}},
    {"scienceqa", "ScienceQA", single_image, 1, {67.8, 67.2, 96.6, 96.0, 91.3, 90.3, 75.7, kNo}, {}},
    {"imagedc", "ImageDC", single_image, 1, {83.0, 83.3, 85.7, 88.9, 91.5, 91.2, 91.5, 92.5},
     {kJudged, "The paper's overview has 88.2 for 7B OV and nothing for GPT-4o. It does not say what ImageDC is."}},
    {"livebench", "MM-LiveBench (2024-06)", single_image, 1, {43.2, 49.9, 75.8, 77.1, 84.4, 81.5, kNo, 92.4},
     {kJudged}},
    {"realworldqa", "RealWorldQA", single_image, 1, {53.7, 55.6, 65.5, 66.3, 73.8, 71.9, 61.4, 58.6},
     {"The paper's overview has nothing for GPT-4o."}},
    {"vibe_eval", "Vibe-Eval", single_image, 1, {34.9, 33.8, 47.2, 51.7, 46.7, 50.7, 57.9, 63.1}, {kJudged}},
    {"llava_w", "LLaVA-W", single_image, 1, {71.2, 74.2, 86.9, 90.7, 93.7, 93.5, 98.0, 106.1}, {kJudged}},
    {"wilder", "LLaVA-Wilder (small)", single_image, 1, {51.5, 55.0, 69.1, 67.8, 72.9, 72.0, 81.0, 85.9}, {kJudged}},
    {"interleave_image_edit", "IEI", multi_image, 1, {15.6, 17.1, 20.5, 22.2, 22.1, 22.5, 11.0, kNo}, {}},
    {"interleave_multi_image_vqa", "MI-VQA", multi_image, 1, {44.8, 48.7, 60.3, 90.2, 61.2, 95.3, 52.0, kNo}, {}},
    {"interleave_nlvr2", "NLVR2", multi_image, 1, {56.1, 63.4, 75.9, 89.4, 78.9, 93.8, 88.8, kNo}, {}},
    {"interleave_puzzle", "Puzzle", multi_image, 1, {30.0, 35.4, 24.6, 53.3, 44.2, 63.4, 17.1, kNo}, {}},
    {"interleave_qbench", "Q-Bench", multi_image, 1, {45.8, 48.8, 56.0, 74.5, 61.5, 83.2, 76.5, kNo}, {}},
    {"interleave_spot_the_diff", "Spot-Diff", multi_image, 1, {8.5, 36.4, 7.9, 39.2, 15.6, 43.3, 12.5, kNo}, {}},
    {"interleave_text_rich_vqa", "TR-VQA", multi_image, 1, {36.7, 65.0, 52.8, 80.1, 67.9, 83.7, 54.5, kNo}, {}},
    {"interleave_visual_story_telling", "VST", multi_image, 1, {7.6, 29.8, 8.4, 31.7, 12.1, 34.5, 10.9, kNo}, {}},
    {"interleave_scannet_chat", "3D-Chat", multi_image, 1, {22.1, 60.0, 24.5, 62.8, 30.8, 63.2, 31.2, kNo}, {}},
    {"interleave_scannet_task", "3D-TD", multi_image, 1, {22.1, 48.0, 29.9, 52.6, 25.4, 53.3, 35.4, kNo}, {}},
    {"interleave_scanqa", "ScanQA", multi_image, 1, {16.9, 29.4, 22.1, 30.1, 21.9, 35.8, 32.6, kNo}, {}},
    {"interleave_alfred", "ALFRED", multi_image, 1, {25.5, 62.2, 32.0, 61.0, 43.5, 66.3, 10.3, kNo}, {}},
    {"interleave_nuscenes", "nuScenes", multi_image, 1, {8.2, 70.5, 70.8, 79.8, 75.5, 78.8, 63.7, kNo}, {}},
    {"interleave_blink", "BLINK", multi_image, 1, {37.9, 52.1, 45.6, 48.2, 46.0, 55.4, 51.1, kNo}, {}},
    {"interleave_mantis", "Mantis", multi_image, 1, {38.2, 39.6, 54.2, 64.2, 56.8, 77.6, 62.7, kNo}, {kEqualMantis}},
    {"mantis", "Mantis (overview)", multi_image, 1, {kNo, 39.6, kNo, 64.2, kNo, 77.6, 62.7, kNo}, {kEqualMantis}},
    {"interleave_mathverse", "MathVerse (multi-image)", multi_image, 1, {20.9, 60.0, 26.3, 67.6, 58.6, 91.6, 60.3, kNo},
     {}},
    {"muirbench", "MuirBench", multi_image, 1, {22.7, 25.5, 32.7, 41.8, 33.2, 54.8, 62.3, kNo}, {}},
    {"interleave_sciverse", "SciVerse (multi-image)", multi_image, 1, {26.7, 29.1, 30.0, 79.1, 65.8, 94.9, 66.9, kNo},
     {}},
    {"interleave_out", "LLaVA-Interleave (out-domain)", multi_image, 1,
     {kNo, 33.3, kNo, 64.2, kNo, 79.9, 60.3, kNo},
     {"From the overview. For 72B and GPT-4V it is the mean of BLINK, Mantis, MathVerse and SciVerse; for 7B that "
     "mean is 64.8, for 0.5B 45.2."}},
    {"activitynetqa", "ActivityNetQA (test)", video, 1, {49.0, 50.5, 55.1, 56.6, 62.1, 62.3, 57.0, kNo}, {kJudged}},
    {"egoschema", "EgoSchema (test)", video, 1, {33.1, 26.8, 52.9, 60.1, 58.6, 62.0, kNo, kNo},
     {"All 5,031 questions, whose answers only the server has; the published answers are of 500."}},
    {"mlvu", "MLVU (m-avg)", video, 1, {47.9, 50.3, 60.2, 64.7, 60.9, 68.0, 49.2, 64.6}, {}},
    {"mvbench", "MVBench (test)", video, 1, {43.3, 45.5, 51.2, 56.7, 57.1, 59.4, 43.5, kNo}, {}},
    {"nextqa", "NextQA (mc)", video, 1, {53.6, 57.2, 61.6, 79.4, 67.2, 80.2, kNo, kNo}, {}},
    {"perceptiontest", "PerceptionTest (val)", video, 1, {48.6, 49.2, 54.9, 57.1, 62.3, 66.9, kNo, kNo}, {}},
    {"seedbench_video", "SeedBench (video)", video, 1, {43.4, 44.2, 51.1, 56.9, 60.9, 62.1, 60.5, kNo}, {}},
    {"videochatgpt", "VideoChatGPT (0 to 5)", video, 2, {3.08, 3.12, 3.54, 3.51, 3.55, 3.62, 4.06, kNo},
     {kJudged, "The paper's overview has 3.49 for 7B OV. How five aspects became one number is not said."}},
    {"videodc", "VideoDC (0 to 5)", video, 2, {3.51, 3.55, 3.51, 3.75, 3.66, 3.60, 4.00, kNo}, {kJudged}},
    {"videomme", "VideoMME (without subtitles)", video, 1, {41.7, 44.0, 55.0, 58.2, 64.8, 66.2, 59.9, 71.9}, {}},
    {"videomme_subtitles", "VideoMME (with subtitles)", video, 1, {40.4, 43.5, 59.1, 61.5, 66.9, 69.5, 63.3, 77.2}, {}},
    {"longvideobench", "LongVideoBench (val)", video, 1, {41.9, 45.8, 54.3, 56.4, 58.3, 61.3, 61.3, 66.7},
     {"The paper's overview has 56.3 for 7B OV, 63.2 for 72B OV and 60.7 for GPT-4V."}},
};
// clang-format on

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// One cell of a Markdown table: nothing in it ends the cell or the line.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string our_cell(const OurRun& run, const PaperRow& row) {
  const auto found = run.scores.find(std::string(row.name));
  if (found == run.scores.end()) return "";
  const auto& [value, remark] = found->second;
  return fixed(value, row.decimals) + (remark.empty() ? "" : " (" + cell(remark) + ")");
}

// The rows of a table of the paper, and the notes that stand below all of them.
class TableText {
 public:
  explicit TableText(const std::vector<OurRun>& runs) : runs_(runs) {}

  void add(const PaperRow& row) {
    if (!runs_.empty() && std::none_of(runs_.begin(), runs_.end(),
                                       [&](const OurRun& run) { return run.scores.contains(std::string(row.name)); })) {
      return;
    }
    if (text_.empty()) add_head();
    text_ += "| " + std::string(row.title) + marks(row.notes) + " |";
    for (const OurRun& run : runs_) text_ += " " + our_cell(run, row) + " |";
    for (const double score : row.scores) text_ += " " + fixed(score, row.decimals) + " |";
    text_ += "\n";
  }

  std::string str() const {
    std::string text = text_;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      text += (i == 0 ? "\n[" : "[") + std::to_string(i + 1) + "] " + std::string(notes_[i]) +
              (i + 1 < notes_.size() ? "  \n" : "\n");
    }
    return text;
  }

 private:
  void add_head() {
    text_ = "| benchmark |";
    for (const OurRun& run : runs_) text_ += " " + cell(run.name) + " |";
    for (const std::string_view column : kColumns) text_ += " " + std::string(column) + " |";
    text_ += "\n|---|";
    for (std::size_t i = 0; i < runs_.size() + kNumPaperColumns; ++i) text_ += "---:|";
    text_ += "\n";
  }

  // " [1, 2]" for the first two notes.
  std::string marks(const std::array<std::string_view, 2>& notes) {
    std::string text;
    for (const std::string_view note : notes) {
      if (note.empty()) continue;
      const auto found = std::find(notes_.begin(), notes_.end(), note);
      text += (text.empty() ? "" : ", ") + std::to_string(found - notes_.begin() + 1);
      if (found == notes_.end()) notes_.push_back(note);
    }
    return text.empty() ? "" : " [" + text + "]";
  }

  const std::vector<OurRun>& runs_;
  std::string text_;
  std::vector<std::string_view> notes_;
};

}  // namespace

std::string_view paper_column_name(PaperColumn column) { return kColumns[column]; }

std::span<const PaperRow> paper_rows() { return kRows; }

const PaperRow* paper_row(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const PaperRow& row) { return row.name == name; });
  return found == std::end(kRows) ? nullptr : &*found;
}

std::string paper_table(const std::vector<OurRun>& runs) {
  TableText table(runs);
  for (const PaperRow& row : kRows) table.add(row);
  return table.str();
}

}  // namespace ov
