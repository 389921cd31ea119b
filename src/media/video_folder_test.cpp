#include "media/video_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "media/video.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kFrames = OV_TESTDATA "/videos/frames";

class VideoFolder : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  void put(const std::string& name) { std::ofstream(folder_ / name) << "x"; }
  std::string refusal() {
    try {
      probe_video(folder_.string(), MediaLimits{}, Compat::exact);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "";
  }
  std::vector<std::string> names(Compat compat) {
    std::vector<std::string> result;
    for (const std::string& path : list_frames(folder_.string(), compat)) result.push_back(fs::path(path).filename());
    return result;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("onevision_video_folder_" + std::to_string(::getpid()));
};

TEST(NaturalOrder, NumbersCompareAsNumbers) {
  EXPECT_TRUE(natural_less("frame_2.png", "frame_10.png"));
  EXPECT_FALSE(natural_less("frame_10.png", "frame_2.png"));
  EXPECT_TRUE(natural_less("a9b10", "a10b9"));
  EXPECT_TRUE(natural_less("007.png", "8.png"));
  EXPECT_TRUE(natural_less("99999999999999999999.png", "100000000000000000000.png"));  // beyond 64 bits
  EXPECT_TRUE(natural_less("frame", "frame1"));
}

TEST(NaturalOrder, IsStrictAndTotal) {
  const std::vector<std::string> names = {"1", "01", "001", "1a", "01a", "a", "a0", "a00", "", "\xC3\xA9", "B1", "b01"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      EXPECT_EQ(natural_less(a, b) || natural_less(b, a), a != b) << a << " " << b;
      EXPECT_FALSE(natural_less(a, b) && natural_less(b, a)) << a << " " << b;
    }
  }
}

TEST_F(VideoFolder, ListsPicturesInOrder) {
  for (const char* name : {"f10.JPG", "f9.png", "f100.webp", ".f1.png", "notes.txt", "f1.bmp", "f2.jpeg"}) put(name);
  fs::create_directory(folder_ / "f3.png");
  EXPECT_THAT(names(Compat::exact), testing::ElementsAre("f1.bmp", "f2.jpeg", "f9.png", "f10.JPG", "f100.webp"));
  EXPECT_THAT(names(Compat::official), testing::ElementsAre("f1.bmp", "f10.JPG", "f100.webp", "f2.jpeg", "f9.png"));
}

TEST_F(VideoFolder, WithoutPicturesIsRefused) {
  EXPECT_THAT(refusal(), HasSubstr("no frames in this folder"));
  put("clip.mp4");
  EXPECT_THAT(refusal(), HasSubstr("1 other files"));
}

TEST_F(VideoFolder, BrokenPictureIsRefused) {
  put("frame_1.png");
  EXPECT_THAT(refusal(), HasSubstr("frame_1.png"));
}

TEST_F(VideoFolder, MixedSizesAreRefused) {
  fs::copy_file(kFrames + "/frame_1.png", folder_ / "1.png");
  fs::copy_file(OV_TESTDATA "/corrupt/videos/mixed_sizes/frame_2.png", folder_ / "2.png");
  const std::vector<std::int64_t> both = {0, 1};
  try {
    read_frames(folder_.string(), both, MediaLimits{}, Compat::exact);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("2.png: a frame of 32x24 pixels among frames of 64x48"));
  }
}

}  // namespace
}  // namespace ov
