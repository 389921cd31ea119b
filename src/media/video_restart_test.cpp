// Hand-made packets: the first bytes as the bitstream specifications lay them out.
#include "media/video_restart.h"

#include <gtest/gtest.h>

#include <vector>

namespace ov {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(VideoRestart, H264NeedsAnIdrSlice) {
  const Bytes avcc = {1, 0x64, 0, 0x1E, 0xFF, 0xE1};  // lengths of 4 bytes
  const Bytes sei_then_idr = {0, 0, 0, 2, 6, 0x80, 0, 0, 0, 2, 0x65, 0x88};
  const Bytes sei_then_i = {0, 0, 0, 2, 6, 0x80, 0, 0, 0, 2, 0x41, 0x88};
  EXPECT_TRUE(is_restart(AV_CODEC_ID_H264, avcc, sei_then_idr));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_H264, avcc, sei_then_i));
  EXPECT_TRUE(is_restart(AV_CODEC_ID_H264, {}, Bytes{0, 0, 0, 1, 9, 0x10, 0, 0, 1, 0x65, 0x88}));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_H264, {}, Bytes{0, 0, 0, 1, 9, 0x10, 0, 0, 1, 0x41, 0x88}));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_H264, avcc, Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x65}));  // length beyond the packet
  EXPECT_FALSE(is_restart(AV_CODEC_ID_H264, avcc, Bytes{}));
}

TEST(VideoRestart, HevcTakesAllRandomAccessPictures) {
  for (int type = 0; type < 32; ++type) {
    const Bytes packet = {0, 0, 1, static_cast<std::uint8_t>(type << 1), 1, 0x80};
    EXPECT_EQ(is_restart(AV_CODEC_ID_HEVC, {}, packet), type >= 16 && type <= 21) << type;
  }
}

TEST(VideoRestart, Vp9) {
  const Bytes key = {0x82, 0x49, 0x83, 0x42}, inter = {0x86, 0, 0}, hidden = {0x84, 0, 0}, again = {0x88};
  const Bytes key_of_profile3 = {0xB1, 0x49, 0x83};
  EXPECT_TRUE(is_restart(AV_CODEC_ID_VP9, {}, key));
  EXPECT_TRUE(is_restart(AV_CODEC_ID_VP9, {}, key_of_profile3));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_VP9, {}, inter));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_VP9, {}, again));
  EXPECT_TRUE(shows_one_picture(AV_CODEC_ID_VP9, inter));
  EXPECT_TRUE(shows_one_picture(AV_CODEC_ID_VP9, again));
  EXPECT_FALSE(shows_one_picture(AV_CODEC_ID_VP9, hidden));
  EXPECT_TRUE(shows_one_picture(AV_CODEC_ID_VP9, Bytes{0x84, 0, 0xC1}));  // a superframe
  EXPECT_FALSE(shows_one_picture(AV_CODEC_ID_VP9, Bytes{}));
}

TEST(VideoRestart, Av1NeedsASequenceHeaderAndAShownKeyFrame) {
  const Bytes key = {0x12, 0, 0x0A, 2, 0, 0, 0x32, 1, 0x10};  // delimiter, sequence, frame
  Bytes inter = key, without = {0x12, 0, 0x32, 1, 0x10}, too_long = key;
  inter.back() = 0x30;
  too_long[7] = 9;
  EXPECT_TRUE(is_restart(AV_CODEC_ID_AV1, {}, key));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_AV1, {}, inter));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_AV1, {}, without));
  EXPECT_FALSE(is_restart(AV_CODEC_ID_AV1, {}, too_long));
}

}  // namespace
}  // namespace ov
