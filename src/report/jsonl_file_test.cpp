#include "report/jsonl_file.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "report/test_folder.h"

namespace ov {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr LineAtPosition kRequired = LineAtPosition::required;
constexpr LineAtPosition kOptional = LineAtPosition::optional;

RunPosition at(const std::string& stage, std::int64_t step) { return {{"one", "two", "three"}, stage, step}; }

std::string line(const std::string& stage, int step, int index = 0) {
  return "{\"stage\":\"" + stage + "\",\"step\":" + std::to_string(step) + ",\"index\":" + std::to_string(index) +
         "}\n";
}

const std::string kManifest = line("one", 1, 0) + line("one", 1, 1) + line("one", 2, 2) + line("one", 2, 3) +
                              line("two", 1, 0) + line("two", 1, 1) + line("two", 2, 2);

TEST(JsonlFile, WritesAllLinesOfAStepAtFlush) {
  const TestFolder folder;
  JsonlFile file(folder.file("m.jsonl"));
  file.add({{"stage", "one"}, {"step", 1}});
  file.add({{"stage", "one"}, {"text", "a\nb"}});
  EXPECT_EQ(folder.read("m.jsonl"), "");
  file.flush();
  const std::string expected = "{\"stage\":\"one\",\"step\":1}\n{\"stage\":\"one\",\"text\":\"a\\nb\"}\n";
  EXPECT_EQ(folder.read("m.jsonl"), expected);
  file.flush();
  EXPECT_EQ(folder.read("m.jsonl"), expected) << "nothing is written twice";
}

TEST(JsonlFile, AppendsToWhatIsThere) {
  const TestFolder folder;
  folder.write("m.jsonl", line("one", 1));
  {
    JsonlFile file(folder.file("m.jsonl"));
    file.add({{"stage", "two"}});
  }
  EXPECT_EQ(folder.read("m.jsonl"), line("one", 1) + "{\"stage\":\"two\"}\n");
}

TEST(JsonlFile, RefusesToAppendToAHalfLine) {
  const TestFolder folder;
  folder.write("m.jsonl", line("one", 1) + "{\"stage\":");
  EXPECT_THAT(error_of([&] { JsonlFile file(folder.file("m.jsonl")); }), HasSubstr("half-written"));
}

TEST(JsonlFile, HalfLineIsCut) {
  const TestFolder folder;
  for (const std::string& whole : {std::string(), line("one", 1), line("one", 1) + line("one", 2)}) {
    for (const std::string half : {"", "{\"stage\":", "{}"}) {
      folder.write("m.jsonl", whole + half);
      cut_half_line(folder.file("m.jsonl"));
      EXPECT_EQ(folder.read("m.jsonl"), whole);
    }
  }
  cut_half_line(folder.file("none.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("none.jsonl")));
}

TEST(JsonlFile, SaysThatTheFolderIsMissing) {
  EXPECT_THAT(error_of([] { JsonlFile file("/nowhere/m.jsonl"); }), StartsWith("resource: /nowhere/m.jsonl"));
}

TEST(TruncateJsonl, CutsBehindTheLastLineOfTheStep) {
  const TestFolder folder;
  const std::string path = folder.file("m.jsonl");
  folder.write("m.jsonl", kManifest);
  EXPECT_EQ(truncate_jsonl(path, at("two", 2), kRequired), 0);
  EXPECT_EQ(folder.read("m.jsonl"), kManifest);
  EXPECT_EQ(truncate_jsonl(path, at("two", 1), kRequired), 1);
  EXPECT_EQ(truncate_jsonl(path, at("two", 0), kRequired), 2);
  EXPECT_EQ(folder.read("m.jsonl"), line("one", 1, 0) + line("one", 1, 1) + line("one", 2, 2) + line("one", 2, 3));
  EXPECT_EQ(truncate_jsonl(path, at("one", 1), kRequired), 2);
  EXPECT_EQ(folder.read("m.jsonl"), line("one", 1, 0) + line("one", 1, 1));
  EXPECT_EQ(truncate_jsonl(path, at("one", 0), kRequired), 2);
  EXPECT_EQ(folder.read("m.jsonl"), "");
}

TEST(TruncateJsonl, CutsAHalfWrittenLastLineAtEveryLength) {
  const TestFolder folder;
  const std::string last = line("two", 2, 2);
  for (std::size_t size = 0; size < last.size(); ++size) {
    folder.write("m.jsonl", kManifest + last.substr(0, size));
    EXPECT_EQ(truncate_jsonl(folder.file("m.jsonl"), at("two", 2), kRequired), 0);
    EXPECT_EQ(folder.read("m.jsonl"), kManifest);
  }
}

TEST(TruncateJsonl, WantsTheLineOfTheCheckpointWhereEveryStepHasOne) {
  const TestFolder folder;
  const std::string path = folder.file("m.jsonl");
  folder.write("m.jsonl", kManifest.substr(0, kManifest.size() - 1));
  EXPECT_THAT(error_of([&] { truncate_jsonl(path, at("two", 2), kRequired); }), HasSubstr("step 2 of two"));
  EXPECT_EQ(folder.read("m.jsonl").size(), kManifest.size() - 1) << "a refused file stays as it was";
  EXPECT_THAT(error_of([&] { truncate_jsonl(folder.file("none"), at("one", 1), kRequired); }), StartsWith("format"));
  EXPECT_EQ(truncate_jsonl(folder.file("none"), at("one", 0), kRequired), 0);
}

TEST(TruncateJsonl, KeepsEarlierLinesOfAFileWithFew) {
  const TestFolder folder;
  const std::string path = folder.file("skipped.jsonl");
  folder.write("skipped.jsonl", line("one", 7) + line("three", 2) + line("three", 9));
  EXPECT_EQ(truncate_jsonl(path, at("three", 5), kOptional), 1);
  EXPECT_EQ(truncate_jsonl(path, at("two", 5), kOptional), 1);
  EXPECT_EQ(folder.read("skipped.jsonl"), line("one", 7));
  EXPECT_EQ(truncate_jsonl(folder.file("none"), at("two", 5), kOptional), 0);
}

TEST(TruncateJsonl, RefusesDamageWithFileAndLine) {
  const TestFolder folder;
  const std::string path = folder.file("m.jsonl");
  const auto refusal = [&](const std::string& second) {
    folder.write("m.jsonl", line("one", 3) + second + line("two", 1));
    const std::string message = error_of([&] { truncate_jsonl(path, at("one", 3), kRequired); });
    EXPECT_EQ(folder.read("m.jsonl"), line("one", 3) + second + line("two", 1));
    EXPECT_THAT(message, StartsWith("format: " + path + ":2: "));
    return message;
  };
  EXPECT_THAT(refusal("{\"stage\":\"one\",\n"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("\n"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("[1]\n"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal("{\"step\":1}\n"), HasSubstr("\"stage\""));
  EXPECT_THAT(refusal("{\"stage\":\"one\",\"step\":\"4\"}\n"), HasSubstr("\"step\""));
  EXPECT_THAT(refusal(line("four", 1)), HasSubstr("not in the recipe"));
  EXPECT_THAT(refusal(line("one", 2)), HasSubstr("step 2 of one after step 3 of one"));
}

TEST(ForEachLine, NamesLinesAndPassesOverAHalfWrittenOne) {
  const TestFolder folder;
  folder.write("m.jsonl", line("one", 1) + line("one", 2) + "{\"stage\":\"on");
  std::vector<std::string> places;
  for_each_line(folder.file("m.jsonl"), [&](const Json& json, const std::string& where) {
    places.push_back(json.at("stage").get<std::string>() + "@" + where);
  });
  EXPECT_THAT(places,
              testing::ElementsAre("one@" + folder.file("m.jsonl") + ":1", "one@" + folder.file("m.jsonl") + ":2"));
  for_each_line(folder.file("none"), [](const Json&, const std::string&) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace ov
