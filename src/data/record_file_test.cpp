#include "data/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/file.h"
#include "data/json_index.h"
#include "data/record_rules.h"
#include "data/test_refusal.h"

namespace ov {
namespace {

using testing::HasSubstr;

const std::string kRecords = std::string(OV_TESTDATA) + "/data/records/";
const std::string kCorrupt = std::string(OV_TESTDATA) + "/data/corrupt/";
const RecordContext kContext{"set", "pictures", "videos"};

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(read_file(path, 1 << 20));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> texts_of(const Sample& sample) {
  std::vector<std::string> texts;
  for (const Turn& turn : sample.turns) texts.push_back(turn.text);
  return texts;
}

// Texts, words and hashes from Python; the same records as an array and as lines.
TEST(JsonRecords, TextsWordsAndHashesEqualPython) {
  const Json expected = parse_json(read_file(kRecords + "good.expected.json", 1 << 20), "expected");
  for (const char* name : {"good.json", "good.jsonl"}) {
    const auto file = RecordFile::open(kRecords + name);
    ASSERT_EQ(file->size(), static_cast<std::int64_t>(expected.size())) << name;
    for (std::int64_t i = 0; i < file->size(); ++i) {
      const Json& row = expected[static_cast<std::size_t>(i)];
      const Sample sample = file->read(i, kContext);
      EXPECT_EQ(texts_of(sample), row.at("turns").get<std::vector<std::string>>()) << sample.where;
      EXPECT_EQ(sample.words, row.at("words").get<std::int64_t>()) << sample.where;
      EXPECT_EQ(sample.sha256, row.at("sha256").get<std::string>()) << sample.where;
    }
  }
}

TEST(JsonRecords, RolesMediaAndPlaces) {
  const auto lines = RecordFile::open(kRecords + "good.jsonl");
  const auto array = RecordFile::open(kRecords + "good.json");
  EXPECT_EQ(lines->where(4), kRecords + "good.jsonl:5");
  EXPECT_EQ(lines->where(5), kRecords + "good.jsonl:8");
  EXPECT_EQ(array->where(0), kRecords + "good.json:3 (record 0)");
  EXPECT_EQ(array->where(1), kRecords + "good.json:17 (record 1)");
  const Sample several = lines->read(4, kContext);
  ASSERT_EQ(several.media.size(), 2U);
  EXPECT_EQ(several.media[1].path, "pictures/b.jpg");
  EXPECT_EQ(several.source, "set");
  const Sample video = lines->read(6, kContext);
  EXPECT_TRUE(video.is_video());
  EXPECT_EQ(video.media[0].path, "videos/v.mp4");
  const Sample roles = lines->read(8, kContext);
  EXPECT_EQ(roles.id, "7");
  EXPECT_TRUE(roles.media.empty());
  EXPECT_EQ(roles.turns[0].role, "user");
  EXPECT_EQ(roles.turns[1].role, "assistant");
  EXPECT_EQ(roles.turns[2].role, "tool");
  const Sample both = lines->read(9, kContext);
  EXPECT_FALSE(both.is_video());
  EXPECT_EQ(both.source, "src");
  EXPECT_EQ(both.dataset, "set");
  EXPECT_EQ(both.turns[0].role, "assistant");
  EXPECT_TRUE(lines->read(0, kContext, RecordParts::text).sha256.empty());
}

TEST(JsonRecords, EveryBadLineIsRefusedWithItsPlace) {
  const auto file = RecordFile::open(kCorrupt + "records.jsonl");
  const std::vector<std::string> expected = lines_of(kCorrupt + "records.expected");
  ASSERT_EQ(file->size(), static_cast<std::int64_t>(expected.size()));
  for (std::int64_t i = 0; i < file->size(); ++i) {
    const std::string message = refusal([&] { file->read(i, kContext); });
    EXPECT_THAT(message, HasSubstr("records.jsonl:" + std::to_string(i + 1) + ": "));
    EXPECT_THAT(message, HasSubstr(expected[static_cast<std::size_t>(i)]));
  }
}

TEST(JsonRecords, DamagedArraysAreRefusedWhenOpened) {
  for (const std::string& line : lines_of(kCorrupt + "arrays.expected")) {
    const std::string name = line.substr(0, line.find('\t'));
    const std::string message = refusal([&] { RecordFile::open(kCorrupt + name); });
    EXPECT_THAT(message, HasSubstr(name));
    EXPECT_THAT(message, HasSubstr(line.substr(name.size() + 1)));
  }
}

TEST(JsonRecords, MissingAndUnknownFiles) {
  EXPECT_THAT(refusal([] { RecordFile::open(kRecords + "none.json"); }), HasSubstr("none.json: cannot open"));
  EXPECT_THAT(refusal([] { RecordFile::open(kRecords + "a.csv"); }), HasSubstr("expected .json, .jsonl, .parquet"));
}

TEST(JsonIndex, FindsRecordsInsideStringsAndSpace) {
  const std::string text = R"( [ {"a": "}\"],\\"} ,{"b":[{"c":1},"\\\""]}
 , {} ] )";
  const auto found = index_json_array(text, "t");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(text.substr(found[0].begin, found[0].length), R"({"a": "}\"],\\"})");
  EXPECT_EQ(text.substr(found[1].begin, found[1].length), R"({"b":[{"c":1},"\\\""]})");
  EXPECT_EQ(found[2].line, 2U);
  EXPECT_TRUE(index_json_array(" [ ] ", "t").empty());
  EXPECT_TRUE(index_json_lines("\n \r\n", "t").empty());
}

TEST(RecordRules, PlainTextIsOneTurn) {
  const auto read = [](const char* json) {
    return make_sample(parse_record(parse_json(json, "a"), "a:1"), "a:1", kContext);
  };
  const Sample sample = read(R"({"id": 7, "text": "Once upon a <image>."})");
  ASSERT_EQ(sample.turns.size(), 1U);
  EXPECT_EQ(sample.turns[0].role, "assistant");
  EXPECT_EQ(sample.turns[0].text, "Once upon a <image>.");
  EXPECT_EQ(sample.words, 4);
  EXPECT_EQ(read(R"({"text": "x", "conversations": [{"from": "gpt", "value": "y"}]})").turns[0].text, "y");
  EXPECT_THAT(refusal([&] { read(R"({"text": 5})"); }), HasSubstr("a:1: \"text\" should be a string"));
}

TEST(RecordRules, RegionsAreBoxesWithWords) {
  const auto read = [](const std::string& regions) {
    const std::string json = R"({"text": "x", "regions": )" + regions + "}";
    return make_sample(parse_record(parse_json(json, "a"), "a:1"), "a:1", kContext).regions;
  };
  const std::vector<Region> regions = read(R"([[1, 2.5, 3, 4, "red", "circle"], [0, 0, 1, 1, "a"]])");
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].y, 2.5);
  EXPECT_EQ(regions[0].height, 4);
  EXPECT_EQ(regions[0].words, (std::vector<std::string>{"red", "circle"}));
  EXPECT_TRUE(read("null").empty());
  EXPECT_THAT(refusal([&] { read("{}"); }), HasSubstr("a:1: \"regions\" should be a list, found object"));
  for (const char* bad : {R"([[1, 2, 3, "a"]])", "[[1, 2, 3, 4]]", R"([[1, 2, 3, 4, ""]])", R"([[1, 2, 3, 4, 5]])",
                          R"([["1", 2, 3, 4, "a"]])", "[7]"}) {
    EXPECT_THAT(refusal([&] { read(bad); }), HasSubstr("a:1: region 0 should be [x, y, width, height, \"word\""))
        << bad;
  }
  for (const char* bad : {R"([[-1, 2, 3, 4, "a"]])", R"([[1, 2, 0, 4, "a"]])"}) {
    EXPECT_THAT(refusal([&] { read(bad); }), HasSubstr("region 0 should have x and y of at least 0")) << bad;
  }
}

TEST(RecordRules, AnEmptyFolderTakesEveryPath) {
  EXPECT_EQ(media_path("", "/a/b.jpg", "w"), "/a/b.jpg");
  EXPECT_EQ(media_path("", "../b.jpg", "w"), "../b.jpg");
  EXPECT_EQ(media_path("d", "a/../b.jpg", "w"), "d/a/../b.jpg");
  EXPECT_EQ(media_path("d", "..a/b.jpg", "w"), "d/..a/b.jpg");
}

TEST(RecordRules, WordsAreThoseOfPython) {
  // len("a\x1cb\x85c\u3000d\u200be  ".split()) == 4
  EXPECT_EQ(count_words("a\x1c"
                        "b\xc2\x85"
                        "c\xe3\x80\x80"
                        "d\xe2\x80\x8b"
                        "e  "),
            4);
  EXPECT_EQ(count_words(""), 0);
}

}  // namespace
}  // namespace ov
