#include "report/report.h"

#include <gmock/gmock.h>

#include <cmath>

#include "report/answers.h"
#include "report/html.h"
#include "report/mixture_shares.h"
#include "report/run_log.h"
#include "report/test_folder.h"
#include "report/test_page.h"

namespace ov {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kPicture = "data:image/png;base64,iVBORw0KGgo=";

StepMetrics metrics(const std::string& stage, std::int64_t step) {
  StepMetrics m;
  m.stage = stage;
  m.step = step;
  m.samples = 8;
  m.tokens = 1000;
  m.supervised_tokens = 250;
  m.loss = 1 + 1.0 / static_cast<double>(step);
  m.lr = {0, 1e-3, 0, 0};
  m.grad_norm = 1;
  m.tokens_per_s = 500;
  m.utilisation = 0.75;
  m.peak_rss_bytes = 1ll << 30;
  m.seconds = 2;
  m.wait_s = 0.5;
  return m;
}

void write_steps(const TestFolder& folder, const std::vector<std::pair<std::string, int>>& stages) {
  RunLog log(folder.path());
  for (const auto& [stage, steps] : stages) {
    for (int step = 1; step <= steps; ++step) log.append(metrics(stage, step));
  }
}

TEST(Report, IsOnePageThatFetchesNothing) {
  const TestFolder folder;
  write_steps(folder, {{"stage1", 60}, {"stage2", 40}});
  folder.write("recipe.yaml", "seed: 1\nname: nano run\n");
  write_report(folder.path());
  const std::string page = folder.read("report.html");
  expect_well_formed(page);
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("<h1>nano run</h1>"));
  EXPECT_THAT(page, HasSubstr("2 stages, 100 steps"));
  EXPECT_EQ(count(page, "<svg"), 8u);  // loss and rates of two stages, four of the run
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  for (const char* fetched : {"<script", "<link", "http:", "https:", "url(", "@import", "{{"}) {
    EXPECT_THAT(page, Not(HasSubstr(fetched)));
  }
}

TEST(Report, AddsUp) {
  const TestFolder folder;
  write_steps(folder, {{"stage1", 60}, {"stage2", 40}});
  const std::string page = report_page(folder.path());
  EXPECT_THAT(page, HasSubstr("<span>Samples</span><b>800</b>"));
  EXPECT_THAT(page, HasSubstr("<span>Tokens</span><b>100k</b><small>100,000</small>"));
  EXPECT_THAT(page, HasSubstr("<span>Supervised tokens</span><b>25k</b><small>25.0% of all</small>"));
  EXPECT_THAT(page, HasSubstr("<span>Time</span><b>3m20s</b><small>75.0% utilisation</small>"));
  EXPECT_THAT(page, HasSubstr("<span>Peak memory</span><b>1.0 GiB</b>"));
  EXPECT_THAT(page, HasSubstr("frozen: language, newline, vision"));
  EXPECT_THAT(page, HasSubstr("step 60\nloss 1.017\n"));
  EXPECT_THAT(page, HasSubstr("stage2 step 40\n"));
}

TEST(Report, OfARunThatJustBegan) {
  const TestFolder folder;
  expect_well_formed(report_page(folder.path()));
  EXPECT_THAT(report_page(folder.path()), HasSubstr("No step is done yet"));
  write_steps(folder, {{"stage1", 1}});
  expect_well_formed(report_page(folder.path()));
}

TEST(Report, OfARunThatDiverged) {
  const TestFolder folder;
  RunLog log(folder.path());
  for (int step = 1; step <= 50; ++step) {
    StepMetrics m = metrics("stage1", step);
    if (step > 30) m.loss = m.grad_norm = std::nan("");
    log.append(m);
  }
  const std::string page = report_page(folder.path());
  expect_well_formed(page);
  EXPECT_THAT(page, HasSubstr("The loss of 20 steps is not a number"));
  EXPECT_THAT(page, HasSubstr("step 31: not a number"));
  EXPECT_EQ(page.find("nan "), std::string::npos);
}

TEST(Report, EscapesWhatIsNotTrusted) {
  const TestFolder folder;
  const std::string evil = "<script>\"'&</td>{{totals}}\x01";
  folder.write("recipe.yaml", "name: " + evil + "\n");
  write_mixture_shares(folder.path(), {{"stage1", evil, evil, 5}, {evil, "b", "video", 5}});
  JsonlFile answers(folder.file("answers.jsonl"));
  answers.add(to_json(SampleAnswer{evil, 1, evil, evil, evil, evil, kPicture}));
  answers.flush();
  RunLog(folder.path()).append(metrics(evil, 1));
  const std::string page = report_page(folder.path());
  expect_well_formed(page);
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page,
              HasSubstr("<td dir=\"auto\" class=\"same\">&lt;script&gt;&quot;&#39;&amp;&lt;/td&gt;{{totals}}&#xfffd;"));
}

TEST(Report, ThinsLongCurves) {
  const TestFolder folder;
  std::string lines;
  for (int step = 1; step <= 30'000; ++step) lines += dump_json(to_json(metrics("stage1", step))) + "\n";
  folder.write("metrics.jsonl", lines);
  EXPECT_LT(report_page(folder.path()).size(), 600'000u);
}

TEST(Report, NamesADamagedFile) {
  const TestFolder folder;
  folder.write("metrics.jsonl", "{}\n");
  EXPECT_THAT(error_of([&] { write_report(folder.path()); }), HasSubstr("metrics.jsonl:1"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("report.html")));
}

TEST(Answers, AreShownOverTimeWithOnePicture) {
  const TestFolder folder;
  JsonlFile file(folder.file("answers.jsonl"));
  for (int step = 1; step <= 30; ++step) {
    file.add(to_json(SampleAnswer{"stage1", step, "a", "What?", "cat", step == 30 ? " cat\n" : "dog", kPicture}));
    file.add(to_json(SampleAnswer{"stage1", step, "b", "Who?", "", "", ""}));
  }
  file.flush();
  const std::string page = report_page(folder.path());
  EXPECT_EQ(count(page, "<article"), 2u);
  EXPECT_EQ(count(page, "<img"), 1u);
  EXPECT_EQ(count(page, ">dog</td>"), 11u);
  EXPECT_EQ(count(page, "class=\"same\">cat</td>"), 1u);
  EXPECT_EQ(count(page, "12 of 30 answers"), 2u);
}

TEST(Answers, TakeInPicturesOfTheFolderOnly) {
  const TestFolder folder;
  const TestFolder other;
  const auto with_picture = [&](const std::string& picture) {
    folder.write("answers.jsonl", dump_json(to_json(SampleAnswer{"s", 1, "a", "q", "e", "a", picture})) + "\n");
    return read_answers(folder.path()).at(0).picture;
  };
  const auto refusal = [&](const std::string& picture) { return error_of([&] { with_picture(picture); }); };
  folder.write("p.png", "\x89PNG\r\n\x1a\n");
  folder.write("p.svg", "<svg/>");
  other.write("p.png", "\x89PNG\r\n\x1a\n");
  std::filesystem::create_symlink(other.file("p.png"), folder.file("link.png"));
  EXPECT_EQ(with_picture("p.png"), kPicture);
  EXPECT_EQ(with_picture(kPicture), kPicture);
  EXPECT_EQ(with_picture(""), "");
  EXPECT_THAT(refusal("p.svg"), HasSubstr("answers.jsonl:1: picture p.svg is not a PNG"));
  EXPECT_THAT(refusal("none.png"), HasSubstr("answers.jsonl:1: picture none.png: No such file"));
  for (const std::string& outside : {other.file("p.png"), std::string("link.png")}) {
    EXPECT_THAT(refusal(outside), HasSubstr("outside the run's folder"));
  }
  for (const char* uri : {"data:text/html;base64,AAAA", "data:image/svg+xml;base64,AAAA", "data:image/png,abc",
                          "data:image/png;base64,AA\"onerror", "data:image/png;base64,A=A=", "javascript:alert(1)"}) {
    EXPECT_THAT(refusal(uri), StartsWith("format: ")) << uri;
  }
}

TEST(Base64, Rfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(MixtureShares, AreWrittenOrCounted) {
  const TestFolder folder;
  EXPECT_TRUE(read_mixture_shares(folder.path()).empty());
  folder.write("manifest.jsonl",
               "{\"stage\":\"s\",\"step\":1,\"dataset\":\"a\"}\n{\"stage\":\"s\",\"step\":1,\"dataset\":\"b\"}\n"
               "{\"stage\":\"s\",\"step\":2,\"dataset\":\"a\"}\n{\"stage\":\"t\",\"step\":1,\"dataset\":\"a\"}\n{\"st");
  const std::vector<MixtureShare> counted = read_mixture_shares(folder.path());
  ASSERT_EQ(counted.size(), 3u);
  EXPECT_EQ(counted[0].samples, 2);
  EXPECT_EQ(counted[2].stage, "t");
  EXPECT_THAT(report_page(folder.path()), HasSubstr("66.7%"));
  write_mixture_shares(folder.path(), {{"s", "c", "video", 7}});
  const std::vector<MixtureShare> written = read_mixture_shares(folder.path());
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].modality, "video");
  EXPECT_EQ(written[0].samples, 7);
  folder.write("mixture.json", "{\"shares\": [{\"stage\": \"s\"}]}");
  EXPECT_THAT(error_of([&] { read_mixture_shares(folder.path()); }), HasSubstr("entry 1 of shares: \"dataset\""));
}

TEST(FillPage, WantsAllNames) {
  EXPECT_EQ(fill_page("a{{x}}b{{y}}", {{"x", "{{y}}"}, {"y", "1"}}), "a{{y}}b1");
  EXPECT_THAT(error_of([] { fill_page("{{x}}", {}); }), StartsWith("internal"));
  EXPECT_THAT(error_of([] { fill_page("", {{"x", ""}}); }), StartsWith("internal"));
}

}  // namespace
}  // namespace ov
