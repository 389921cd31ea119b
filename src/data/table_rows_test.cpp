#include "data/table_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "data/record_file.h"
#include "data/test_refusal.h"

namespace ov {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kTables = std::string(OV_TESTDATA) + "/data/tables/";

class ParquetTable : public testing::Test {
 protected:
  void SetUp() override {
    if (!parquet_available()) GTEST_SKIP() << "this build has no Arrow";
    table_ = Table::open({kTables + "kinds.parquet"});
  }
  std::unique_ptr<Table> table_;
};

TEST(TableAbsent, SaysWhatToInstall) {
  if (parquet_available()) GTEST_SKIP() << "this build has Arrow";
  EXPECT_THAT(refusal([] { Table::open({kTables + "kinds.parquet"}); }), HasSubstr("pyarrow"));
}

TEST_F(ParquetTable, Numbers) {
  ASSERT_EQ(table_->size(), 7);
  const auto row = table_->at(1);
  EXPECT_EQ(row->integer("small"), -2);
  EXPECT_EQ(row->integer("whole"), 1'000'000'000'000'001);
  EXPECT_EQ(row->number("real"), 3.0);
  EXPECT_EQ(row->number("whole"), 1e15 + 1);
  EXPECT_EQ(row->integer("meta.inner.deep"), 1);
  EXPECT_EQ(row->value("flag"), false);
  EXPECT_EQ(row->value("numbers"), Json({1, 2}));
  EXPECT_THAT(refusal([&] { row->integer("real"); }), EndsWith("column \"real\" is number 3.0; expected an integer"));
  EXPECT_THAT(refusal([&] { row->number("text"); }), HasSubstr("is string \"gr\u00f6\u00dfer 1\"; expected a number"));
  EXPECT_THAT(refusal([&] { table_->at(2)->integer("natural"); }), HasSubstr("\"natural\" is too large"));
}

TEST_F(ParquetTable, TextsAlsoOfNumbers) {
  const auto row = table_->at(0);
  EXPECT_EQ(row->text("text"), "gr\u00f6\u00dfer 0");
  EXPECT_EQ(row->text("large"), "L0");
  EXPECT_EQ(row->text("kind"), "x");
  EXPECT_EQ(row->text("meta.name"), "n0");
  EXPECT_EQ(row->text("small"), "-3");
  EXPECT_EQ(row->text("real"), "0.5");
  EXPECT_EQ(table_->at(1)->text("real"), "3.0");
  EXPECT_EQ(table_->at(2)->text("real"), "nan");
  EXPECT_EQ(table_->at(3)->text("real"), "1e+22");
  EXPECT_EQ(table_->at(2)->text("natural"), "18446744073709551615");
  EXPECT_THAT(refusal([&] { row->text("flag"); }), EndsWith("row 0: column \"flag\" is boolean true; expected text"));
  EXPECT_THAT(refusal([&] { row->text("meta"); }), HasSubstr("column \"meta\" is object"));
  EXPECT_THAT(refusal([&] { row->text("raw"); }), HasSubstr("column \"raw\" is binary; expected text"));
}

TEST_F(ParquetTable, NullsAndMissingColumns) {
  const auto row = table_->at(3);
  EXPECT_FALSE(row->has("text"));
  EXPECT_FALSE(row->has("nothing"));
  EXPECT_FALSE(row->has("absent"));
  EXPECT_FALSE(table_->at(4)->has("meta.inner.deep"));
  EXPECT_TRUE(row->has("words") || row->has("large"));
  EXPECT_EQ(row->text_or("text", "none"), "none");
  EXPECT_EQ(row->text_or("absent", "none"), "none");
  EXPECT_THAT(row->texts_or_none("words"), IsEmpty());
  EXPECT_THAT(refusal([&] { row->text("text"); }), HasSubstr("kinds.parquet: row 3: column \"text\" is null"));
  EXPECT_THAT(refusal([&] { row->text("absent"); }),
              HasSubstr("row 3: no column \"absent\"; it has text string, large large_string, small int8,"));
  EXPECT_THAT(refusal([&] { row->text("meta.absent"); }), HasSubstr("\"meta\" has no field \"absent\""));
  EXPECT_THAT(refusal([&] { row->text("large.name"); }), HasSubstr("\"large\" is string \"L3\"; expected a struct"));
  EXPECT_THAT(refusal([&] { row->value("when.x"); }), HasSubstr("\"when.x\" is null"));
}

TEST_F(ParquetTable, Lists) {
  EXPECT_THAT(table_->at(2)->texts("words"), ElementsAre("w0", "w1"));
  EXPECT_THAT(table_->at(0)->texts("words"), IsEmpty());
  EXPECT_THAT(table_->at(0)->texts("meta.skills"), ElementsAre("a", "b"));
  EXPECT_THAT(table_->at(0)->texts("numbers"), ElementsAre("0", "1"));
  EXPECT_EQ(table_->at(5)->value("turns"), Json::parse(R"([{"from": "human", "value": "v5"}])"));
  EXPECT_THAT(refusal([&] { table_->at(1)->texts("holes"); }),
              HasSubstr("column \"holes\" item 1 is null; expected text"));
  EXPECT_THAT(refusal([&] { table_->at(1)->texts("text"); }), HasSubstr("expected a list of text"));
}

TEST_F(ParquetTable, Pictures) {
  for (const std::int64_t i : {6, 0, 4, 1, 2}) {  // from group to group, so that some are fetched by their page
    const auto row = table_->at(i);
    const auto one = row->pictures("image"), several = row->pictures("images");
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(*one[0].bytes, std::string(static_cast<std::size_t>(50 + i), static_cast<char>(i)));
    EXPECT_THAT(one[0].path, EndsWith("kinds.parquet: row " + std::to_string(i) + " (" + std::to_string(i) + ".png)"));
    ASSERT_EQ(several.size(), static_cast<std::size_t>(i % 3));
    for (const MediaSource& picture : several) EXPECT_EQ(*picture.bytes, *one[0].bytes);
  }
  EXPECT_THAT(table_->at(5)->pictures("image"), IsEmpty());
  EXPECT_THAT(table_->at(5)->pictures("images"), IsEmpty());
  EXPECT_FALSE(table_->at(5)->has("image"));
  EXPECT_TRUE(table_->at(4)->has("image"));
  EXPECT_EQ(table_->at(1)->pictures("elsewhere")[0].path, "a/b.png");
  EXPECT_EQ(table_->at(1)->pictures("raw")[0].bytes->size(), 2U);
  EXPECT_THAT(refusal([&] { table_->at(0)->pictures("elsewhere"); }), HasSubstr("a picture with neither bytes nor"));
  EXPECT_THAT(refusal([&] { table_->at(0)->pictures("text"); }), HasSubstr("\"text\" is not a picture"));
  EXPECT_THAT(refusal([&] { table_->at(0)->pictures("absent"); }), HasSubstr("no column \"absent\""));
}

TEST_F(ParquetTable, WithoutPicturesNothingIsLoaded) {
  const auto row = table_->at(2, false);
  EXPECT_EQ(row->pictures("image")[0].bytes, nullptr);
  EXPECT_EQ(row->pictures("images").size(), 2U);
  EXPECT_EQ(row->text("text"), "gr\u00f6\u00dfer 2");
}

TEST_F(ParquetTable, SeveralFilesAreOneTable) {
  const auto both = Table::open({kTables + "kinds.parquet", kTables + "utf8.parquet"});
  ASSERT_EQ(both->size(), 10);
  EXPECT_EQ(both->at(6)->text("large"), "L6");
  EXPECT_EQ(both->at(7)->text("text"), "good");
  EXPECT_EQ(both->at(7)->file(), kTables + "utf8.parquet");
}

TEST_F(ParquetTable, InvalidUtf8IsNamed) {
  const auto bad = Table::open({kTables + "utf8.parquet"});
  EXPECT_EQ(bad->at(0)->text("text"), "good");
  EXPECT_EQ(bad->at(1)->text("other"), "b");
  for (const std::int64_t i : {1, 2}) {
    EXPECT_THAT(refusal([&] { bad->at(i)->text("text"); }),
                HasSubstr("column \"text\": a text that is not valid UTF-8"));
  }
}

TEST_F(ParquetTable, RefusesDamage) {
  EXPECT_THAT(refusal([] { Table::open({kTables + "cut.parquet"}); }), HasSubstr("not a usable parquet file"));
  EXPECT_THAT(refusal([] { Table::open({kTables + "absent.parquet"}); }), HasSubstr("absent.parquet"));
  EXPECT_THAT(refusal([] { Table::open({kTables + "pages.parquet"})->at(0)->text("text"); }),
              HasSubstr("pages.parquet"));
  EXPECT_THAT(refusal([] { Table::open({kTables + "table.csv"}); }), HasSubstr("expected .parquet, .json or .jsonl"));
}

TEST_F(ParquetTable, ReadsFromSeveralThreads) {
  const int threads = num_threads();
  set_num_threads(4);
  std::atomic<int> wrong{0};
  parallel_for(700, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = i * 5 % 7;
      const auto row = table_->at(at);
      if (row->text("large") != "L" + std::to_string(at)) ++wrong;
      if (at != 5 && row->pictures("image")[0].bytes->size() != static_cast<std::size_t>(50 + at)) ++wrong;
    }
  });
  set_num_threads(threads);
  EXPECT_EQ(wrong, 0);
}

TEST(JsonTable, ReadsLines) {
  const std::string path = testing::TempDir() + "table_rows_" + std::to_string(getpid()) + ".jsonl";
  write_file_atomic(path, R"({"q": "a", "n": 3, "image": "p/1.png", "s": {"t": ["x"]}, "list": ["1.png", "2.png"]})"
                          "\n[1]\n"
                          R"({"q": null, "big": 12345678901234567890})"
                          "\n");
  const auto table = Table::open({path});
  ASSERT_EQ(table->size(), 3);
  const auto row = table->at(0);
  EXPECT_EQ(row->text("n"), "3");
  EXPECT_EQ(row->texts("s.t"), std::vector<std::string>{"x"});
  EXPECT_EQ(row->pictures("image")[0].path, "p/1.png");
  EXPECT_EQ(row->pictures("list").size(), 2U);
  EXPECT_EQ(row->file(), path);
  EXPECT_THAT(refusal([&] { row->text("x"); }), HasSubstr(".jsonl:1: no column \"x\"; it has q, n, image, s, list"));
  EXPECT_THAT(refusal([&] { row->pictures("n"); }), HasSubstr("\"n\" is number 3; expected a list of text"));
  EXPECT_THAT(refusal([&] { table->at(1); }), HasSubstr(".jsonl:2: expected an object, found array"));
  EXPECT_THAT(refusal([&] { table->at(2)->integer("big"); }), HasSubstr("too large"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace ov
