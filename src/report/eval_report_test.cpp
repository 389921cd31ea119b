#include "report/eval_report.h"

#include <cmath>

#include <gmock/gmock.h>

#include "report/test_page.h"

namespace ov {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kPng = "\x89PNG\r\n\x1a\nrest";
const std::string kHostile = "</dd></dl><script>alert(1)</script><img src=x onerror='alert(2)'>\"{{tasks}}&\x1b[31m";

EvalAnswer wrong(const std::string& id) {
  return {.id = id, .prompt = "What is it?", .target = "a cat", .answer = "a dog"};
}

EvalReport report() {
  EvalReport all{.name = "nano", .subtitle = "paper protocol"};
  all.tasks.push_back({.name = "docvqa",
                       .metric = "anls",
                       .remark = "first 50 of 5,349",
                       .score = {.value = 12.5, .low = 10, .high = 15.25, .n = 50},
                       .undecided = 2,
                       .failed = 1,
                       .categories = {{"question_types: form", {.value = 20, .n = 5}}},
                       .answers = {wrong("one"), wrong("two"), wrong("three")}});
  all.tasks[0].answers[1].value = 0.75;
  all.tasks[0].answers[1].undecided = true;
  all.tasks[0].answers[2].problem = "the judge failed";
  all.settings = {{"model", "models/nano"}};
  return all;
}

TEST(EvalReport, IsOnePageThatFetchesAndRunsNothing) {
  const std::string page = eval_report_page(report());
  expect_well_formed(page);
  for (const char* part : {"<script", "<link", "http://", "https://", "url(", "onload", "src=\"file"}) {
    EXPECT_THAT(page, Not(HasSubstr(part)));
  }
  for (const char* part :
       {"12.5", "10.0 to 15.2", "first 50 of 5,349", "73.7", "question_types: form", "models/nano"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(EvalReport, ThePaperStandsOnlyBesideScoresThatCompare) {
  EvalReport all = report();
  EXPECT_THAT(eval_report_page(all), HasSubstr("73.7"));
  all.tasks[0].compares = false;
  EXPECT_THAT(eval_report_page(all), Not(HasSubstr("73.7")));
}

TEST(EvalReport, AnswersAreFiltered) {
  const std::string page = eval_report_page(report());
  EXPECT_THAT(page, HasSubstr("<div class=\"answer wrong\">"));
  EXPECT_THAT(page, HasSubstr("<div class=\"answer partly undecided\">"));
  EXPECT_THAT(page, HasSubstr("0.75 of 1 two"));
  EXPECT_THAT(page, HasSubstr("<div class=\"answer failed\">"));
  EXPECT_THAT(page, HasSubstr("the judge failed"));
  EXPECT_THAT(page, HasSubstr("not scored <span class=\"quiet\">1</span>"));
  EXPECT_EQ(count(page, "type=\"radio\""), 2u + 5u);
  EXPECT_THAT(page, HasSubstr("#t1:checked ~ main section:not(#s1)"));
  EXPECT_THAT(page, HasSubstr("<section id=\"s1\">"));
}

TEST(EvalReport, WhateverIsSaidIsText) {
  EvalReport hostile{.name = kHostile, .subtitle = kHostile};
  EvalTaskReport task{.name = kHostile, .metric = kHostile, .remark = kHostile};
  task.categories = {{kHostile, {.value = NAN, .low = -1e300, .high = 1e300}}};
  task.answers = {{.id = kHostile,
                   .prompt = kHostile,
                   .target = kHostile,
                   .answer = kHostile,
                   .extracted = "\xff\xfe",
                   .value = NAN,
                   .problem = kHostile,
                   .pictures = [] {
                     return std::vector<std::string>{"<svg onload='alert(3)'/>", kHostile, ""};
                   }}};
  hostile.tasks = {task, task};
  hostile.settings = {{kHostile, kHostile}};
  const std::string page = eval_report_page(hostile);
  expect_well_formed(page);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("3 pictures are not shown"));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("{{tasks}}"));
}

TEST(EvalReport, AnswersOfATaskAreThinnedOutEvenly) {
  EvalReport many = report();
  std::vector<EvalAnswer>& answers = many.tasks[0].answers;
  answers.clear();
  int loaded = 0;
  for (int i = 0; i < 1000; ++i) {
    answers.push_back(wrong("id" + std::to_string(i) + "."));
    answers.back().pictures = [&loaded] {
      ++loaded;
      return std::vector<std::string>{kPng};
    };
  }
  const std::string page = eval_report_page(many);
  EXPECT_EQ(count(page, "<div class=\"answer wrong\">"), 50u);
  EXPECT_EQ(loaded, 50);
  EXPECT_THAT(page, HasSubstr("50 of 1,000"));
  for (const char* id : {"id0.", "id20.", "id980."}) EXPECT_THAT(page, HasSubstr(id));
  EXPECT_EQ(count(eval_report_page(many, {.answers = 0}), "<div class=\"answer"), 0u);
}

TEST(EvalReport, TextsAndPicturesAreBounded) {
  EvalReport large = report();
  EvalAnswer& answer = large.tasks[0].answers[0];
  answer.answer = std::string(3999, 'x') + "\xe2\x82\xac" + std::string(1'000'000, 'y');
  answer.pictures = [] { return std::vector<std::string>(20, kPng); };
  const std::string page = eval_report_page(large);
  EXPECT_LT(page.size(), 40'000u);
  EXPECT_THAT(page, HasSubstr("x <span class=\"quiet\">... 1,000,003 more bytes</span>"));
  EXPECT_EQ(count(page, "<img alt=\"\" src=\"data:image/png;base64,"), 8u);
  EXPECT_THAT(page, HasSubstr("12 pictures are not shown"));
  EXPECT_EQ(count(eval_report_page(large, {.picture_bytes = 5}), "<img"), 0u);
  EXPECT_EQ(count(eval_report_page(large, {.page_picture_bytes = 100}), "<img"), 2u);
}

TEST(EvalReport, AnEmptyRunIsAPageToo) {
  expect_well_formed(eval_report_page({}));
  EvalReport right = report();
  right.tasks[0].answers.clear();
  EXPECT_THAT(eval_report_page(right), HasSubstr("All answers are right."));
}

}  // namespace
}  // namespace ov
