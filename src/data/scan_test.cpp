#include "data/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/loader.h"

namespace ov {
namespace {

using testing::HasSubstr;

// A data file of five records beside copies of pictures, one of them broken and one missing.
class ScanTest : public testing::Test {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    folder_ = (fs::temp_directory_path() / ("onevision-scan-" + std::to_string(::getpid()))).string();
    fs::create_directories(folder_);
    fs::copy_file(OV_TESTDATA "/images/coffee.jpg", folder_ + "/coffee.jpg", fs::copy_options::overwrite_existing);
    fs::copy_file(folder_ + "/coffee.jpg", folder_ + "/cut.jpg", fs::copy_options::overwrite_existing);
    fs::resize_file(folder_ + "/cut.jpg", 9000);
    std::ofstream lines(folder_ + "/set.jsonl");
    const auto add = [&](const std::string& media, const std::string& question) {
      lines << R"({"id": "x", )" << media << R"("conversations": [{"from": "human", "value": ")" << question
            << R"("}, {"from": "gpt", "value": "Yes."}]})"
            << "\n";
    };
    add("", "Hi?");
    add(R"("image": "coffee.jpg", )", R"(<image>\nWhat?)");
    add(R"("image": "gone.jpg", )", R"(<image>\nWhat?)");
    add(R"("image": "cut.jpg", )", R"(<image>\nWhat?)");
    add(R"("image": ["coffee.jpg", "coffee.jpg"], )", R"(<image> <image>\nSame?)");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Scan scan(const ScanOptions& options, const TrainingForm& form = {}) const {
    const std::string model = OV_TESTDATA "/goldens/checkpoints/small-official";
    const Dataset data(read_mixture(folder_ + "/set.jsonl"), {});
    return scan_dataset(data, Processor(model, read_model_config(model + "/config.json"), {}), form, options);
  }

  std::string folder_;
};

TEST_F(ScanTest, BadRecordsAreListedByLineAndTheRestIsCounted) {
  for (const int threads : {0, 3}) {
    std::int64_t last = 0;
    const Scan found = scan({.threads = threads, .progress = [&](std::int64_t done) { last = done; }});
    EXPECT_EQ(last, 5);
    ASSERT_EQ(found.samples.size(), 5u);
    ASSERT_EQ(found.bad.size(), 1u);
    EXPECT_EQ(found.bad[0].index, 2);
    EXPECT_THAT(found.bad[0].message, HasSubstr("set.jsonl:3"));
    EXPECT_THAT(found.bad[0].message, HasSubstr("gone.jpg"));
    EXPECT_EQ(found.samples[4].modality, Modality::images);
    EXPECT_GT(found.samples[1].media_tokens, 16);
    const TokenCounts counts = count_tokens(found, 0, 5);
    EXPECT_EQ(counts.samples, 4);
    EXPECT_EQ(counts.bad, 1);
    EXPECT_EQ(counts.modalities, (std::array<std::int64_t, 4>{1, 2, 1, 0}));
    EXPECT_EQ(counts.shortest, found.samples[0].tokens);
    EXPECT_EQ(counts.longest, found.samples[1].tokens);
    std::int64_t binned = 0;
    for (const LengthBin& bin : length_histogram(found)) binned += bin.count;
    EXPECT_EQ(binned, 4);
  }
}

TEST_F(ScanTest, PixelsFindWhatHeadersHide) {
  const Scan found = scan({.pixels = true});
  ASSERT_EQ(found.bad.size(), 2u);
  EXPECT_THAT(found.bad[1].message, HasSubstr("set.jsonl:4"));
}

TEST_F(ScanTest, LongSamplesAreBad) {
  TrainingForm form;
  form.max_length = scan({}).samples[0].tokens;
  const Scan found = scan({}, form);
  EXPECT_EQ(found.bad.size(), 4u);
}

TEST_F(ScanTest, CancelledScansThrow) {
  const std::atomic<bool> cancelled{true};
  try {
    scan({.cancelled = &cancelled});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(Scan, HistogramDoublesItsBins) {
  Scan scan;
  for (const std::int32_t tokens : {1, 63, 64, 500}) scan.samples.push_back({.tokens = tokens});
  const std::vector<LengthBin> bins = length_histogram(scan);
  ASSERT_EQ(bins.size(), 4u);
  EXPECT_EQ(bins[0].count, 2);
  EXPECT_EQ(bins[1].count, 1);
  EXPECT_EQ(bins[2].count, 0);
  EXPECT_EQ(bins[3].from, 256);
  EXPECT_EQ(bins[3].to, 512);
  EXPECT_EQ(bins[3].count, 1);
}

}  // namespace
}  // namespace ov
