#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/file.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "data/record_file.h"
#include "data/test_refusal.h"

namespace ov {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const std::string kRecords = std::string(OV_TESTDATA) + "/data/records/";
const std::string kCorrupt = std::string(OV_TESTDATA) + "/data/corrupt/";
const RecordContext kContext{"set", "pictures", "videos"};

std::string hash_of(const std::string& bytes) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Json golden(const std::string& name) {
  return parse_json(read_file(kRecords + "parquet.json", 1 << 20), "parquet.json").at(name);
}

void expect_equal(const Sample& sample, const Json& expected, bool with_bytes) {
  EXPECT_EQ(sample.id, expected.at("id").get<std::string>());
  EXPECT_EQ(sample.words, expected.at("words").get<std::int64_t>());
  ASSERT_EQ(sample.media.size(), expected.at("pictures").size());
  for (std::size_t k = 0; k < sample.media.size(); ++k) {
    ASSERT_EQ(sample.media[k].bytes != nullptr, with_bytes);
    if (!with_bytes) continue;
    EXPECT_EQ(hash_of(*sample.media[k].bytes), expected.at("pictures")[k].get<std::string>());
  }
  ASSERT_EQ(sample.turns.size(), expected.at("turns").size());
  for (std::size_t k = 0; k < sample.turns.size(); ++k) {
    EXPECT_EQ(sample.turns[k].text, expected.at("turns")[k].get<std::string>());
  }
}

class Parquet : public testing::Test {
 protected:
  void SetUp() override {
    if (!parquet_available()) GTEST_SKIP() << "this build has no Arrow";
  }
};

TEST(ParquetAbsent, SaysWhatToInstall) {
  if (parquet_available()) GTEST_SKIP() << "this build has Arrow";
  EXPECT_THAT(refusal([] { RecordFile::open(kRecords + "several.parquet"); }), HasSubstr("pyarrow"));
}

TEST_F(Parquet, FolderEqualsWhatPyarrowWrote) {
  const auto file = RecordFile::open(kRecords + "hub");
  const Json expected = golden("hub");
  ASSERT_EQ(file->size(), static_cast<std::int64_t>(expected.size()));
  for (std::int64_t i = file->size() - 1; i >= 0; --i) {
    const Json& row = expected[static_cast<std::size_t>(i)];
    expect_equal(file->read(i, kContext), row, true);
    expect_equal(file->read(i, kContext, RecordParts::text), row, false);
  }
  const Sample sample = file->read(24, kContext);
  EXPECT_THAT(sample.where, EndsWith("train-00001-of-00002.parquet: row 1"));
  EXPECT_THAT(sample.media[0].path, EndsWith("train-00001-of-00002.parquet: row 1 (001.jpg)"));
  EXPECT_EQ(sample.turns[0].role, "user");
  EXPECT_EQ(sample.sha256.size(), 64U);
  EXPECT_NE(sample.sha256, file->read(1, kContext).sha256);  // the texts are equal, the pictures are not
}

// From one row group to another, so that each picture is fetched by its page.
TEST_F(Parquet, JumpsBetweenRowGroups) {
  const auto file = RecordFile::open(kRecords + "hub");
  const Json expected = golden("hub");
  for (std::int64_t i = 0; i < 2 * file->size(); ++i) {
    const std::int64_t row = i * 11 % file->size();
    expect_equal(file->read(row, kContext), expected[static_cast<std::size_t>(row)], true);
  }
}

TEST_F(Parquet, ListsOfPicturesAndLargeTypes) {
  const auto file = RecordFile::open(kRecords + "several.parquet");
  const Json expected = golden("several");
  ASSERT_EQ(file->size(), static_cast<std::int64_t>(expected.size()));
  for (std::int64_t i = 0; i < file->size(); ++i) {
    expect_equal(file->read(i, kContext), expected[static_cast<std::size_t>(i)], true);
    expect_equal(file->read(i, kContext, RecordParts::text), expected[static_cast<std::size_t>(i)], false);
  }
}

TEST_F(Parquet, PathsAndRefusals) {
  const auto file = RecordFile::open(kRecords + "by_path.parquet");
  EXPECT_EQ(file->read(0, kContext).media[0].path, "pictures/a/b.jpg");
  EXPECT_EQ(file->read(0, kContext).source, "set");
  EXPECT_THAT(refusal([&] { file->read(1, kContext); }), HasSubstr("by_path.parquet: row 1: a picture with neither"));
  EXPECT_THAT(refusal([&] { file->read(2, kContext); }), HasSubstr("row 2: the media path \"../b.jpg\" leaves"));
  EXPECT_THAT(refusal([&] { file->read(3, kContext); }), HasSubstr("row 3: \"conversations\" is empty"));
  EXPECT_THAT(refusal([&] { file->read(4, kContext); }), HasSubstr("row 4: \"conversations\" is null"));
  EXPECT_THAT(refusal([&] { file->read(5, kContext); }), HasSubstr("row 5: turn 0 has a null"));
}

TEST_F(Parquet, RefusesDamage) {
  EXPECT_THAT(refusal([] { RecordFile::open(kCorrupt + "cut.parquet"); }), HasSubstr("not a usable parquet file"));
  EXPECT_THAT(refusal([] { RecordFile::open(kCorrupt + "columns.parquet"); }), HasSubstr("\"conversations\""));
  EXPECT_THAT(refusal([] { RecordFile::open(kCorrupt + "types.parquet")->read(0, kContext); }), HasSubstr("a list"));
  EXPECT_THAT(refusal([] { RecordFile::open(kCorrupt + "pages.parquet")->read(0, kContext); }),
              HasSubstr("pages.parquet"));
  EXPECT_THAT(refusal([] { RecordFile::open(kCorrupt); }), HasSubstr("columns.parquet"));
  EXPECT_THAT(refusal([] { RecordFile::open(std::string(OV_TESTDATA) + "/configs"); }), HasSubstr("folder without"));
}

TEST_F(Parquet, ReadsFromSeveralThreads) {
  const auto file = RecordFile::open(kRecords + "hub");
  const Json expected = golden("hub");
  const int threads = num_threads();
  set_num_threads(4);
  std::atomic<int> wrong{0};
  parallel_for(file->size() * 20, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i * 7 % file->size();
      const Sample sample = file->read(row, kContext);
      const Json& pictures = expected[static_cast<std::size_t>(row)].at("pictures");
      if (sample.media.size() != pictures.size()) ++wrong;
      if (!sample.media.empty() && hash_of(*sample.media[0].bytes) != pictures[0].get<std::string>()) ++wrong;
    }
  });
  set_num_threads(threads);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace ov
