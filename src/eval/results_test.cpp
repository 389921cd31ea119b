#include "eval/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace ov {
namespace {

using testing::HasSubstr;

TaskResult result(const std::string& name, const std::string& group, const std::vector<double>& scores) {
  TaskResult result;
  result.task.name = name;
  result.task.group = group;
  result.records = 100;
  for (const double score : scores) {
    AnsweredSample sample;
    sample.index = static_cast<std::int64_t>(result.samples.size());
    sample.score = score;
    sample.category = sample.index % 2 == 0 ? "even" : "odd";
    ScoredSample scored;
    scored.doc_index = sample.index;
    scored.judged.value = score;
    scored.tags["category"] = {sample.category};
    result.scored.push_back(scored);
    result.samples.push_back(sample);
  }
  return result;
}

const Json kRun = {{"model", "m"}, {"limit", nullptr}};

TEST(Results, GroupsCountEachTaskOnceAndPoolsEachSampleOnce) {
  const Json json = results_json(
      {result("a", "single", {1, 1, 1, 1, 1, 1}), result("b", "single", {0, 0}), result("c", "", {1})}, kRun);
  EXPECT_EQ(json.at("groups").size(), 1U);
  const Json group = json.at("groups").at("single");
  EXPECT_EQ(group.at("mean"), 50);
  EXPECT_EQ(group.at("pooled").at("score"), 75);
  EXPECT_EQ(group.at("pooled").at("n"), 8);
  EXPECT_EQ(json.at("tasks").at("a").at("categories").at("odd").at("n"), 3);
  EXPECT_EQ(json.at("tasks").at("a").at("records"), 100);
}

TEST(Results, TableHasAColumnForEachRun) {
  const Json first = results_json({result("a", "", {1, 0})}, kRun);
  const Json second = results_json({result("b", "", {1})}, {{"model", "m"}, {"limit", 1}});
  const std::string table = results_table({{"x|y", first}, {"z", second}});
  EXPECT_THAT(table, HasSubstr("| task | group | metric | x y | z |\n|---|---|---|---|---|\n"));
  EXPECT_THAT(table, HasSubstr("| a |  | exact | 50.0 (9.5 to 90.5, n 2) | - |\n"));
  EXPECT_THAT(table, HasSubstr("| b |  | exact | - | 100.0 (20.7 to 100.0, n 1) |\n"));
  EXPECT_THAT(table, HasSubstr("z: only the first 1 record"));
}

TaskResult benchmark(const std::string& name, const std::vector<double>& scores) {
  TaskResult found = result(name, "g", scores);
  found.task = benchmark_task(find_benchmark(name), "data", Protocol::paper);
  return found;
}

TEST(Results, BenchmarksStandBesideThePaper) {
  const Json json = results_json({benchmark("chartqa", {1, 1, 1, 0})}, kRun);
  const Json task = json.at("tasks").at("chartqa");
  EXPECT_EQ(task.at("paper").at("chartqa"), 75);
  EXPECT_EQ(task.at("lmms_eval").at("chartqa").at("relaxed_overall,none"), 0.75);
  EXPECT_EQ(task.at("protocol"), "paper");
  EXPECT_THAT(paper_comparison({{"mine", json}}), HasSubstr("61.4"));
  EXPECT_EQ(paper_comparison({{"mine", results_json({result("a", "", {1})}, kRun)}}), "");
}

TEST(Results, CategoriesOfInterleaveBenchAreRowsOfThePaper) {
  TaskResult found = benchmark("interleave_out", {1, 0, 1});
  const char* tasks[] = {"BLINK", "BLINK", "Spot-the-Diff"};
  for (int i = 0; i < 3; ++i) found.scored[i].tags = {{"sub_task", {tasks[i]}}};
  const Json paper = results_json({found}, kRun).at("tasks").at("interleave_out").at("paper");
  EXPECT_EQ(paper, Json({{"interleave_out", 75}, {"interleave_blink", 50}, {"interleave_spot_the_diff", 100}}));
}

TEST(Results, FiveAspectsAreOneRowOfThePaper) {
  std::vector<TaskResult> aspects;
  for (const char* aspect : {"correctness", "detail", "context", "temporal", "consistency"}) {
    aspects.push_back(benchmark(std::string("videochatgpt_") + aspect, {0.5, 0.7}));
    aspects.back().scored_by = "judge someone";
  }
  const auto table = [&] { return paper_comparison({{"z", results_json(aspects, kRun)}}); };
  EXPECT_THAT(table(), HasSubstr("| 3.00 (mean of five aspects) | 3.08 |"));
  aspects[3].scored_by = "offline proxy";
  EXPECT_EQ(table(), "");
}

TEST(Results, AProxyIsAveragedAndComparesWithNothing) {
  TaskResult proxy = benchmark("wilder", {0.25, 0.75});
  proxy.by_proxy = true;
  const Json json = results_json({proxy}, kRun);
  EXPECT_EQ(json.at("tasks").at("wilder").at("score"), 50);
  EXPECT_TRUE(json.at("tasks").at("wilder").at("lmms_eval").is_null());
  EXPECT_TRUE(json.at("groups").empty());
  EXPECT_EQ(paper_comparison({{"z", json}}), "");
}

TEST(Results, ARatioOfOneSampleHasNoInterval) {
  TaskResult judged = benchmark("wilder", {0.4});
  judged.scored[0].judged.reference_value = 0.8;
  EXPECT_THAT(results_table({{"z", results_json({judged}, kRun)}}), HasSubstr("| 50.0 (n 1) |"));
}

TEST(Results, WhatScoresLackIsSaid) {
  TaskResult judged = benchmark("wilder", {});
  judged.unscored = {{0, "the judge failed"}};
  judged.scored_by = "judge someone";
  const Json json = results_json({judged}, kRun);
  EXPECT_TRUE(json.at("tasks").at("wilder").at("score").is_null());
  const std::string table = results_table({{"z", json}});
  EXPECT_THAT(table, HasSubstr("no score"));
  EXPECT_THAT(table, HasSubstr("z, wilder: 1 samples have no score and count nowhere; the first: the judge failed."));
  EXPECT_THAT(table, HasSubstr("z, wilder: scored by judge someone."));
}

TEST(Results, OtherFilesAreRefused) {
  Json words = results_json({benchmark("chartqa", {1})}, kRun);
  words["tasks"]["chartqa"]["paper"]["chartqa"] = "much";
  EXPECT_THROW(paper_comparison({{"run", words}}), Error);
  for (const Json& other : {Json::object(), Json::array(), Json({{"tasks", 1}, {"groups", 2}})}) {
    EXPECT_THROW(results_table({{"run", other}}), Error) << other;
  }
}

}  // namespace
}  // namespace ov
