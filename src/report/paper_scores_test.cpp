#include "report/paper_scores.h"

#include <gmock/gmock.h>

#include <set>

namespace ov {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

double score(std::string_view name, PaperColumn column) { return paper_row(name)->scores[column]; }

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

// Copied by hand from the paper's tables.
TEST(PaperScores, AreThoseOfThePaper) {
  EXPECT_EQ(score("docvqa", kHalfBOv), 73.7);
  EXPECT_EQ(score("docvqa_test", k7BOv), 87.5);
  EXPECT_EQ(score("chartqa", k72BSi), 84.9);
  EXPECT_EQ(score("mathvista", k7BOv), 63.2);
  EXPECT_EQ(score("mmbench", k7BSi), 81.7);
  EXPECT_EQ(score("mme_perception", k7BOv), 1580);
  EXPECT_EQ(score("mme_cognition", k7BOv), 418);
  EXPECT_EQ(score("mmmu", kGpt4o), 69.1);
  EXPECT_EQ(score("llava_w", kGpt4o), 106.1);
  EXPECT_EQ(score("interleave_spot_the_diff", kHalfBSi), 8.5);
  EXPECT_EQ(score("interleave_sciverse", k7BOv), 79.1);
  EXPECT_EQ(score("muirbench", k72BOv), 54.8);
  EXPECT_EQ(score("interleave_out", kGpt4V), 60.3);
  EXPECT_EQ(score("activitynetqa", k7BOv), 56.6);
  EXPECT_EQ(score("egoschema", kHalfBOv), 26.8);
  EXPECT_EQ(score("videodc", k72BOv), 3.6);
  EXPECT_EQ(score("videomme", k7BOv), 58.2);
  EXPECT_EQ(score("videomme_subtitles", kGpt4o), 77.2);
  EXPECT_EQ(score("longvideobench", k72BSi), 58.3);
  EXPECT_TRUE(std::isnan(score("docvqa", kGpt4V)));
  EXPECT_TRUE(std::isnan(score("interleave_out", k7BSi)));
  EXPECT_EQ(paper_row("nano"), nullptr);
}

TEST(PaperScores, AreCompleteAndPlausible) {
  std::map<PaperTable, int> rows;
  std::set<std::string_view> names;
  for (const PaperRow& row : paper_rows()) {
    ++rows[row.table];
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(paper_row(row.name), &row);
    int reported = 0;
    for (const double value : row.scores) {
      if (std::isnan(value)) continue;
      ++reported;
      const double low = row.decimals == 0 ? 200 : row.decimals == 2 ? 3 : 7, high = row.decimals == 0 ? 1800 : 110;
      EXPECT_TRUE(value > low && value < (row.decimals == 2 ? 5 : high)) << row.name << " " << value;
    }
    EXPECT_GE(reported, 4) << row.name;
  }
  EXPECT_EQ(rows[PaperTable::single_image], 22);  // 21 lines, of which MME is two
  EXPECT_EQ(rows[PaperTable::multi_image], 20);   // 18 lines and two of the overview
  EXPECT_EQ(rows[PaperTable::video], 12);         // 11 lines, of which VideoMME is two
}

TEST(PaperScores, StandBesideOurRuns) {
  const std::string table = paper_table({{"nano", {{"mmvet", {.value = 12.34, .remark = "first 50"}}}},
                                         {"a|b\n", {{"docvqa", {.value = 1}}, {"own", {.value = 5}}}}});
  const std::vector<std::string> all = lines(table);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0],
            "| benchmark | nano | a\\|b  | 0.5B SI | 0.5B OV | 7B SI | 7B OV | 72B SI | 72B OV | GPT-4V | GPT-4o |");
  EXPECT_EQ(all[1], "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
  EXPECT_EQ(all[2], "| DocVQA (val) |  | 1.0 | 75.0 | 73.7 | 89.3 | 90.2 | 93.5 | 93.1 | - | - |");
  EXPECT_THAT(all[3], StartsWith("| MMVet [1, 2] | 12.3 (first 50) |  | 26.9 |"));
  EXPECT_THAT(all[5], StartsWith("[1] Graded by a language model"));
  EXPECT_THAT(all[6], StartsWith("[2] The paper gives GPT-4V 49.9"));
  EXPECT_EQ(paper_table({{"nano", {{"own", {.value = 5}}}}}), "");
}

TEST(PaperScores, StandAloneWithoutRuns) {
  const std::string table = paper_table({});
  EXPECT_EQ(lines(table.substr(0, table.find("\n\n") + 1)).size(), 2 + paper_rows().size());
  EXPECT_THAT(table, HasSubstr("| MME (perception) | 1217 | 1238 |"));
  EXPECT_THAT(table, HasSubstr("| VideoDC (0 to 5) [2] | 3.51 | 3.55 | 3.51 | 3.75 | 3.66 | 3.60 | 4.00 | - |"));
  EXPECT_THAT(table, Not(HasSubstr("nan")));
  EXPECT_THAT(table, EndsWith(".\n"));
}

}  // namespace
}  // namespace ov
