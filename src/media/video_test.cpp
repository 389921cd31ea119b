// Every fixture against the pictures of other readers (reference/goldens_video.py), through every
// way of reaching a frame; then what must be refused.
#include "media/video.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "media/video_pixels.h"
#include "media/video_reader.h"

namespace ov {
namespace {

using testing::HasSubstr;

const std::string kVideos = OV_TESTDATA "/videos/";
const std::string kCorrupt = OV_TESTDATA "/corrupt/videos/";
const MediaLimits kLimits;

const Json& goldens() {
  static const Json parsed = parse_json(read_file(kVideos + "goldens.json", 1 << 20), "goldens.json");
  return parsed;
}

std::vector<std::int64_t> all_indices(std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::vector<std::string> hashes(const std::vector<Image>& images) {
  std::vector<std::string> result;
  for (const Image& image : images) result.push_back(sha256_hex(image.rgb));
  return result;
}

std::span<const std::uint8_t> as_bytes(const std::string& content) {
  return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

// The message of the Error of this kind that `action` throws.
template <class Action>
std::string message_of(ErrorKind kind, Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(kind_name(error.kind()), kind_name(kind)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

// Probes, then reads everything.
void read_all(const std::string& path, const MediaLimits& limits = kLimits) {
  const VideoInfo info = probe_video(path, limits, Compat::exact);
  read_frames(path, all_indices(info.num_frames), limits, Compat::exact);
}

class Fixture : public testing::TestWithParam<std::string> {
 protected:
  const std::string path_ = kVideos + GetParam();
  const Json golden_ = goldens().at(GetParam());
  const std::vector<std::string> expected_ = golden_.at("sha256").get<std::vector<std::string>>();
  const std::vector<std::int64_t> all_ = all_indices(static_cast<std::int64_t>(expected_.size()));
};

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& [name, golden] : goldens().items()) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Video, Fixture, testing::ValuesIn(fixture_names()), [](const auto& each) {
  std::string name = each.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST_P(Fixture, ProbeAndPixelsEqualOtherReaders) {
  const VideoInfo info = probe_video(path_, kLimits, Compat::exact);
  EXPECT_EQ(info.num_frames, static_cast<std::int64_t>(expected_.size()));
  EXPECT_EQ(info.width, golden_.at("width"));
  EXPECT_EQ(info.height, golden_.at("height"));
  const std::vector<Image> frames = read_frames(path_, all_, kLimits, Compat::exact);
  EXPECT_EQ(hashes(frames), expected_);
  for (const Image& frame : frames) {
    ASSERT_EQ(frame.width, info.width);
    ASSERT_EQ(frame.height, info.height);
  }
}

TEST_P(Fixture, EachFrameAloneEqualsDecodingEverything) {
  for (const std::int64_t index : all_) {
    EXPECT_EQ(hashes(read_frames(path_, {&index, 1}, kLimits, Compat::exact))[0],
              expected_[static_cast<std::size_t>(index)])
        << index;
  }
}

TEST_P(Fixture, SparseAndRepeatedIndices) {
  const auto count = static_cast<std::int64_t>(expected_.size());
  for (const std::int64_t wanted : {2, 3, 5, 8, 40}) {
    std::vector<std::int64_t> indices;
    std::vector<std::string> expected;
    for (std::int64_t k = 0; k < wanted; ++k) {
      indices.push_back(k * (count - 1) / (wanted - 1));
      expected.push_back(expected_[static_cast<std::size_t>(indices.back())]);
    }
    EXPECT_EQ(hashes(read_frames(path_, indices, kLimits, Compat::exact)), expected) << wanted;
  }
}

TEST_P(Fixture, NumberOfThreadsChangesNothing) {
  const int before = num_threads();
  for (const int threads : {1, 3, 8}) {
    set_num_threads(threads);
    EXPECT_EQ(hashes(read_frames(path_, all_, kLimits, Compat::exact)), expected_) << threads;
  }
  set_num_threads(before);
}

TEST_P(Fixture, FromMemory) {
  if (std::filesystem::is_directory(path_)) GTEST_SKIP() << "a folder is not in memory";
  const std::string content = read_file(path_, 1 << 20);
  EXPECT_EQ(probe_video(as_bytes(content), "memory", kLimits).num_frames, static_cast<std::int64_t>(expected_.size()));
  EXPECT_EQ(hashes(read_frames(as_bytes(content), "memory", all_, kLimits)), expected_);
}

TEST(Video, Facts) {
  const auto probe = [](const char* name) { return probe_video(kVideos + name, kLimits, Compat::exact); };
  const VideoInfo ball = probe("ball.mp4");
  EXPECT_EQ(ball.codec, "h264");
  EXPECT_DOUBLE_EQ(ball.seconds, 3.0);
  EXPECT_DOUBLE_EQ(ball.fps, 25.0);
  EXPECT_FALSE(ball.is_folder);
  EXPECT_NEAR(probe("edit_list.mp4").seconds, 1.28, 1e-3);
  EXPECT_NEAR(probe("vfr.mp4").seconds, 58 / 30.0, 1e-3);
  EXPECT_NEAR(probe("sound.mkv").fps, 25, 0.1);
  EXPECT_EQ(probe("hevc10.mp4").codec, "hevc");
  EXPECT_EQ(probe("one_frame.mp4").num_frames, 1);
  const VideoInfo folder = probe("frames");
  EXPECT_TRUE(folder.is_folder);
  EXPECT_EQ(folder.codec, "frames");
  EXPECT_EQ(folder.seconds, 0);
}

// Which fixtures take the short way. A change here is a change of speed, not of pixels.
TEST(Video, KnownCodecsAreIndexed) {
  const auto index = [](const char* name) {
    const VideoBytes bytes(kVideos + name);
    VideoReader reader(bytes, kLimits);
    return reader.index();
  };
  for (const char* name : {"ball.mp4", "closed_gop.mp4", "open_gop.mp4", "vfr.mp4", "vp9.webm", "odd.webm", "av1.mp4",
                           "hevc10.mp4", "edit_list.mp4", "fragmented.mp4", "sound.mkv"}) {
    EXPECT_TRUE(index(name).trusted()) << name;
  }
  for (const char* name : {"mpeg4.avi", "vp8.webm", "anim.gif", "mjpeg.mov", "no_reorder_times.mp4"}) {
    EXPECT_FALSE(index(name).trusted()) << name;
  }
  const auto restarts = [](const VideoIndex& made) {
    return std::count_if(made.packets.begin(), made.packets.end(), [](const auto& each) { return each.restart; });
  };
  EXPECT_EQ(restarts(index("ball.mp4")), 3);
  EXPECT_EQ(restarts(index("closed_gop.mp4")), 5);
  EXPECT_EQ(restarts(index("open_gop.mp4")), 1);  // key frames that are not IDR are not relied upon
  EXPECT_GT(restarts(index("vp9.webm")), 1);
  EXPECT_EQ(restarts(index("av1.mp4")), 2);
  EXPECT_EQ(restarts(index("hevc10.mp4")), 2);
}

TEST(Video, LaterFramesNeedFewerDecodedPackets) {
  const VideoBytes bytes(kVideos + "ball.mp4");
  VideoReader reader(bytes, kLimits);
  const std::int64_t last = 50;  // a key frame
  int given = 0;
  reader.read({&last, 1}, Seeking::allowed, [&](std::int64_t, const AVFrame&) { ++given; });
  EXPECT_EQ(given, 1);
  EXPECT_LT(reader.num_sent(), 25);
}

TEST(Video, OrientationIsMirrorThenTranspose) {
  Image image{2, 1, {1, 1, 1, 2, 2, 2}};
  EXPECT_EQ(orient(image, {true, false, false}).rgb, (std::vector<std::uint8_t>{2, 2, 2, 1, 1, 1}));
  const Image turned = orient(image, {true, false, true});
  EXPECT_EQ(turned.width, 1);
  EXPECT_EQ(turned.height, 2);
  EXPECT_EQ(turned.rgb, (std::vector<std::uint8_t>{2, 2, 2, 1, 1, 1}));
}

TEST(Video, CorruptFilesAreRefusedWithTheirReason) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"truncated.mp4", "cut off: box 'mdat'"},
      {"no_moov.mp4", "cut off: box 'mdat'"},
      {"lost_index.mp4", "'moov' box) is missing"},
      {"truncated.webm", "cut off: its segment"},
      {"truncated.avi", "cut off: its RIFF chunk"},
      {"truncated.gif", "cut off: it ends without a trailer"},
      {"empty.mp4", "empty"},
      {"text.mp4", "not a video that onevision reads"},
      {"playlist.m3u8", "not a video that onevision reads"},
      {"playlist.mp4", "not a video that onevision reads"},
      {"concat.txt", "not a video that onevision reads"},
      {"sound_only.mp4", "no moving picture"},
      {"giant_frames.mov", "picture size"},
      {"size_change.mp4", "size changes from 64x48 to 96x64"},
      {"damaged.mp4", "cannot be decoded after the frame at 0."},
      {"table_of_40_million.mp4", ""},
      {"no_such_file.mp4", "No such file"},
  };
  for (const auto& each : cases) {  // not [name, reason]: C++20 lambdas of clang 14 cannot capture these
    SCOPED_TRACE(each.first);
    const std::string message = message_of(ErrorKind::input, [&] { read_all(kCorrupt + each.first); });
    EXPECT_THAT(message, HasSubstr(each.first));
    EXPECT_THAT(message, HasSubstr(each.second));
  }
}

TEST(Video, EveryCorruptFileIsCovered) {
  for (const auto& entry : std::filesystem::directory_iterator(kCorrupt)) {
    EXPECT_THROW(read_all(entry.path().string()), Error) << entry.path();
  }
}

TEST(Video, ATruncatedFileIsNeverRead) {
  for (const std::string name :
       {"closed_gop.mp4", "fragmented.mp4", "vp9.webm", "sound.mkv", "mpeg4.avi", "anim.gif"}) {
    const std::string content = read_file(kVideos + name, 1 << 20);
    // Behind the last fragment there is only a table for seeking, which is not needed.
    const std::size_t end = std::min(content.size(), content.find("mfra") - 4);
    for (std::size_t size = 1; size < end; size += content.size() / 61) {
      const auto part = as_bytes(content).first(size);
      EXPECT_THROW(probe_video(part, name, kLimits), Error) << name << " cut to " << size;
    }
  }
}

TEST(Video, EndlessAndUnreadablePathsAreRefused) {
  EXPECT_THAT(message_of(ErrorKind::input, [] { read_all("/dev/zero"); }), HasSubstr("not a regular file"));
  EXPECT_THAT(message_of(ErrorKind::input, [] { probe_video({}, "nothing", kLimits); }), HasSubstr("empty"));
}

TEST(Video, Limits) {
  MediaLimits limits;
  limits.max_video_seconds = 2.5;
  EXPECT_THAT(message_of(ErrorKind::input, [&] { read_all(kVideos + "ball.mp4", limits); }),
              HasSubstr("longer than the limit of 2.5 seconds"));
  limits.max_video_seconds = 3.0;
  EXPECT_NO_THROW(read_all(kVideos + "ball.mp4", limits));
  limits.max_image_pixels = 320 * 240 - 1;
  EXPECT_THAT(message_of(ErrorKind::input, [&] { read_all(kVideos + "ball.mp4", limits); }),
              HasSubstr("pictures of 320x240 pixels; the limit is 76799"));
  limits.max_image_pixels = 320 * 240;
  EXPECT_NO_THROW(read_all(kVideos + "ball.mp4", limits));
}

TEST(Video, IndicesOutOfRangeAreTheCallersBug) {
  for (const std::vector<std::int64_t>& indices : {std::vector<std::int64_t>{75}, {-1}, {3, 2}}) {
    message_of(ErrorKind::internal, [&] { read_frames(kVideos + "ball.mp4", indices, kLimits, Compat::exact); });
  }
  const std::vector<std::int64_t> late = {50};
  EXPECT_THROW(read_frames(kVideos + "mpeg4.avi", late, kLimits, Compat::exact), Error);
  EXPECT_TRUE(read_frames(kVideos + "ball.mp4", {}, kLimits, Compat::exact).empty());
}

}  // namespace
}  // namespace ov
